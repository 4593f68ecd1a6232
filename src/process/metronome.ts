/**
 * Ticks at an interval, for many at once: one wake-up serves all who want the same interval. Each tick comes after what had arrived by
 * then was read, and says whether this process itself was late.
 */
import { performance } from 'node:perf_hooks';

export interface Metronome {
  /** Calls `tick` every `intervalMs`; returns what ends that. */
  every(intervalMs: number, tick: (late: boolean) => void): () => void;
}

export function createMetronome(): Metronome {
  const rhythms = new Map<number, Rhythm>();
  return {
    every(intervalMs, tick) {
      const rhythm = rhythms.get(intervalMs) ?? new Rhythm(intervalMs);
      rhythms.set(intervalMs, rhythm);
      rhythm.ticks.add(tick);
      return () => {
        rhythm.ticks.delete(tick);
        if (rhythm.ticks.size > 0) return;
        rhythm.stop();
        rhythms.delete(intervalMs);
      };
    },
  };
}

/** A turn of the event loop more costs an idle process as much as what it does in it. */
const punctualMs = 3;

class Rhythm {
  readonly ticks = new Set<(late: boolean) => void>();
  readonly #intervalMs: number;
  #due = performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
    this.#wait();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wait(): void {
    this.#due += this.#intervalMs;
    this.#timer = setTimeout(() => this.#wake(), this.#due - performance.now());
  }

  #wake(): void {
    const lateMs = performance.now() - this.#due;
    const late = lateMs > this.#intervalMs;
    if (late) this.#due = performance.now(); // what was slept through is not made up for
    // who woke in time has read what came before; else the sockets are read between the timer and this
    if (lateMs < punctualMs) this.#tick(late);
    else setImmediate(() => this.#tick(late));
  }

  #tick(late: boolean): void {
    if (this.#timer === undefined) return;
    for (const tick of [...this.ticks]) tick(late);
    if (this.ticks.size > 0) this.#wait();
  }
}
