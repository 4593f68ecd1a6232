/**
 * What a supervisor does about one instance on its node: what it says in the group, when Pacemaker is told, when a check is due,
 * and whether monitors may be answered by what it saw. Pure.
 *
 * Only what is in phase 'running' can fail here: whatever ends or is silent in another phase is an agent's doing.
 *
 * A failed active instance is first said to be unfit, which costs it the role, and only then to have failed: of a failure Pacemaker makes one
 * transition in which it restarts the failed instance and waits for that before it promotes the standby (a promotable clone promotes
 * after all its starts). Unfit, it is demoted, and the standby is promoted at once; the repair comes after.
 */
import type { InstanceWord } from '../model/wire.ts';
import type {
  InstanceAction,
  InstanceEvent,
  InstanceFailure,
  InstancePolicy,
  InstanceWatch,
  Noted,
  Said,
} from './instance-types.ts';

export const initialWatch: InstanceWatch = {
  noted: undefined,
  said: undefined,
  heard: false,
  missed: 0,
  missedSince: undefined,
  failure: undefined,
  checking: false,
  checkAt: undefined,
};

export const defaultInstancePolicy: InstancePolicy = {
  retryMs: 1000,
  graceMs: 2000,
  patience: 3,
  demoteMs: 5000,
  settleMs: 1000,
  againMs: 1000,
};

export interface InstanceStep {
  readonly state: InstanceWatch;
  readonly actions: readonly InstanceAction[];
  /** ms since the epoch */
  readonly wakeAt: number | undefined;
}

export function stepInstance(before: InstanceWatch, event: InstanceEvent, policy: InstancePolicy): InstanceStep {
  const draft = new Draft(before, event.at);
  switch (event.type) {
    case 'noted':
      note(draft, event.noted, policy);
      break;
    case 'ended':
      note(draft, event.noted, policy);
      ended(draft, event.pid, policy);
      break;
    case 'beat':
      beat(draft, event, policy);
      break;
    case 'checked':
      checked(draft, event, policy);
      break;
    case 'told':
      told(draft, event.error, policy);
      break;
    case 'tick':
      break;
  }
  whatIsDue(draft);
  const { state } = draft;
  const times = [state.checking ? undefined : state.checkAt, state.failure?.again].filter((time) => time !== undefined);
  return { state, actions: draft.actions, wakeAt: times.length === 0 ? undefined : Math.min(...times) };
}

/** The last word about what runs; what is stopped or being started is for Pacemaker alone to speak of. */
export const wordThatHolds = ({ noted, said }: InstanceWatch): Said | undefined =>
  noted?.phase === 'running' ? said : undefined;

class Draft {
  state: InstanceWatch;
  readonly at: number;
  readonly actions: InstanceAction[] = [];

  constructor(state: InstanceWatch, at: number) {
    this.state = state;
    this.at = at;
  }

  set(change: Partial<InstanceWatch>): void {
    this.state = { ...this.state, ...change };
  }

  say(word: InstanceWord, what: string, since?: number): void {
    if (this.state.said?.word === word) return;
    const said = { word, at: this.at, what, ...(since === undefined ? {} : { since }) };
    this.set({ said });
    this.actions.push({ type: 'say', ...said });
  }

  /** What is seen first of a failure. */
  fails(seen: InstanceFailure['seen'], what: string, { demoteMs }: InstancePolicy): void {
    const { noted } = this.state;
    if (!noted?.active) return this.tell(seen, what);
    this.set({ failure: { seen, what, again: this.at + demoteMs } });
    if (seen === 'hung' && noted.leader !== undefined) this.actions.push({ type: 'kill', leader: noted.leader });
    else this.actions.push({ type: 'unfit', what });
  }

  tell(seen: InstanceFailure['seen'], what: string): void {
    this.set({ failure: { seen, what, again: undefined } });
    this.actions.push({ type: 'fail', what });
  }

  hideSight(): void {
    this.actions.push({ type: 'hideSight' });
  }

  log(level: 'info' | 'warn', event: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.actions.push({ type: 'log', level, event, fields });
  }
}

const isRunning = ({ noted, failure }: InstanceWatch): boolean =>
  noted?.phase === 'running' && failure?.seen !== 'died';

/** Whatever was written: no sight of before it holds any more. */
function note(draft: Draft, noted: Noted | undefined, { settleMs }: InstancePolicy): void {
  const { noted: last } = draft.state;
  if (same(last, noted)) return;
  draft.hideSight();
  draft.log('info', 'noted', { phase: noted?.phase ?? 'none', pid: noted?.leader?.pid });
  const goesOn = last?.phase === 'running' && noted?.phase === 'running' && sameLeader(last, noted);
  draft.set(goesOn ? { noted } : { noted, heard: false, missed: 0, failure: undefined });
  const { failure } = draft.state;
  const demoted = last?.active && !noted?.active;
  if (demoted && failure?.again !== undefined) draft.set({ failure: { ...failure, again: draft.at + settleMs } });
  draft.set({ checkAt: isRunning(draft.state) && noted?.check !== undefined ? draft.at : undefined });
  // a start has seen it healthy; what ran before this supervisor has to answer first, where it can
  const started = noted?.phase === 'running' && !goesOn;
  if (started && (noted.misses === undefined || draft.state.said !== undefined)) draft.say('well', 'it runs');
}

