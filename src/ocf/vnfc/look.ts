/** What a monitor finds: is it there, is it healthy, and in which role. The supervisor's checks find the same. */
import { ocf, type OcfCode } from '../codes.ts';
import { healthProblem } from '../health.ts';
import { healthyScore, type InstanceRole, queryRole } from '../role.ts';
import type { InstanceState } from '../state-file.ts';
import { addressProblem, hasAddress } from './address.ts';
import { askStanding } from './state-role.ts';
import { processesOf, type Service } from './service.ts';

export interface Finding {
  readonly code: OcfCode;
  /** What is wrong, where something is. */
  readonly problem?: string;
  /** What its promotion is worth while it is healthy; undefined: it can't be promoted. */
  readonly score?: number | undefined;
  /** Whether it has the address that makes it active; undefined: it has none, or isn't healthy. */
  readonly active?: boolean | undefined;
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
  if (processes === 'gone') {
    // to say that nothing runs would let another one take the address while it is still here
    return hasAddress(values)
      ? { code: failed, problem: `it has ended, and its address ${values.address} is still here` }
      : { code: ocf.notRunning };
  }
  if (processes === 'orphaned') return { code: failed, problem: 'its main process is gone, its children still run' };

  const problem = await healthProblem(values, remainingMs());
  if (problem !== undefined) {
    // nobody started the self-managing program here, and it doesn't answer: that is all there is to "not running"
    return state === undefined ? { code: ocf.notRunning } : { code: failed, problem };
  }
  if (values.promote === undefined) return values.address === undefined ? { code: ocf.success } : elected(values);
  const promoted = await isPromoted(values, state, remainingMs);
  if (typeof promoted !== 'boolean') return { code: failed, problem: promoted.problem };
  const claim = await claimProblem(values, promoted ? 'promoted' : 'unpromoted', state);
  if (claim !== undefined) return { code: failed, problem: claim };
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

/** Its role and its address go together, and nobody else has the address. */
async function claimProblem(
  values: Service,
  role: InstanceRole,
  state: InstanceState | undefined,
): Promise<string | undefined> {
  const { address } = values;
  if (address === undefined || state === undefined || state.changing) return undefined;
  const here = hasAddress(values);
  if (role === 'promoted')
    return here ? addressProblem(values, 'always') : `it is active, and its address ${address} is not here`;
  return here ? `it is standby, and has the address ${address} of the active one` : undefined;
}

/** The instances settle by themselves who has the address. Of two that have it, the one with the higher Ethernet address is wrong. */
async function elected(values: Service): Promise<Finding> {
  const active = hasAddress(values);
  const problem = active ? await addressProblem(values, 'to-lower') : undefined;
  return problem === undefined ? { code: ocf.success, active } : { code: ocf.errGeneric, problem };
}
