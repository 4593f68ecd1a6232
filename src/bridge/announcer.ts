/** Tells the group what HAProxy has done, for the incidents: a moment later, as in the midst of a recovery nobody waits for it. */
import type { BridgeMessage } from '../model/wire.ts';

export type RotationChange = Extract<BridgeMessage, { type: 'rotation' }>['changes'][number];

const delayMs = 300;

export interface Announcer {
  add(change: RotationChange): void;
  /** What wasn't told yet isn't any more. */
  stop(): void;
}

/** What comes within a moment is told together. */
export function announcer(tell: (changes: readonly RotationChange[]) => void): Announcer {
  let waiting: RotationChange[] = [];
  let timer: NodeJS.Timeout | undefined;
  return {
    add(change) {
      waiting.push(change);
      timer ??= setTimeout(() => {
        timer = undefined;
        const changes = waiting;
        waiting = [];
        tell(changes);
      }, delayMs);
    },
    stop: () => clearTimeout(timer),
  };
}
