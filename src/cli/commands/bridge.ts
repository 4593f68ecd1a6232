/**
 * `vnfha bridge`: keeps HAProxy's rotation as the cluster says.
 */
import { hostname } from 'node:os';
import { Command, Option } from 'commander';
import { runBridge } from '../../bridge/daemon.ts';
import { paths } from '../../model/names.ts';
import { createLog } from '../../process/log.ts';
import { metricsOption } from '../metrics-option.ts';
import { descriptionOf, fileArgument, vnfOption } from '../vnf-option.ts';

interface BridgeCommandOptions {
  readonly metrics?: string;
  readonly vnf?: string;
  readonly config?: string;
  readonly haproxySocket?: string;
  readonly bridgeSocket?: string;
  readonly page?: string;
}

export function bridgeCommand(): Command {
  return new Command('bridge')
    .summary('keep HAProxy’s rotation as the cluster says')
    .description(
      'A daemon, on every node; it works on the nodes of the load balancer. It hears lb-member agents, alerts and corosync, reads\n' +
        'crm_mon, and keeps HAProxy’s memory and file equal and right, also over restarts of HAProxy. It runs in the foreground and\n' +
        'logs JSON lines on stderr. SIGHUP reads the description anew, SIGTERM ends it; kill -9 loses nothing. See docs/bridge.md.',
    )
    .addArgument(fileArgument())
    .addOption(vnfOption())
    .option('--config <file>', `HAProxy’s configuration, which the bridge writes; default ${paths.haproxyConfig}`)
    .option('--haproxy-socket <path>', `HAProxy’s runtime socket; default ${paths.haproxySocket}`)
    .option('--bridge-socket <path>', `where the bridge answers; default ${paths.bridgeSocket}`)
    .addOption(metricsOption('bridge'))
    .addOption(
      new Option('--page <address>', 'serve the status page at this [ADDRESS:]PORT of the loopback').env(
        'VNFHA_BRIDGE_PAGE',
      ),
    )
    .addHelpText(
      'after',
      `
Examples:
  vnfha bridge                                          as vnfha-bridge.service runs it
  vnfha bridge --vnf NAME                               as vnfha-bridge@NAME.service does, for a VNF beside the node’s
  vnfha bridge --page 9770                              the status page at http://localhost:9770
  curl --unix-socket ${paths.bridgeSocket} http://bridge/state
                                                        who is in rotation, and why`,
    )
    .action((file: string | undefined, { vnf, ...options }: BridgeCommandOptions) =>
      runBridge({
        ...options,
        description: descriptionOf(file, vnf),
        node: hostname(),
        log: createLog('bridge'),
      }),
    );
}
