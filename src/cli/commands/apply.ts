import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { formatChange } from '../../cib/changes.ts';
import { generateCib } from '../../cib/generate.ts';
import { loadTemplates } from '../../cib/templates.ts';
import { loadVnf } from '../../model/load.ts';
import { diffCibs, patchCib, queryCib } from '../../pacemaker/live-cib.ts';
import { simulate } from '../../pacemaker/simulate.ts';
import { verifyCib } from '../../pacemaker/verify.ts';
import { Failure } from '../../process/failure.ts';
import { applyCib, type Cluster, type Outcome, type Proposal } from '../apply-cib.ts';
import { withProgress } from '../progress.ts';

interface Options {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly templates?: string;
}

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
    .action(async (file: string, options: Options) => {
      const [vnf, templates] = await Promise.all([loadVnf(file), loadTemplates(options.templates)]);
      const outcome = await applyCib(generateCib(vnf, templates), vnf.name, cluster, {
        dryRun: options.dryRun ?? false,
        consent: (proposal) => consent(proposal, options),
        show: (proposal) => (options.json ? undefined : process.stdout.write(formatProposal(proposal))),
      });
      process.stdout.write(options.json ? JSON.stringify(outcome) + '\n' : conclusion(outcome, options));
    });
}

const cluster: Cluster = {
  query: () => withProgress('Reading the CIB', queryCib()),
  verify: (cib, what) => withProgress('Verifying', verifyCib(cib, what)),
  simulate: (cib) => withProgress('Simulating', simulate(cib)),
  diff: diffCibs,
  patch: (patch) => withProgress('Pushing the changes', patchCib(patch)),
};

function formatProposal({ changes, effects }: Proposal): string {
  const effect = effects.map(({ text, disruptive }) => `  ${disruptive ? '! ' : '  '}${text}\n`).join('');
  return `Changes:\n${changes.map((change) => `  ${formatChange(change)}\n`).join('')}Effect:\n${effect || '    none on what is running\n'}`;
}

function conclusion({ changes, applied }: Outcome, { dryRun }: Options): string {
  if (changes.length === 0) return 'The CIB is as the description says: nothing to change.\n';
  if (applied) return "Applied. Pacemaker carries it out now: 'crm_mon' shows how far it is.\n";
  return dryRun ? 'Dry run: nothing was changed.\n' : '';
}

async function consent({ effects }: Proposal, { yes, json }: Options): Promise<void> {
  if (yes) return;
  const disruptions = effects.filter(({ disruptive }) => disruptive).map(({ text }) => text);
  const refusal = (why: string) => new Failure('refused', why, { cure: 'Look at --dry-run; then give --yes.' });
  if (json || !process.stdin.isTTY || !process.stderr.isTTY) {
    throw refusal(`this disrupts what is healthy: it ${disruptions.join(', ')}; nothing was changed`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question('What is marked with ! disrupts what is healthy. Go on? [y/N] ');
    if (!/^y(es)?$/i.test(answer.trim())) throw refusal('nothing was changed');
  } finally {
    terminal.close();
  }
}
