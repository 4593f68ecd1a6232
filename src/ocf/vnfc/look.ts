/** What a monitor finds: is it there, is it healthy, and in which role. The supervisor's checks find the same. */
import { ocf, type OcfCode } from '../codes.ts';
import { healthProblem } from '../health.ts';
import { type InstanceRole, queryRole } from '../role.ts';
import type { InstanceState } from '../state-file.ts';
import { contestOf, hasAddress, takenBy } from './address.ts';
import { askStanding } from './state-role.ts';
import { processesOf, type Service } from './service.ts';

export interface Finding {
  readonly code: OcfCode;
  /** What is wrong, where something is. */
  readonly problem?: string;
  /** What its promotion is worth while it is healthy; undefined: it can't be promoted. */
  readonly score?: number | undefined;
  /** Why it is not to be promoted, though it is healthy. */
  readonly waits?: string;
  /** Whether it has the address that makes it active; undefined: it has none, or isn't healthy. */
  readonly active?: boolean | undefined;
  /** It is active, and another of its nodes has its address, too: that one is to give it up. */
  readonly contested?: boolean;
}

/** So many monitors' intervals the other one has for that: its own monitor sees it, and it is stopped. */
const patience = 3;

/** Looks at the instance of a resource, by every check and the role query that `values` give; `state` is what the agents noted. Changes nothing. */
export async function look(
  resource: string,
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
  const claim = await claimOf(values, promoted ? 'promoted' : 'unpromoted', state);
  if (claim.problem !== undefined) return { code: failed, problem: claim.problem };
  const standing = await askStanding(values, promoted, resource, remainingMs());
  const { score, waits } = standing;
  if (!promoted) return { code: ocf.success, score, ...(waits !== undefined && { waits }) };
  return standing.problem === undefined
    ? { code: ocf.runningPromoted, score, ...(claim.contested && { contested: true }) }
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

interface Claim {
  readonly problem?: string;
  readonly contested?: boolean;
}

/** Its role and its address go together, and nobody else has the address. Of two nodes that have it, the one without the role is wrong. */
async function claimOf(values: Service, role: InstanceRole, state: InstanceState | undefined): Promise<Claim> {
  const { address } = values;
  if (address === undefined || state === undefined || state.changing) return {};
  const here = hasAddress(values);
  if (role === 'unpromoted')
    return here ? { problem: `it is standby, and has the address ${address} of the active one` } : {};
  if (!here) return { problem: `it is active, and its address ${address} is not here` };
  const contest = await contestOf(values);
  if (contest === undefined) return {};
  const { peers, strangers } = contest;
  if (strangers.length > 0) return { problem: takenBy(address, strangers) };
  const { contestedSince, watch } = state;
  const isPatient = contestedSince === undefined || Date.now() - contestedSince < patience * (watch?.intervalMs ?? 0);
  return isPatient ? { contested: true } : { problem: takenBy(address, peers) };
}

/** The instances settle by themselves who has the address. Of two that have it, the one with the higher Ethernet address is wrong. */
async function elected(values: Service): Promise<Finding> {
  const active = hasAddress(values);
  const contest = active ? await contestOf(values) : undefined;
  const before = [...(contest?.peers ?? []), ...(contest?.strangers ?? [])].filter((owner) => owner < contest!.own);
  if (before.length === 0) return { code: ocf.success, active };
  return { code: ocf.errGeneric, problem: takenBy(contest!.address, before) };
}
