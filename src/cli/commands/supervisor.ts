/**
 * `vnfha supervisor`: sees the instances of this node die or hang, and has them excluded and recovered at once.
 */
import { hostname } from 'node:os';
import { Command } from 'commander';
import { createLog } from '../../process/log.ts';
import { metricsOption } from '../metrics-option.ts';
import { runSupervisor, supervisorDefaults } from '../../supervisor/daemon.ts';

interface SupervisorCommandOptions {
  readonly metrics?: string;
  readonly description: string;
  readonly agentState: string;
  readonly sights: string;
  readonly lock: string;
}

export function supervisorCommand(): Command {
  return new Command('supervisor')
    .summary('have what dies or hangs here excluded and recovered at once')
    .description(
      'A daemon, one on every node. It watches the instances that ocf:vnfha:vnfc started here: the death of a process by the kernel’s\n' +
        'word, a hang by heartbeats. It tells the bridges and Pacemaker at once, and answers the agents’ recurring monitors. It runs in\n' +
        'the foreground and logs JSON lines on stderr. SIGTERM ends it; kill -9 loses nothing. See docs/supervisor.md.',
    )
    .option('--description <file>', 'says where this node’s heartbeats go', supervisorDefaults.description)
    .option('--agent-state <dir>', 'what the agents note', supervisorDefaults.agentState)
    .option('--sights <dir>', 'where monitors find what was seen', supervisorDefaults.sights)
    .option('--lock <path>', 'a socket: one supervisor a node', supervisorDefaults.lock)
    .addOption(metricsOption('supervisor'))
    .addHelpText(
      'after',
      `
Examples:
  vnfha supervisor                              as vnfha-supervisor.service runs it
  journalctl -u vnfha-supervisor                what it saw and said`,
    )
    .action((options: SupervisorCommandOptions) =>
      runSupervisor({ ...options, node: hostname(), log: createLog('supervisor') }),
    );
}
