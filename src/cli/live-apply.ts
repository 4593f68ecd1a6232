/** What `vnfha apply` and `vnfha remove` do alike: show, ask, push, say how it ended. */
import { createInterface } from 'node:readline/promises';
import { formatChange } from '../cib/changes.ts';
import { diffCibs, patchCib, queryCib } from '../pacemaker/live-cib.ts';
import { simulate } from '../pacemaker/simulate.ts';
import { verifyCib } from '../pacemaker/verify.ts';
import { Failure } from '../process/failure.ts';
import type { Element } from '../process/xml.ts';
import { applyCib, type Cluster, type Outcome, type Proposal } from './apply-cib.ts';
import { withProgress } from './progress.ts';

export interface LiveOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/**
 * Brings the live CIB to what `oursIn` wants of the VNF in it, and prints what it does. `nothing`: what is said when there is nothing to change.
 * @throws Failure as applyCib
 */
export async function applyLive(
  oursIn: (live: Element) => Element,
  vnf: string,
  options: LiveOptions,
  nothing: string,
): Promise<void> {
  const outcome = await applyCib(oursIn, vnf, cluster, {
    dryRun: options.dryRun ?? false,
    consent: (proposal) => consent(proposal, options),
    show: (proposal) => (options.json ? undefined : process.stdout.write(formatProposal(proposal))),
    busy: () => process.stderr.write('The CIB is being changed by others: trying again for half a minute.\n'),
  });
  process.stdout.write(options.json ? JSON.stringify(outcome) + '\n' : conclusion(outcome, options, nothing));
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

function conclusion({ changes, applied }: Outcome, { dryRun }: LiveOptions, nothing: string): string {
  if (changes.length === 0) return `${nothing}\n`;
  if (applied) return "Applied. Pacemaker carries it out now: 'crm_mon' shows how far it is.\n";
  return dryRun ? 'Dry run: nothing was changed.\n' : '';
}

async function consent({ effects }: Proposal, { yes, json }: LiveOptions): Promise<void> {
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
