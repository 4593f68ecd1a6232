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
 * Whoever is healthy is as fit as any other: of equals Pacemaker leaves the promoted one promoted (cmp_promotable_instance). So neither
 * promote nor demote changes a score, which would stop a failover in its middle to be planned anew.
 */
export const healthyScore = 100;

/**
 * Whose sidecar carries its state: one that may have missed something is worth less than one that failed lately and has it all (100 - 45, see
 * cib-templates/a1-active-standby.xml), one that has nothing still less, and all more than that rule takes.
 */
export const stateScores = { fresh: healthyScore, behind: 50, empty: 48 } as const;

/** Says to whoever looks at the cluster why this node's instance is not to be promoted (the node attribute RESOURCE-waits), or nothing any more. */
export async function sayWhyItWaits(instance: string, why: string | undefined, log: OcfLog): Promise<void> {
  const change = why === undefined ? ['--delete'] : ['--update', why];
  const { problem } = await execute(['attrd_updater', '--name', `${instance}-waits`, ...change], { timeoutMs: 5000 });
  if (problem !== undefined) log.warn(`why it is not to be promoted could not be told: ${problem}`);
}

/** Sets this node's promotion score for `instance`, or removes it (undefined). Without a cluster it only says so. */
export async function setPromotionScore(instance: string, score: number | undefined, log: OcfLog): Promise<void> {
  const change = score === undefined ? ['-D'] : ['-v', String(score)];
  const { problem } = await execute(['crm_attribute', '-p', instance, ...change], { timeoutMs: 5000 });
  if (problem !== undefined) log.warn(`the promotion score could not be changed: ${problem}`);
}
