/**
 * The bridge's loop: events in, one at a time, through `step`, actions out.
 */
import type { RotationAction, RotationEvent, RotationPolicy, RotationState } from '../decide/rotation-types.ts';
import { initialRotation, step } from '../decide/rotation.ts';
import { now } from './clock.ts';

export interface Loop {
  readonly state: RotationState;
  post(event: RotationEvent): void;
  stop(): void;
}

export function rotationLoop(policy: RotationPolicy, perform: (action: RotationAction) => void): Loop {
  const queue: RotationEvent[] = [];
  let state = initialRotation;
  let timer: NodeJS.Timeout | undefined;
  let busy = false;
  let stopped = false;

  function post(event: RotationEvent): void {
    queue.push(event);
    if (busy || stopped) return;
    busy = true;
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) take(next);
    } finally {
      busy = false;
    }
  }

  function take(event: RotationEvent): void {
    const result = step(state, event, policy);
    state = result.state;
    for (const action of result.actions) perform(action);
    clearTimeout(timer);
    const delay = Math.min(Math.max(result.wakeAt - now(), 1), 60_000);
    if (!stopped) timer = setTimeout(() => post({ type: 'tick', at: now() }), delay);
  }

  return {
    get state() {
      return state;
    },
    post,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
