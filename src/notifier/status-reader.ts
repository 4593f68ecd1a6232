/**
 * Reads the cluster's status every so often and when asked: never two at the same time, and what is asked for in a burst is read
 * once. A snapshot carries the time at which it was begun: it knows nothing of what came later.
 */
import type { ClusterStatus } from '../model/cluster.ts';
import { messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import { now } from './clock.ts';

interface StatusReaderOptions {
  readonly read: () => Promise<ClusterStatus>;
  /** `status` undefined: it could not be read. */
  readonly heard: (startedAt: number, status: ClusterStatus | undefined) => void;
  readonly everyMs: number;
  readonly log: Log;
}

const burstMs = 50;

export interface StatusReader {
  /** Asks for a snapshot that is begun after this call. */
  ask(): void;
  stop(): void;
}

export function statusReader({ read, heard, everyMs, log }: StatusReaderOptions): StatusReader {
  let timer = setTimeout(begin, burstMs);
  let running = false;
  let asked = false;
  let silent = false;
  let stopped = false;

  function begin(): void {
    running = true;
    asked = false;
    void readOnce().finally(() => {
      running = false;
      if (!stopped) timer = setTimeout(begin, asked ? burstMs : everyMs);
    });
  }

  async function readOnce(): Promise<void> {
    const startedAt = now();
    let status: ClusterStatus | undefined;
    try {
      status = await read();
      if (silent) log.info('pacemaker-answers');
      silent = false;
    } catch (error) {
      if (!silent && !stopped) log.warn('pacemaker-silent', { why: messageOf(error) });
      silent = true;
    }
    if (!stopped) heard(startedAt, status);
  }

  return {
    ask() {
      asked = true;
      if (running || stopped) return;
      clearTimeout(timer);
      timer = setTimeout(begin, burstMs);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
