/** `vnfha status`: how the VNF is, as the cluster sees it. */
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { loadVnf } from '../../model/load.ts';
import { vnfPaths } from '../../model/names.ts';
import type { Vnf } from '../../model/vnf.ts';
import { readStatus } from '../../pacemaker/crm-mon.ts';
import { now } from '../../process/clock.ts';
import { exitCodes } from '../../process/failure.ts';
import { askBridge } from '../../status/bridge-state.ts';
import { readJournal } from '../../status/incidents.ts';
import { askSidecars } from '../../status/sync-state.ts';
import { type VnfStatus, vnfStatus } from '../../status/vnf-status.ts';
import { withProgress } from '../progress.ts';
import { descriptionOf, fileArgument, vnfOption } from '../vnf-option.ts';
import { statusText } from '../status-text.ts';

interface StatusOptions {
  readonly vnf?: string;
  readonly json?: boolean;
  readonly watch?: number | true;
}

export function statusCommand(): Command {
  return new Command('status')
    .summary('how the VNF is: who is active, who is in rotation, what is wrong')
    .description(
      'Shows the VNF as the cluster sees it now: its VNFCs with their roles, who has the addresses, who is in the load balancer’s ' +
        'rotation (as the bridge of this node says: on the nodes of the load balancer only), how far the copies of a state are behind (as the sidecar of this node says: where it is active), ' +
        'and open incidents.',
    )
    .addArgument(fileArgument())
    .addOption(vnfOption())
    .option('--json', 'print one JSON object instead of text; with --watch, one a line')
    .option('--watch [seconds]', 'go on until interrupted; default every 2 s', seconds)
    .addHelpText(
      'after',
      `
Exit code: 0 if everything runs as described, ${exitCodes.unwell} if something is wrong; ${exitCodes.pacemaker} if the cluster does not run here.

Examples:
  vnfha status
  vnfha status --watch 1
  vnfha status --json | jq .problems`,
    )
    .action(async (file: string | undefined, options: StatusOptions) => {
      const vnf = await loadVnf(descriptionOf(file, options.vnf));
      const watch = options.watch === true ? 2 : options.watch;
      if (watch === undefined) {
        const status = await withProgress('Reading the status of the cluster', read(vnf));
        process.stdout.write(options.json ? JSON.stringify(status, null, 2) + '\n' : statusText(status));
        if (!status.ok) process.exitCode = exitCodes.unwell;
        return;
      }
      for (;;) {
        const status = await read(vnf);
        process.stdout.write(options.json ? JSON.stringify(status) + '\n' : screen(statusText(status)));
        await delay(watch * 1000);
      }
    });
}

async function read(vnf: Vnf): Promise<VnfStatus> {
  const { bridgeSocket, incidentJournal } = vnfPaths(vnf);
  const [cluster, rotation, journal, sidecars] = await Promise.all([
    readStatus(),
    askBridge(bridgeSocket),
    readJournal(incidentJournal, vnf.name).catch(() => undefined),
    askSidecars(vnf, hostname()),
  ]);
  return vnfStatus(vnf, cluster, rotation, journal, now(), sidecars);
}

/** On a terminal each one takes the place of the last. */
const screen = (text: string): string =>
  process.stdout.isTTY ? `\u001b[H\u001b[2J${text}` : `${new Date().toISOString()}\n${text}\n`;

function seconds(text: string): number {
  const value = Number(text);
  if (!(value >= 0.5 && value <= 3600)) throw new InvalidArgumentError('From 0.5 to 3600 seconds.');
  return value;
}
