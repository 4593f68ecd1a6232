import { Command } from 'commander';
import { remainsOf } from '../../cib/remove.ts';
import { applyLive, type LiveOptions } from '../live-apply.ts';

export function removeCommand(): Command {
  return new Command('remove')
    .summary('take a VNF out of the live CIB')
    .description(
      "Takes all that a description put into the live CIB out of it again: what the VNF's owner tag lists, and nothing else. Pacemaker then " +
        'stops what ran. Its fence devices stay, as they guard whatever else the cluster runs, and so do cluster properties. What would be stopped is shown, and asked about, as by apply.',
    )
    .argument('<vnf>', "the VNF's name")
    .option('--dry-run', 'show changes and effect; change nothing')
    .option('--yes', 'go on without asking')
    .option('--json', 'print changes and effect as JSON')
    .addHelpText(
      'after',
      `
Examples:
  vnfha remove sipcore --dry-run
  vnfha remove sipcore`,
    )
    .action((vnf: string, options: LiveOptions) =>
      applyLive(
        (live) => remainsOf(live, vnf),
        vnf,
        options,
        `There is nothing of a VNF '${vnf}' to take out of the CIB.`,
      ),
    );
}