const sameLeader = (one: Noted | undefined, other: Noted | undefined): boolean =>
  one?.leader?.pid === other?.leader?.pid && one?.leader?.startTime === other?.leader?.startTime;

const same = (one: Noted | undefined, other: Noted | undefined): boolean =>
  one?.phase === other?.phase &&
  one?.active === other?.active &&
  sameLeader(one, other) &&
  one?.check?.intervalMs === other?.check?.intervalMs &&
  one?.check?.timeoutMs === other?.check?.timeoutMs &&
  one?.misses === other?.misses;

function ended(draft: Draft, pid: number, policy: InstancePolicy): void {
  const { noted, failure } = draft.state;
  if (noted?.phase !== 'running' || noted.leader?.pid !== pid) {
    draft.log('info', 'ended-as-planned', { pid, phase: noted?.phase ?? 'none' });
    return;
  }
  if (failure?.seen === 'died') return;
  const what = `its main process ${pid} is gone`;
  draft.set({ checkAt: undefined });
  draft.say('died', what);
  draft.hideSight();
  // a hung active one was ended here, and only now it is unfit; of any other, Pacemaker knows already, and counts one failure
  if (failure === undefined || (failure.seen === 'hung' && noted.active)) draft.fails('died', what, policy);
  else draft.set({ failure: { ...failure, seen: 'died' } });
  draft.actions.push({ type: 'noteGone', leader: noted.leader });
}

/** A heartbeat that is answered as the one before was, ten times a second: the step after it is the state before it. */
export const isNoNews = (
  { heard, missed, failure, said }: InstanceWatch,
  { answered }: Pick<Extract<InstanceEvent, { type: 'beat' }>, 'answered'>,
): boolean => answered && heard && missed === 0 && failure === undefined && said?.word === 'well';

function beat(
  draft: Draft,
  { answered, late, what }: Extract<InstanceEvent, { type: 'beat' }>,
  policy: InstancePolicy,
): void {
  const { state } = draft;
  const misses = state.noted?.misses;
  if (!isRunning(state) || misses === undefined) return;
  if (answered) {
    draft.set({ heard: true, missed: 0, failure: state.failure?.seen === 'hung' ? undefined : state.failure });
    draft.say('well', 'it answers its heartbeats');
    return;
  }
  if (!state.heard || late) return;
  const missed = state.missed + 1;
  const missedSince = missed === 1 ? draft.at : state.missedSince;
  draft.set({ missed, missedSince });
  if (missed === 1) draft.hideSight();
  const said = `${missed} heartbeats without an answer: ${what}`;
  if (missed >= misses) draft.say('hung', said, missedSince);
  if (missed >= misses * (1 + policy.patience) && draft.state.failure === undefined) draft.fails('hung', said, policy);
}

function checked(
  draft: Draft,
  { begun, outcome }: Extract<InstanceEvent, { type: 'checked' }>,
  policy: InstancePolicy,
): void {
  const { graceMs, againMs } = policy;
  draft.set({ checking: false });
  const { noted, failure, missed } = draft.state;
  if (!isRunning(draft.state) || noted?.check === undefined) return;
  draft.set({ checkAt: outcome.is === 'void' ? draft.at + againMs : nextCheckAt(begun, noted.check.intervalMs) });
  if (outcome.is === 'healthy') {
    if (failure?.seen === 'check') draft.set({ failure: undefined });
    if (missed > 0) return;
    draft.actions.push({ type: 'showSight', code: outcome.code, begun, forMs: noted.check.intervalMs + graceMs });
    return;
  }
  draft.hideSight();
  if (outcome.is === 'void') draft.log('info', 'check-void', { why: outcome.why });
  if (outcome.is === 'failed' && failure === undefined) draft.fails('check', outcome.problem, policy);
}

/** In time, or up to a quarter of the interval before: then those of other instances are due, too, and the node is woken once for all. */
function nextCheckAt(begun: number, intervalMs: number): number {
  const together = intervalMs / 4;
  return Math.floor((begun + intervalMs) / together) * together;
}

function told(draft: Draft, error: string | undefined, { retryMs }: InstancePolicy): void {
  const { failure } = draft.state;
  if (error === undefined) {
    draft.log('info', 'pacemaker-told', { what: failure?.what });
    return;
  }
  draft.log('warn', 'pacemaker-not-told', { why: error });
  if (failure !== undefined) draft.set({ failure: { ...failure, again: draft.at + retryMs } });
}

function whatIsDue(draft: Draft): void {
  const { at, state } = draft;
  if (state.failure?.again !== undefined && state.failure.again <= at)
    draft.tell(state.failure.seen, state.failure.what);
  if (!state.checking && state.checkAt !== undefined && state.checkAt <= at) {
    draft.set({ checking: true });
    draft.actions.push({ type: 'check' });
  }
}
