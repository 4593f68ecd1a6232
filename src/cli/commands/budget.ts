/**
 * `vnfha budget`: how long each class of failure takes, and where the time goes.
 */
import { Command } from 'commander';
import { budgetsOf } from '../../model/budget.ts';
import { checkDescription } from '../../model/check.ts';
import { readText, refusal } from '../../model/load.ts';
import { paths } from '../../model/names.ts';
import { budgetText } from '../budget-text.ts';

export function budgetCommand(): Command {
  return new Command('budget')
    .summary('how long each class of failure takes, and where the time goes')
    .description(
      `Adds up, for each class of failure, how long it takes until it is noticed and
until the service is there again: what the description's settings cost, and
what was measured of the rest. Needs neither a cluster nor the network.`,
    )
    .argument('[file]', 'the VNF description', paths.description)
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      `
Examples:
  vnfha budget vnf.yaml
  vnfha budget vnf.yaml --json | jq '.budgets[].recover'

What is beyond the description's 'recovery' is marked with '!'. Where the figures
come from, and what a setting costs, is in docs/budget.md.`,
    )
    .action(async (file: string, options: { json?: true }) => {
      const { draft, problems } = checkDescription(await readText(file), file);
      if (draft === undefined) throw refusal(file, problems);
      const budgets = budgetsOf(draft);
      const json = () => JSON.stringify({ vnf: draft.name, recovery: draft.recovery ?? null, budgets }, null, 2) + '\n';
      process.stdout.write(options.json ? json() : budgetText(budgets, draft.recovery));
      if (problems.some(({ severity }) => severity === 'error')) throw refusal(file, problems);
    });
}
