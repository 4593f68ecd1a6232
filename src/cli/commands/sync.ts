/**
 * `vnfha sync`: the sidecar through which a VNFC's standby has the active one's state.
 */
import { hostname } from 'node:os';
import { Command } from 'commander';
import { loadVnfOn } from '../../model/load.ts';
import { besideDirectory, paths } from '../../model/names.ts';
import { Failure } from '../../process/failure.ts';
import { createLog } from '../../process/log.ts';
import { metricsOption } from '../metrics-option.ts';
import { descriptionOf } from '../vnf-option.ts';
import { run } from '../../process/run.ts';
import { loadConfig, type SyncConfig } from '../../sync/config.ts';
import { sidecarOf } from '../../sync/derive.ts';
import { runSidecar } from '../../sync/sidecar.ts';

export function syncCommand(): Command {
  return new Command('sync')
    .summary('keep a VNFC’s state where its standby has it')
    .description(
      'A daemon, one for each instance of a stateful VNFC. The VNFC reads and writes its state at a unix socket (HTTP/JSON); the sidecar\n' +
        'carries it to the standby, and acknowledges a write when it is where its level promises. It runs in the foreground and logs\n' +
        'JSON lines on stderr. SIGTERM ends it. See docs/sync.md.',
    )
    .argument('[file]', `a configuration; with --vnfc: the VNF description (default ${paths.description})`)
    .option(
      '--vnfc <[vnf.]name>',
      `the sidecar of this VNFC, as the description says it; of a VNF beside the node’s: VNF.VNFC, by ${besideDirectory}/VNF.yaml`,
    )
    .addOption(metricsOption('sync'))
    .addHelpText(
      'after',
      `
Examples:
  vnfha sync --vnfc registrar               as vnfha-sync@registrar.service runs it
  vnfha sync /etc/vnfha/sync/registrar.yaml by a configuration of its own
  curl --unix-socket /run/vnfha/sync/registrar.sock http://sync/v1/status`,
    )
    .action(async (file: string | undefined, { vnfc, metrics }: { vnfc?: string; metrics?: string }) =>
      runSidecar(await configuration(file, vnfc), createLog('sync'), metrics),
    );
}

async function configuration(file: string | undefined, vnfc: string | undefined): Promise<SyncConfig> {
  const node = hostname();
  if (vnfc === undefined) {
    if (file !== undefined) return loadConfig(file, node);
    throw new Failure('usage', 'neither a configuration nor --vnfc is given', { cure: "See 'vnfha sync --help'." });
  }
  const [, vnf, name] = /^(?:([^.]*)\.)?(.*)$/.exec(vnfc)!;
  const { user, ...config } = sidecarOf(await loadVnfOn(node, file ?? descriptionOf(undefined, vnf)), name!, node);
  return user === undefined || user === 'root' ? config : { ...config, group: await primaryGroup(user) };
}

async function primaryGroup(user: string): Promise<number> {
  return Number((await run('id', ['-g', '--', user], { kind: 'input' })).stdout);
}
