/** Writes that wait for their level, in the order of their sequences. */
import { copiesFor, reached } from './confirmations.ts';
import { type Level, Refusal } from './types.ts';

export interface Waiters {
  /** Bytes of the writes that wait. */
  readonly bytes: number;
  /** Resolves when the write is on as many copies as its level needs. @throws Refusal `unconfirmed` */
  add(sequence: number, level: Exclude<Level, 'local'>, bytes: number): Promise<void>;
  acked(copy: string, sequence: number): void;
  /** Nobody is confirmed any more: they may have been done or not. */
  giveUp(why: string): void;
}

interface Waiter {
  readonly sequence: number;
  readonly bytes: number;
  readonly at: number;
  readonly settle: (why?: string) => void;
}

/** `copies` as in Channel; a write waits `limitMs` at most. */
export function createWaiters(copies: number, limitMs: number): Waiters {
  const acks = new Map<string, number>();
  const queues: Record<Exclude<Level, 'local'>, Waiter[]> = { standby: [], quorum: [] };
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;

  function settle(queue: Waiter[], until: (waiter: Waiter) => boolean, why?: string): void {
    let count = 0;
    for (; count < queue.length && until(queue[count]!); count += 1) {
      bytes -= queue[count]!.bytes;
      queue[count]!.settle(why);
    }
    queue.splice(0, count);
  }

  /** One timer for all: they came in the order in which they are late. */
  function look(): void {
    timer = undefined;
    const late = performance.now() - limitMs;
    for (const queue of Object.values(queues))
      settle(queue, ({ at }) => at <= late, `it was not confirmed within ${limitMs} ms`);
    const next = Math.min(...Object.values(queues).map((queue) => queue[0]?.at ?? Infinity));
    if (next !== Infinity) timer = setTimeout(look, Math.max(next + limitMs - performance.now(), 1));
  }

  return {
    get bytes() {
      return bytes;
    },
    add: (sequence, level, size) =>
      new Promise((resolve, reject) => {
        bytes += size;
        queues[level].push({
          sequence,
          bytes: size,
          at: performance.now(),
          settle: (why) => (why === undefined ? resolve() : reject(unconfirmed(level, why))),
        });
        timer ??= setTimeout(look, limitMs);
      }),
    acked(copy, sequence) {
      if ((acks.get(copy) ?? 0) >= sequence) return;
      acks.set(copy, sequence);
      for (const level of ['standby', 'quorum'] as const) {
        if (queues[level].length === 0) continue;
        const until = reached(Infinity, [...acks.values()], copiesFor(level, copies));
        settle(queues[level], (waiter) => waiter.sequence <= until);
      }
    },
    giveUp(why) {
      for (const queue of Object.values(queues)) settle(queue, () => true, why);
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

const unconfirmed = (level: Level, why: string): Refusal =>
  new Refusal(
    'unconfirmed',
    `the write has not reached the level ${level}: ${why}; it may survive or not`,
    'Read the key at the active instance, or write it again.',
  );
