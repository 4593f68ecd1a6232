/**
 * What a supervisor does about one instance on its node: what it says in the group, when Pacemaker is told, when a check is due,
 * and whether monitors may be answered by what it saw. Pure.
 *
 * Only what is in phase 'running' can fail here: whatever ends or is silent in another phase is an agent's doing.
 */
import type { InstanceWord } from '../model/wire.ts';
import type { InstanceAction, InstanceEvent, InstancePolicy, InstanceWatch, Noted, Said } from './instance-types.ts';

export const initialWatch: InstanceWatch = {
  noted: undefined,
  said: undefined,
  heard: false,
  missed: 0,
  failure: undefined,
  checking: false,
  checkAt: undefined,
};

export const defaultInstancePolicy: InstancePolicy = { retryMs: 1000, graceMs: 2000, patience: 3, againMs: 1000 };

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
      note(draft, event.noted);
      break;
    case 'ended':
      note(draft, event.noted);
      ended(draft, event.pid);
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

  say(word: InstanceWord, what: string): void {
    if (this.state.said?.word === word) return;
    const said = { word, at: this.at, what };
    this.set({ said });
    this.actions.push({ type: 'say', ...said });
  }

  fail(seen: 'died' | 'hung' | 'check', what: string): void {
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
function note(draft: Draft, noted: Noted | undefined): void {
  const { noted: last } = draft.state;
  if (same(last, noted)) return;
  draft.hideSight();
  draft.log('info', 'noted', { phase: noted?.phase ?? 'none', pid: noted?.leader?.pid });
  const goesOn = last?.phase === 'running' && noted?.phase === 'running' && sameLeader(last, noted);
  draft.set(goesOn ? { noted } : { noted, heard: false, missed: 0, failure: undefined });
  draft.set({ checkAt: isRunning(draft.state) && noted?.check !== undefined ? draft.at : undefined });
  // a start has seen it healthy; what ran before this supervisor has to answer first, where it can
  const started = noted?.phase === 'running' && !goesOn;
  if (started && (noted.misses === undefined || draft.state.said !== undefined)) draft.say('well', 'it runs');
}

const sameLeader = (one: Noted | undefined, other: Noted | undefined): boolean =>
  one?.leader?.pid === other?.leader?.pid && one?.leader?.startTime === other?.leader?.startTime;

const same = (one: Noted | undefined, other: Noted | undefined): boolean =>
  one?.phase === other?.phase &&
  sameLeader(one, other) &&
  one?.check?.intervalMs === other?.check?.intervalMs &&
  one?.check?.timeoutMs === other?.check?.timeoutMs &&
  one?.misses === other?.misses;

function ended(draft: Draft, pid: number): void {
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
  if (failure === undefined) draft.fail('died', what);
  else draft.set({ failure: { ...failure, seen: 'died' } }); // Pacemaker knows of it, and counts one failure
}

function beat(
  draft: Draft,
  { answered, late, what }: Extract<InstanceEvent, { type: 'beat' }>,
  { patience }: InstancePolicy,
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
  draft.set({ missed });
  if (missed === 1) draft.hideSight();
  const said = `${missed} heartbeats without an answer: ${what}`;
  if (missed >= misses) draft.say('hung', said);
  if (missed >= misses * (1 + patience) && draft.state.failure === undefined) draft.fail('hung', said);
}

function checked(
  draft: Draft,
  { begun, outcome }: Extract<InstanceEvent, { type: 'checked' }>,
  { graceMs, againMs }: InstancePolicy,
): void {
  draft.set({ checking: false });
  const { noted, failure, missed } = draft.state;
  if (!isRunning(draft.state) || noted?.check === undefined) return;
  draft.set({ checkAt: outcome.is === 'void' ? draft.at + againMs : begun + noted.check.intervalMs });
  if (outcome.is === 'healthy') {
    if (failure?.seen === 'check') draft.set({ failure: undefined });
    if (missed > 0) return;
    draft.actions.push({ type: 'showSight', code: outcome.code, begun, forMs: noted.check.intervalMs + graceMs });
    return;
  }
  draft.hideSight();
  if (outcome.is === 'void') draft.log('info', 'check-void', { why: outcome.why });
  if (outcome.is === 'failed' && failure === undefined) draft.fail('check', outcome.problem);
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
    draft.fail(state.failure.seen, state.failure.what);
  if (!state.checking && state.checkAt !== undefined && state.checkAt <= at) {
    draft.set({ checking: true });
    draft.actions.push({ type: 'check' });
  }
}
