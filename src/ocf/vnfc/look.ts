/** What a monitor finds: is it there, is it healthy, and in which role. The supervisor's checks find the same. */
import { ocf, type OcfCode } from '../codes.ts';
import { healthProblem } from '../health.ts';
import { healthyScore, queryRole } from '../role.ts';
import type { InstanceState } from '../state-file.ts';
import { askStanding } from './state-role.ts';
import { processesOf, type Service } from './service.ts';

export interface Finding {
  readonly code: OcfCode;
  /** What is wrong, where something is. */
  readonly problem?: string;
  /** What its promotion is worth while it is healthy; undefined: it can't be promoted. */
  readonly score?: number | undefined;
}

/** Looks, by every check and the role query that `values` give; `state` is what the agents noted. Changes nothing. */
export async function look(
  values: Service,
  state: InstanceState | undefined,
  remainingMs: () => number,
): Promise<Finding> {
  const failed = state?.role === 'promoted' ? ocf.failedPromoted : ocf.errGeneric;
  if (state === undefined && values.run !== undefined) return { code: ocf.notRunning };
  const processes = state === undefined ? 'unknown' : processesOf(state);
  if (processes === 'gone') return { code: ocf.notRunning };
  if (processes === 'orphaned') return { code: failed, problem: 'its main process is gone, its children still run' };

  const problem = await healthProblem(values, remainingMs());
  if (problem !== undefined) {
    // nobody started the self-managing program here, and it doesn't answer: that is all there is to "not running"
    return state === undefined ? { code: ocf.notRunning } : { code: failed, problem };
  }
  if (values.promote === undefined) return { code: ocf.success };
  const promoted = await isPromoted(values, state, remainingMs);
  if (typeof promoted !== 'boolean') return { code: failed, problem: promoted.problem };
  const standing = values.sync === undefined ? { score: healthyScore } : await askStanding(values.sync, remainingMs());
  const { score } = standing;
  if (!promoted) return { code: ocf.success, score };
  return standing.problem === undefined
    ? { code: ocf.runningPromoted, score }
    : { code: ocf.failedPromoted, problem: standing.problem };
}

async function isPromoted(
  values: Service,
  state: InstanceState | undefined,
  remainingMs: () => number,
): Promise<boolean | { readonly problem: string }> {
  if (values.role_query === undefined) return state?.role === 'promoted';
  const answer = await queryRole(values.role_query, values.user, remainingMs());
  return 'problem' in answer ? answer : answer.role === 'promoted';
}
