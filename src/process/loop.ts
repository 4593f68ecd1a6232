/**
 * A daemon's loop: events in, one at a time, through a decision, actions out; and a tick when the decision wants to be woken.
 */
import { now } from './clock.ts';

export interface Loop<State, Event> {
  readonly state: State;
  /** Takes the event before it returns, unless another is being taken: then after that one. Nothing once it is stopped. */
  post(event: Event): void;
  stop(): void;
}

interface LoopOptions<State, Event, Action> {
  readonly initial: State;
  /** `wakeAt`: ms since the epoch; undefined: only an event can change anything. */
  readonly step: (
    state: State,
    event: Event,
  ) => { readonly state: State; readonly actions: readonly Action[]; readonly wakeAt: number | undefined };
  readonly tick: (at: number) => Event;
  readonly perform: (action: Action) => void;
}

/** A clock that is set must not hold up a decision for longer than this. */
const longestMs = 60_000;

export function startLoop<State, Event, Action>(options: LoopOptions<State, Event, Action>): Loop<State, Event> {
  const { step, tick, perform } = options;
  const queue: Event[] = [];
  let state = options.initial;
  let timer: NodeJS.Timeout | undefined;
  /** What the timer that runs was set for. */
  let armedFor: number | undefined;
  let busy = false;
  let stopped = false;

  function post(event: Event): void {
    if (stopped) return;
    queue.push(event);
    if (busy) return;
    busy = true;
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) take(next);
    } finally {
      busy = false;
    }
  }

  function take(event: Event): void {
    const result = step(state, event);
    state = result.state;
    for (const action of result.actions) perform(action);
    if (result.wakeAt === armedFor && !stopped) return;
    clearTimeout(timer);
    armedFor = stopped ? undefined : result.wakeAt;
    if (armedFor === undefined) return;
    // a timer's milliseconds are whole ones: a part of one cut off, it would be woken too early, and once more
    const delay = Math.min(Math.max(Math.ceil(armedFor - now()), 1), longestMs);
    timer = setTimeout(() => {
      armedFor = undefined;
      post(tick(now()));
    }, delay);
  }

  return {
    get state() {
      return state;
    },
    post,
    stop() {
      stopped = true;
      queue.length = 0;
      clearTimeout(timer);
    },
  };
}

/** What is done for each action: one entry each, so that a missing one is a type error. */
export type Executors<Action extends { readonly type: string }> = {
  readonly [Type in Action['type']]: (action: Extract<Action, { readonly type: Type }>) => void;
};

/** Does one action, by its entry in the table. */
export function perform<Action extends { readonly type: string }>(executors: Executors<Action>, action: Action): void {
  (executors[action.type as Action['type']] as (action: Action) => void)(action);
}
