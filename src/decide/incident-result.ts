/**
 * What the answers of the VNFM and of Pacemaker mean for an incident: a fact for the journal, or another try later.
 */
import type { Answer } from '../model/answer.ts';
import { type AffectedVnfc, instanceNow, type Move, moveOf, successorOf } from './adoption.ts';
import { healableOf } from './healable.ts';
import type { IncidentState, Lane } from './incident.ts';
import type { IncidentAction } from './incident-action.ts';
import { laneName, laneOf } from './incident-advance.ts';
import { entryKey, type Incident, type Recorded, type Resolution, resolutionsOf } from './incident-journal.ts';
import { conditionNow, type Fact, write } from './incident-next.ts';
import { backoff, type IncidentPolicy } from './incident-policy.ts';

/** An operation of the VNFM, as far as it matters here. */
export interface OperationSeen {
  readonly state: 'STARTING' | 'PROCESSING' | 'COMPLETED' | 'FAILED_TEMP' | 'FAILED' | 'ROLLING_BACK' | 'ROLLED_BACK';
  readonly detail: string | undefined;
  /** When it entered its state, as the VNFM spells it; undefined: it doesn't say. */
  readonly entered: string | undefined;
  readonly affectedVnfcs: readonly AffectedVnfc[];
  /** Where the VNFCs are, by the ids that the VNFM knows them by; undefined: it doesn't say. */
  readonly addresses?: ReadonlyMap<string, readonly string[]> | undefined;
}

export type ActionResult = { readonly incident: string } &
  /** The operation's id; undefined: there is none, and none was asked for. */
  (
    | { readonly type: 'heal' | 'find'; readonly attempt: number; readonly answer: Answer<string | undefined> }
    | { readonly type: 'poll'; readonly attempt: number; readonly answer: Answer<OperationSeen> }
    | {
        readonly type: 'resolve';
        readonly attempt: number;
        readonly n: number;
        readonly how: Resolution;
        readonly answer: Answer<undefined>;
      }
    | { readonly type: 'restart-node'; readonly answer: Answer<undefined> }
    | { readonly type: 'cleanup'; readonly attempt: number; readonly answer: Answer<undefined> }
    | { readonly type: 'raise-alarm' | 'clear-alarm'; readonly answer: Answer<undefined> }
  );

/** 404s in a row, about a minute of them, until an accepted operation counts as lost. */
const lostAfter = 8;

/** Ends the action in its lane and takes in what came of it. `chance` in [0, 1). */
export function applyResult(
  state: IncidentState,
  result: ActionResult,
  { at, chance }: { readonly at: number; readonly chance: number },
  policy: IncidentPolicy,
): { readonly state: IncidentState; readonly actions: readonly IncidentAction[] } {
  const kind = result.type === 'raise-alarm' || result.type === 'clear-alarm' ? 'alarm' : 'heal';
  const name = laneName(kind, result.incident);
  const lane = { ...laneOf(state, name), busy: false };
  const inLane = (changed: Partial<typeof lane>) => new Map(state.lanes).set(name, { ...lane, ...changed });
  const recorded = state.journal.get(result.incident);
  const incident = recorded?.incident;
  // Without the group nothing can be written down. The intent is, and the VNFM will be asked again.
  if (recorded === undefined || incident === undefined || state.group === undefined)
    return { state: { ...state, lanes: inLane({}) }, actions: [] };

  const instance = instanceNow(state.journal, healableOf(policy.vnf, incident.vnfc)?.instanceId(incident.node));
  const whole = isWhole(state, incident, policy);
  const move = (addresses: readonly string[] | undefined) => moveOf(policy.vnf, state.journal, incident, addresses);
  const verdict = judge(result, recorded, lane, { whole, instance, move }, policy);
  const logs: IncidentAction[] =
    verdict.log === undefined
      ? []
      : [{ type: 'log', ...verdict.log, fields: { incident: incident.id, ...verdict.log.fields } }];
  if ('fact' in verdict) {
    const written = write({ vnf: policy.vnf.name, node: state.group.node, now: at }, verdict.fact);
    const { seen } = verdict;
    const notBefore = seen === undefined ? 0 : at + policy.timing.poll;
    const lanes = inLane({ awaiting: entryKey(written.entry), failures: 0, notBefore, told: seen });
    return { state: { ...state, lanes }, actions: [written, ...logs] };
  }
  if ('seen' in verdict) {
    const lanes = inLane({ failures: 0, notBefore: at + policy.timing.poll, told: verdict.seen });
    return { state: { ...state, lanes }, actions: logs };
  }
  const failures = lane.failures + 1;
  const pause = Math.max(verdict.afterMs ?? 0, backoff(failures, chance, policy.timing));
  return { state: { ...state, lanes: inLane({ failures, notBefore: at + pause }) }, actions: logs };
}

