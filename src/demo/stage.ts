/** What the demo plays on: the lab with the VNF on it, a VNFM, the client's traffic, and what all of them log. */
import { randomBytes } from 'node:crypto';
import { Lab } from '../lab/lab.ts';
import type { LabProcess } from '../lab/enter.ts';
import { paths } from '../model/names.ts';
import type { Vnf } from '../model/vnf.ts';
import { Failure, messageOf } from '../process/failure.ts';
import { promotionsIn } from './pacemaker-log.ts';
import type { LogRecord } from './timeline.ts';
import type { Sample } from './sample.ts';

export interface Stage {
  readonly lab: Lab;
  readonly vnf: Vnf;
  /** What the client has seen so far. */
  readonly samples: readonly Sample[];
  /** Heals that the VNFM has accepted so far, as it logs them. */
  readonly heals: readonly { readonly vnfcInstanceId?: readonly string[] }[];
  /** What the VIM does when the VNFM heals: set by the step that needs it. */
  repair: (() => Promise<void>) | undefined;
  /** Why the repair failed, if it did. */
  repairFailed: string | undefined;
}

/** Starts the VNFM, brings the lab up, applies the description and starts the traffic. */
export async function setStage(
  options: { readonly name: string; readonly file: string; readonly vnf: Vnf; readonly targets: readonly string[] },
  say: (text: string) => void,
): Promise<Stage> {
  const { name, file, vnf, targets } = options;
  const auth = vnf.vnfm?.auth;
  if (auth === undefined) throw new Failure('input', 'the demo needs a description with a vnfm and its auth');
  const secret = randomBytes(18).toString('base64url');
  const files = [{ path: auth.clientSecretFile, content: secret, mode: 0o600 }];
  const lab = await Lab.up({ name, description: file, files, progress: say });
  const samples: Sample[] = [];
  const heals: { vnfcInstanceId?: readonly string[] }[] = [];
  const stage: Stage = { lab, vnf, samples, heals, repair: undefined, repairFailed: undefined };
  await startVnfm(stage, secret, heals);
  await lab.ready();
  say('the cluster has formed; applying the description');
  await lab.apply();
  const traffic = await lab.spawn('client', [process.execPath, '/usr/lib/vnfha/lab/traffic.cjs', ...targets]);
  eachLine(traffic, (line) => samples.push(JSON.parse(line) as Sample));
  return stage;
}

/** `vnfha vnfm-sim` on the client's host. */
async function startVnfm(stage: Stage, secret: string, heals: { vnfcInstanceId?: readonly string[] }[]): Promise<void> {
  const { lab, vnf } = stage;
  const { url, auth } = vnf.vnfm!;
  const credentials = ['--client', auth!.clientId, '--secret', secret];
  const command = ['vnfha', 'vnfm-sim', '--listen', new URL(url).host, ...credentials, '--heal-time', '3s'];
  const sim = await lab.spawn('client', command);
  eachLine(sim, (line) => {
    const record = JSON.parse(line) as { event: string; vnfcInstanceId?: readonly string[] };
    if (record.event !== 'heal-accepted') return;
    heals.push(record);
    stage.repair?.().catch((error: unknown) => (stage.repairFailed = messageOf(error)));
  });
}

function eachLine(program: LabProcess, take: (line: string) => void): void {
  let rest = '';
  const read = (chunk: Buffer): void => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop()!;
    for (const line of lines) if (line.startsWith('{')) take(line);
  };
  program.stdout.on('data', read);
  program.stderr.on('data', read);
}

/** Everything that the nodes' daemons and the power switch have logged since `from` (µs). Nodes that are off are left out. */
export async function recordsOf({ lab, vnf }: Stage, from: number): Promise<LogRecord[]> {
  const fencings = (await lab.fenceLog()).map(({ at, took, action, node }): LogRecord => ({
    at: at + took,
    host: 'switch',
    source: 'switch',
    event: action,
    node,
  }));
  const perNode = await Promise.all(
    vnf.nodes.map(async ({ name }) => [
      ...(await linesOf(lab, name, '/var/log/vnfha/vnfha-bridge.log')).map(
        (line) => ({ ...line, host: name, source: 'bridge' }) as LogRecord,
      ),
      ...(await linesOf(lab, name, paths.incidentJournal)).map(
        (entry) =>
          ({ ...entry, at: Number(entry.at) * 1000, event: entry.kind, host: name, source: 'journal' }) as LogRecord,
      ),
      ...promotionsIn(await lab.readFile(name, '/var/log/pacemaker/pacemaker.log').catch(() => ''), Date.now()),
    ]),
  );
  return [...fencings, ...perNode.flat()].filter((record) => record.at >= from);
}

async function linesOf(lab: Lab, node: string, file: string): Promise<Record<string, unknown>[]> {
  const text = await lab.readFile(node, file).catch(() => '');
  return text
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
