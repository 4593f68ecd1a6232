import { Command } from 'commander';
import { generateCib } from '../../cib/generate.ts';
import { loadTemplates } from '../../cib/templates.ts';
import { loadVnf } from '../../model/load.ts';
import { applyLive, type LiveOptions } from '../live-apply.ts';

export function applyCommand(): Command {
  return new Command('apply')
    .summary('bring the live CIB to what a description says')
    .description(
      'Checks the description, works out what is to be changed in the live CIB, has Pacemaker verify and simulate it, shows the effect, ' +
        "and pushes the difference only. What isn't the VNF's stays as it is. Before something healthy is stopped, moved, demoted, " +
        'restarted or fenced it asks, or without a terminal wants --yes.',
    )
    .argument('<file>', 'the VNF description')
    .option('--dry-run', 'show changes and effect; change nothing')
    .option('--yes', 'go on without asking')
    .option('--templates <dir>', 'templates here go before the shipped ones of the same name')
    .option('--json', 'print changes and effect as JSON')
    .addHelpText(
      'after',
      `
Examples:
  vnfha apply vnf.yaml --dry-run
  vnfha apply vnf.yaml
  vnfha apply vnf.yaml --yes --json`,
    )
    .action(async (file: string, options: LiveOptions & { readonly templates?: string }) => {
      const [vnf, templates] = await Promise.all([loadVnf(file), loadTemplates(options.templates)]);
      const nothing = 'The CIB is as the description says: nothing to change.';
      const ours = generateCib(vnf, templates);
      await applyLive(() => ours, vnf.name, options, nothing);
    });
}
