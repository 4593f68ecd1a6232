/**
 * Reads the cluster's status when asked, and every so often: what is asked for in a burst is read once, and never two at the same
 * time. A snapshot carries the time at which it was begun: it knows nothing of what came later.
 */
import type { ClusterStatus } from '../model/cluster.ts';
import { now } from '../process/clock.ts';
import { messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';

interface StatusReaderOptions {
  readonly read: () => Promise<ClusterStatus>;
  /** `status` undefined: it could not be read. */
  readonly heard: (begun: number, status: ClusterStatus | undefined) => void;
  /** From one reading to the next, when nobody asks, as is wanted at that time; Infinity: only when asked. */
  readonly everyMs: () => number;
  /** The same after one that failed. */
  readonly retryMs: number;
  readonly log: Log;
}

export interface StatusReader {
  /** Asks for a snapshot that is begun after this call, within `withinMs`, or when the reading that is under way is over. */
  ask(withinMs?: number): void;
  /** The same, and waits for it. Resolves also when the cluster could not be read. */
  readNow(): Promise<void>;
  stop(): void;
}

const burstMs = 10;

/** A reader that waits for the first question. */
export function statusReader({ read, heard, everyMs, retryMs, log }: StatusReaderOptions): StatusReader {
  let timer: NodeJS.Timeout | undefined;
  let dueAt = Infinity;
  let running: Promise<void> | undefined;
  /** Within how many ms after the reading under way another is asked for. */
  let asked = Infinity;
  let silentSince: number | undefined;
  let stopped = false;

  function begin(): Promise<void> {
    clearTimeout(timer);
    dueAt = Infinity;
    asked = Infinity;
    running = readOnce().finally(() => {
      running = undefined;
      schedule(Math.min(asked, silentSince === undefined ? everyMs() : retryMs));
    });
    return running;
  }

  async function readOnce(): Promise<void> {
    const begun = now();
    const status = await read().catch((error: unknown) => {
      if (silentSince === undefined && !stopped) log.warn('pacemaker-silent', { why: messageOf(error) });
      silentSince ??= begun;
      return undefined;
    });
    if (stopped) return;
    if (status !== undefined && silentSince !== undefined) {
      log.info('pacemaker-answers', { silentMs: Math.round(now() - silentSince) });
      silentSince = undefined;
    }
    heard(begun, status);
  }

  function schedule(delayMs: number): void {
    if (stopped || now() + delayMs >= dueAt) return;
    clearTimeout(timer);
    dueAt = now() + delayMs;
    timer = setTimeout(() => void begin(), delayMs);
  }

  return {
    ask(withinMs = burstMs) {
      if (running === undefined) schedule(withinMs);
      else asked = Math.min(asked, withinMs);
    },
    async readNow() {
      while (running !== undefined) await running;
      await begin();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
