/**
 * `vnfha notifier`: tells the VNFM when Pacemaker can't recover a VNFC.
 */
import { hostname } from 'node:os';
import { Command, Option } from 'commander';
import { paths } from '../../model/names.ts';
import { runNotifier } from '../../notifier/daemon.ts';
import { createLog } from '../../process/log.ts';
import { metricsOption } from '../metrics-option.ts';
import { descriptionOf, fileArgument, vnfOption } from '../vnf-option.ts';

interface NotifierCommandOptions {
  readonly metrics?: string;
  readonly vnf?: string;
  readonly journal?: string;
  readonly user?: string;
}

export function notifierCommand(): Command {
  return new Command('notifier')
    .summary('tell the VNFM when Pacemaker cannot recover a VNFC')
    .description(
      'A daemon, one on every node. When Pacemaker has given up a VNFC on a node, exactly one of them asks the VNFM to heal it, follows\n' +
        'the operation to its end, makes Pacemaker forget the failures, and raises and clears the alarm. It runs in the foreground and\n' +
        'logs JSON lines on stderr. SIGTERM ends it; SIGHUP ends it where the description is well, for its service manager to start it with\n' +
        'that; kill -9 loses nothing. See docs/notifier.md.',
    )
    .addArgument(fileArgument())
    .addOption(vnfOption())
    .option('--journal <file>', `where incidents are written down; default ${paths.incidentJournal}`)
    .addOption(
      new Option(
        '--user <name>',
        'who it is once it has read the secrets; the journal’s directory becomes that user’s',
      ).env('VNFHA_NOTIFIER_USER'),
    )
    .addOption(metricsOption('notifier'))
    .addHelpText(
      'after',
      `
Examples:
  vnfha notifier                                        as vnfha-notifier.service runs it
  vnfha notifier --vnf NAME                             as vnfha-notifier@NAME.service does, for a VNF beside the node’s
  vnfha notifier ./sipcore.yaml --journal ./incidents.jsonl`,
    )
    .action((file: string | undefined, { vnf, ...options }: NotifierCommandOptions) =>
      runNotifier({ ...options, description: descriptionOf(file, vnf), node: hostname(), log: createLog('notifier') }),
    );
}
