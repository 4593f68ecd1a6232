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
  let dueAt = Infinity;
  let running: Promise<void> | undefined;
  let again = false;
  let silentSince: number | undefined;
  let stopped = false;

  function begin(): Promise<void> {
    clearTimeout(timer);
    dueAt = Infinity;
    running = readOnce().finally(() => {
      running = undefined;
      if (again) schedule(burstMs);
      again = false;
    });
    return running;
  }

  async function readOnce(): Promise<void> {
    const begun = now();
    const status = await read().catch((error: unknown) => {
      if (silentSince === undefined && !stopped) log.warn('pacemaker-silent', { why: messageOf(error) });
      silentSince ??= begun;
      schedule(retryMs);
      return undefined;
    });
    if (stopped || status === undefined) return;
    if (silentSince !== undefined) log.info('pacemaker-answers', { silentMs: Math.round(now() - silentSince) });
    silentSince = undefined;
    heard(begun, status);
  }

  function schedule(delayMs: number): void {
    if (stopped || now() + delayMs >= dueAt) return;
    clearTimeout(timer);
    dueAt = now() + delayMs;
    timer = setTimeout(() => {
      dueAt = Infinity;
      if (running === undefined) void begin();
      else again = true;
    }, delayMs);
  }

  return {
    ask() {
      if (running === undefined) schedule(burstMs);
      else again = true;
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
