/**
 * `vnfha bridge`: keeps HAProxy's rotation as the cluster says.
 */
import { hostname } from 'node:os';
import { Command, Option } from 'commander';
import { bridgeDefaults, runBridge } from '../../bridge/daemon.ts';
import { createLog } from '../../process/log.ts';
import { metricsOption } from '../metrics-option.ts';

interface BridgeCommandOptions {
  readonly metrics?: string;
  readonly page?: string;
  readonly config: string;
  readonly haproxySocket: string;
  readonly bridgeSocket: string;
}

export function bridgeCommand(): Command {
  return new Command('bridge')
    .summary('keep HAProxy’s rotation as the cluster says')
    .description(
      'A daemon, on every node; it works on the nodes of the load balancer. It hears lb-member agents, alerts and corosync, reads\n' +
        'crm_mon, and keeps HAProxy’s memory and file equal and right, also over restarts of HAProxy. It runs in the foreground and\n' +
        'logs JSON lines on stderr. SIGHUP reads the description anew, SIGTERM ends it; kill -9 loses nothing. See docs/bridge.md.',
    )
    .argument('[file]', 'the VNF description', bridgeDefaults.description)
    .option('--config <file>', 'HAProxy’s configuration, which the bridge writes', bridgeDefaults.config)
    .option('--haproxy-socket <path>', 'HAProxy’s runtime socket', bridgeDefaults.haproxySocket)
    .option('--bridge-socket <path>', 'where the bridge answers', bridgeDefaults.bridgeSocket)
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
  vnfha bridge --page 9770                              the status page at http://localhost:9770
  curl --unix-socket ${bridgeDefaults.bridgeSocket} http://bridge/state
                                                        who is in rotation, and why`,
    )
    .action((file: string, options: BridgeCommandOptions) =>
      runBridge({
        ...options,
        description: file,
        node: hostname(),
        haproxyBinary: bridgeDefaults.haproxyBinary,
        log: createLog('bridge'),
      }),
    );
}
