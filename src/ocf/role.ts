/** The role of an instance, and the score by which Pacemaker chooses whom to promote. */
import type { Argv } from '../model/vnf.ts';
import type { OcfLog } from './log.ts';
import { execute } from './program.ts';

export type InstanceRole = 'promoted' | 'unpromoted';

const promotedWords = ['active', 'promoted', 'primary', 'master', 'leader'];
const unpromotedWords = ['standby', 'unpromoted', 'secondary', 'slave', 'replica', 'follower'];

/** The role that the first word of a role query's output names, whatever its case. */
export function roleOf(output: string): InstanceRole | undefined {
  const word = /[a-z]+/.exec(output.toLowerCase())?.[0] ?? '';
  if (promotedWords.includes(word)) return 'promoted';
  return unpromotedWords.includes(word) ? 'unpromoted' : undefined;
}

/** Asks the instance; the role, or what is wrong. */
export async function queryRole(
  query: Argv,
  user: string | undefined,
  timeoutMs: number,
): Promise<{ readonly role: InstanceRole } | { readonly problem: string }> {
  const { stdout, problem } = await execute(query, { timeoutMs, user });
  if (problem !== undefined) return { problem };
  const role = roleOf(stdout);
  return role ? { role } : { problem: `'${query.join(' ')}' names no role: '${stdout.trim().slice(0, 60)}'` };
}

/**
 * The promoted instance stays promoted while it is healthy, any healthy standby may follow it. The difference is less than the
 * penalty of cib-templates/a1-active-standby.xml for an instance that failed lately.
 */
export const promotionScores: Readonly<Record<InstanceRole, number>> = { promoted: 100, unpromoted: 90 };

/** Sets this node's promotion score for `instance`, or removes it (undefined). Without a cluster it only says so. */
export async function setPromotionScore(instance: string, score: number | undefined, log: OcfLog): Promise<void> {
  const change = score === undefined ? ['-D'] : ['-v', String(score)];
  const { problem } = await execute(['crm_attribute', '-p', instance, ...change], { timeoutMs: 5000 });
  if (problem !== undefined) log.warn(`the promotion score could not be changed: ${problem}`);
}
