/**
 * Reads the cluster's status when asked: what is asked for in a burst is read once, and never two at the same time. A snapshot
 * carries the time at which it was begun: it knows nothing of what came later.
 */
import type { ClusterStatus } from '../model/cluster.ts';
import { messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import { now } from './clock.ts';

const burstMs = 10;
const retryMs = 1000;

export interface StatusReader {
  /** Asks for a snapshot that is begun after this call. */
  ask(): void;
  /** The same, and waits for it. Resolves also when the cluster could not be read. */
  readNow(): Promise<void>;
  stop(): void;
}

export function statusReader(
  read: () => Promise<ClusterStatus>,
  heard: (begun: number, status: ClusterStatus) => void,
  log: Log,
): StatusReader {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let silentSince: number | undefined;
  let stopped = false;

  function begin(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    running = readOnce().finally(() => {
      running = undefined;
      if (again) ask(burstMs);
      again = false;
    });
    return running;
  }

  async function readOnce(): Promise<void> {
    const begun = now();
    try {
      const status = await read();
      if (stopped) return;
      if (silentSince !== undefined) log.info('pacemaker-answers', { silentMs: Math.round(now() - silentSince) });
      silentSince = undefined;
      heard(begun, status);
    } catch (error) {
      if (stopped) return;
      if (silentSince === undefined) log.warn('pacemaker-silent', { why: messageOf(error) });
      silentSince ??= begun;
      ask(retryMs);
    }
  }

  function ask(delayMs: number): void {
    if (stopped) return;
    if (running !== undefined && delayMs === burstMs) again = true;
    else timer ??= setTimeout(() => void (running === undefined ? begin() : (again = true)), delayMs);
  }

  return {
    ask: () => ask(burstMs),
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