type Settled<T> = Extract<Answer<T>, { readonly kind: 'ok' | 'refused' }>;
type Told = Omit<Extract<IncidentAction, { type: 'log' }>, 'type'>;
type Verdict = { readonly log?: Told } & (
  { readonly fact: Fact; readonly seen?: string } | { readonly seen: string } | { readonly afterMs: number | undefined }
);

/** `instance`: by which id the VNFM knows it. */
interface Seen {
  readonly whole: boolean;
  readonly instance: string | undefined;
  /** Where it is, if its VM has these addresses and that is news. */
  readonly move: (addresses: readonly string[] | undefined) => Move | undefined;
}

function judge(result: ActionResult, recorded: Recorded, lane: Lane, seen: Seen, policy: IncidentPolicy): Verdict {
  const { whole } = seen;
  const { answer, type } = result;
  const incident = recorded.incident!;
  if (answer.kind === 'busy' || answer.kind === 'retry') {
    const fields = { action: type, detail: answer.detail, failures: lane.failures + 1 };
    if (type === 'heal' && answer.kind === 'busy' && policy.vnf.vnfm?.heals.onConflict === 'later')
      return judgeHeal(result.attempt, incident, { kind: 'refused', detail: answer.detail }, whole);
    const afterMs = answer.kind === 'retry' ? answer.afterMs : undefined;
    return { afterMs, log: { level: 'warn', event: 'will-try-again', fields } };
  }
  switch (type) {
    case 'heal':
    case 'find':
      return judgeHeal(result.attempt, incident, answer, whole);
    case 'poll':
      return judgePoll(result.attempt, recorded, answer, lane, seen, policy);
    case 'resolve': {
      const { attempt, n, how } = result;
      const fact = { kind: 'operation-resolved', incident: incident.id, attempt, n, how } as const;
      const fields = { attempt, how, ...(answer.kind === 'ok' ? {} : { detail: answer.detail }) };
      if (answer.kind === 'ok') return { fact, log: { level: 'info', event: 'operation-resolved', fields } };
      return {
        fact: { ...fact, refused: answer.detail },
        log: { level: 'error', event: 'resolution-refused', fields },
      };
    }
    case 'restart-node': {
      const fields = answer.kind === 'ok' ? {} : { detail: answer.detail };
      const log: Told = { level: answer.kind === 'ok' ? 'info' : 'error', event: 'node-restart', fields };
      if (answer.kind === 'ok') return { fact: { kind: 'node-restarted', incident: incident.id }, log };
      return { fact: { kind: 'node-not-restarted', incident: incident.id, reason: answer.detail }, log };
    }
    case 'cleanup':
      if (answer.kind === 'ok') return { fact: { kind: 'cleaned-up', incident: incident.id, attempt: result.attempt } };
      return {
        afterMs: undefined,
        log: { level: 'error', event: 'cleanup-refused', fields: { detail: answer.detail } },
      };
    case 'raise-alarm':
    case 'clear-alarm': {
      const fact = { kind: type === 'raise-alarm' ? 'alarm-sent' : 'alarm-cleared', incident: incident.id } as const;
      if (answer.kind === 'ok') return { fact };
      const log: Told = { level: 'error', event: 'alarm-refused', fields: { action: type, detail: answer.detail } };
      return { fact: { ...fact, refused: answer.detail }, log };
    }
  }
}

