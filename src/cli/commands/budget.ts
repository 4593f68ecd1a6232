/**
 * `vnfha budget`: how long each class of failure takes, and where the time goes.
 */
import { Command } from 'commander';
import { type Budget, budgetsOf } from '../../model/budget.ts';
import { checkDescription } from '../../model/check.ts';
import { readText, refusal } from '../../model/load.ts';
import { paths } from '../../model/names.ts';
import { fieldOf } from '../../model/source.ts';
import type { Vnf } from '../../model/vnf.ts';
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
      process.stdout.write(options.json ? budgetJson(draft, budgets) : budgetText(budgets, draft.recovery));
      if (problems.some(({ severity }) => severity === 'error')) throw refusal(file, problems);
    });
}

function budgetJson({ name, recovery }: Vnf, budgets: readonly Budget[]): string {
  const plain = budgets.map(({ failure, subject, stages, detect, recover }) => ({
    failure,
    subject,
    detect: { typicalMs: detect.typicalMs, worstMs: detect.worstMs },
    recover,
    stages: stages.map(({ setting, ...stage }) => ({ ...stage, setting: setting ? fieldOf(setting.path) : null })),
  }));
  return JSON.stringify({ vnf: name, recovery: recovery ?? null, budgets: plain }, null, 2) + '\n';
}
