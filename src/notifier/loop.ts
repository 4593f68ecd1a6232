/**
 * The notifier's loop: events in, one at a time, through `step`, actions out.
 */
import type { IncidentAction } from '../decide/incident-action.ts';
import { type IncidentEvent, type IncidentState, initialIncidentState, step } from '../decide/incident.ts';
import type { IncidentPolicy } from '../decide/incident-policy.ts';
import { now } from './clock.ts';

/** An event as it is posted: the loop adds the chance. */
export type Posted<E = IncidentEvent> = E extends IncidentEvent ? Omit<E, 'chance'> : never;
/** An event that happens now. */
export type Happening<E = IncidentEvent> = E extends IncidentEvent ? Omit<E, 'chance' | 'at'> : never;

export interface Loop {
  readonly state: IncidentState;
  post(event: Posted): void;
  stop(): void;
}

export function incidentLoop(policy: IncidentPolicy, perform: (action: IncidentAction) => void): Loop {
  const queue: Posted[] = [];
  let state = initialIncidentState;
  let timer: NodeJS.Timeout | undefined;
  let busy = false;
  let stopped = false;

  function post(event: Posted): void {
    queue.push(event);
    if (busy || stopped) return;
    busy = true;
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) take(next);
    } finally {
      busy = false;
    }
  }

  function take(event: Posted): void {
    const result = step(state, { chance: Math.random(), ...event }, policy);
    state = result.state;
    for (const action of result.actions) perform(action);
    clearTimeout(timer);
    if (stopped || result.wakeAt === undefined) return;
    const delay = Math.min(Math.max(result.wakeAt - now(), 1), 60_000);
    timer = setTimeout(() => post({ type: 'tick', at: now() }), delay);
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
