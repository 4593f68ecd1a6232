/**
 * `vnfha vnfm-sim`: a small VNFM to try the notifier with.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { Command } from 'commander';
import { splitCommand } from '../../model/argv.ts';
import { durationMs } from '../../model/duration.ts';
import { Failure, messageOf } from '../../process/failure.ts';
import { createLog } from '../../process/log.ts';
import { parseFaults } from '../../vnfm/sim/faults.ts';
import { repairBy } from '../../vnfm/sim/hook.ts';
import { type SimulatorOptions, startSimulator } from '../../vnfm/sim/simulator.ts';

interface VnfmSimOptions {
  readonly listen: string;
  readonly client?: string;
  readonly secret?: string;
  readonly healTime: string;
  readonly onHeal?: string;
  readonly instance: readonly string[];
  readonly newIds?: boolean;
  readonly fault: readonly string[];
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly log?: string;
}

export function vnfmSimCommand(): Command {
  const repeated = (value: string, before: readonly string[]) => [...before, value];
  return new Command('vnfm-sim')
    .summary('run a small VNFM, for the lab and for tests')
    .description(
      'A VNFM that speaks as much of ETSI SOL003 v2 as healing needs: a token endpoint (/token), heal, operation occurrences, and\n' +
        '/alarms. It keeps nothing when it ends. Faults are ordered at its start or over HTTP; see docs/notifier.md.',
    )
    .option('--listen <address:port>', 'where it listens; port 0: a free one', '127.0.0.1:9890')
    .option('--client <id>', 'the client that may have tokens; default: no token is needed')
    .option('--secret <secret>', 'its secret')
    .option('--heal-time <duration>', 'how long a heal takes', '2s')
    .option(
      '--on-heal <command>',
      'what really repairs the VNFC; VNFHA_HEAL_VNFC_INSTANCE says which; prints an address: it is there then',
    )
    .option('--instance <id>', 'a vnfInstanceId that exists; default: all do; may be repeated', repeated, [])
    .option('--new-ids', 'a healed VNFC has another id from then on, as the operation says; default: it keeps its id')
    .option(
      '--fault <json>',
      'a fault from the start, as {"heal":{"status":503,"times":3}}; may be repeated',
      repeated,
      [],
    )
    .option('--tls-cert <file>', 'speak TLS with this certificate (PEM)')
    .option('--tls-key <file>', 'its key')
    .option('--log <file>', 'append the JSON lines here instead of writing them to stderr')
    .addHelpText(
      'after',
      `
Examples:
  vnfha vnfm-sim --client vnfha --secret s3cret --heal-time 500ms
  vnfha vnfm-sim --listen 10.77.0.100:9890 --client vnfha --secret s3cret --on-heal /usr/local/bin/repair
  curl -d '{"heal":{"status":503,"times":3}}' http://127.0.0.1:9890/sim/faults
  curl http://127.0.0.1:9890/sim/heals`,
    )
    .action(vnfmSim);
}

/** Runs until SIGTERM or SIGINT. */
async function vnfmSim(options: VnfmSimOptions): Promise<void> {
  const faults = options.fault.map(readFault);
  const ended = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  const simulator = await startSimulator(simulatorOptions(options));
  faults.forEach((fault) => simulator.faults.add(fault));
  await ended;
  await simulator.close();
}

function simulatorOptions(options: VnfmSimOptions): SimulatorOptions {
  const [, address, port] = /^\[?([^[\]]+)\]?:(\d+)$/.exec(options.listen) ?? [];
  if (address === undefined || Number(port) > 65535)
    throw usage(`--listen wants ADDRESS:PORT, not '${options.listen}'`);
  const healTime = durationMs(options.healTime);
  if (healTime === undefined) throw usage(`--heal-time wants a duration as 500ms or 2s, not '${options.healTime}'`);
  if ((options.client === undefined) !== (options.secret === undefined))
    throw usage('--client and --secret go together');
  if ((options.tlsCert === undefined) !== (options.tlsKey === undefined))
    throw usage('--tls-cert and --tls-key go together');
  const { client, secret, tlsCert, tlsKey, log } = options;
  return {
    address,
    port: Number(port),
    healTime,
    client: client === undefined || secret === undefined ? undefined : { id: client, secret },
    repair: options.onHeal === undefined ? undefined : repairBy(commandOf(options.onHeal), 60_000),
    instances: options.instance,
    newIds: options.newIds === true,
    tls: tlsCert === undefined || tlsKey === undefined ? undefined : { cert: read(tlsCert), key: read(tlsKey) },
    log: log === undefined ? createLog('vnfm-sim') : createLog('vnfm-sim', (line) => appendFileSync(log, line)),
  };
}

function readFault(text: string) {
  let faults: ReturnType<typeof parseFaults>;
  try {
    faults = parseFaults(JSON.parse(text));
  } catch (error) {
    faults = messageOf(error);
  }
  if (typeof faults === 'string') throw usage(`--fault ${text}: ${faults}`);
  return faults;
}

/** A JSON array of strings, or words. */
function commandOf(text: string): readonly string[] {
  const split = splitCommand(text.startsWith('[') ? (JSON.parse(text) as string[]) : text);
  if ('error' in split) throw usage(`--on-heal ${split.error}`);
  return split.argv;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Failure('missing', `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

const usage = (message: string): Failure => new Failure('usage', message, { cure: "See 'vnfha vnfm-sim --help'." });