function judgeHeal(attempt: number, incident: Incident, answer: Settled<string | undefined>, whole: boolean): Verdict {
  const fact = { incident: incident.id, attempt };
  if (answer.kind === 'refused') {
    const log: Told = { level: 'error', event: 'heal-refused', fields: { attempt, detail: answer.detail } };
    return { fact: { kind: 'heal-rejected', ...fact, reason: answer.detail }, log };
  }
  if (answer.value !== undefined) return { fact: { kind: 'heal-accepted', ...fact, operation: answer.value } };
  if (!whole) return { afterMs: undefined };
  return { fact: { kind: 'recovered', incident: incident.id, outcome: 'recovered' } };
}

function judgePoll(
  attempt: number,
  { incident, entries }: Recorded,
  answer: Settled<OperationSeen>,
  lane: Lane,
  { instance, move }: Seen,
  policy: IncidentPolicy,
): Verdict {
  const fact = { incident: incident!.id, attempt };
  if (answer.kind === 'refused') {
    if (answer.status === 404 && lane.failures + 1 >= lostAfter) {
      return { fact: { kind: 'heal-failed', ...fact, reason: 'the VNFM no longer knows the operation' } };
    }
    const log: Told = { level: 'error', event: 'operation-unreadable', fields: { attempt, detail: answer.detail } };
    return { afterMs: undefined, log };
  }
  const { state, detail, entered, affectedVnfcs, addresses } = answer.value;
  if (state === 'COMPLETED') {
    const successor = instance === undefined ? undefined : successorOf(instance, affectedVnfcs);
    const adopted = instance === undefined || successor === undefined ? {} : { was: instance, instance: successor };
    const there = instance === undefined ? undefined : addresses?.get(successor ?? instance);
    return { fact: { kind: 'heal-completed', ...fact, ...adopted, ...move(there) } };
  }
  if (state === 'FAILED' || state === 'ROLLED_BACK') {
    return { fact: { kind: 'heal-failed', ...fact, reason: detail === undefined ? state : `${state}: ${detail}` } };
  }
  // FAILED_TEMP waits for somebody's word: to retry, to fail or to roll back.
  const level = state === 'FAILED_TEMP' ? 'error' : 'info';
  const fields = { state, attempt, ...(detail === undefined ? {} : { detail }) };
  const log: { log?: Told } = lane.told === state ? {} : { log: { level, event: 'operation', fields } };
  const n = state === 'FAILED_TEMP' ? stuckAgain(attempt, entries, entered, policy) : undefined;
  if (n === undefined) return { seen: state, ...log };
  const since = entered === undefined ? {} : { entered };
  return { fact: { kind: 'operation-stuck', ...fact, n, reason: detail ?? state, ...since }, seen: state, ...log };
}

/**
 * Which time it is that an operation is stuck, if that is news: after a refusal it isn't, nor once it was to fail, nor while a VNFM that was
 * told to go on with it has not begun to.
 */
function stuckAgain(
  attempt: number,
  entries: Recorded['entries'],
  entered: string | undefined,
  { vnf }: IncidentPolicy,
): number | undefined {
  const { stuck, resolved, entered: before } = resolutionsOf(entries, attempt);
  if (entered !== undefined && entered === before) return undefined;
  if ((vnf.vnfm?.heals.onFailedTemp ?? 'wait') === 'wait') return stuck === 0 ? 1 : undefined;
  const last = resolved.at(-1);
  const over = last?.refused !== undefined || last?.how === 'fail';
  return over || stuck > resolved.length ? undefined : stuck + 1;
}

function isWhole(state: IncidentState, incident: Incident, policy: IncidentPolicy): boolean {
  const since = state.journal.get(incident.id)?.since ?? 0;
  if (state.status === undefined || state.status.startedAt < since) return false;
  return conditionNow(state.status.value, policy.vnf, incident.vnfc, incident.node) === 'whole';
}
