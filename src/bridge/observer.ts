/**
 * Looks at HAProxy and its file: now and then, less often when nothing has changed for a while, and at once when its socket appears
 * (it was started or restarted).
 */
import { existsSync, type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keyOf, type RotationEvent, type ServerKey } from '../decide/rotation-types.ts';
import type { AdminState, ServerState } from '../haproxy/replies.ts';
import type { Runtime } from '../haproxy/runtime.ts';
import { now } from '../process/clock.ts';
import { Failure, messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';

export interface Sight {
  readonly pid: number;
  readonly servers: readonly ServerState[];
}

export interface Observer {
  /** What was seen last; undefined: no HAProxy, or one that hangs. */
  readonly last: Sight | undefined;
  look(): Promise<void>;
  stop(): void;
}

export interface ObserverOptions {
  readonly runtime: Runtime;
  readonly socket: string;
  readonly intervalMs: number;
  /** From one look to the next, after the last `quietLooks` have seen the same. */
  readonly quietIntervalMs: number;
  readonly isFileRight: () => Promise<boolean>;
  /** Whether the servers of a backend are the bridge's to put in and out; those of others are no business of the decisions. */
  readonly isOurs: (backend: string) => boolean;
  readonly post: (event: RotationEvent) => void;
  readonly log: Log;
}

const quietLooks = 10;

export function observe(options: ObserverOptions): Observer {
  const { runtime, socket, post, log } = options;
  let last: Sight | undefined;
  let complaint: string | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let seenLast = '';
  let sameLooks = 0;

  async function lookOnce(): Promise<void> {
    const begun = now();
    const servers = new Map<ServerKey, 'in' | 'out' | 'drain'>();
    try {
      const { info, servers: seen } = await runtime.observe();
      last = { pid: info.pid, servers: seen };
      complaint = undefined;
      const ours = seen.filter(({ backend }) => options.isOurs(backend));
      for (const { backend, server, admin } of ours) servers.set(keyOf(backend, server), words[admin]);
    } catch (error) {
      last = undefined;
      if (!(error instanceof Failure && error.kind === 'missing')) {
        // It may be there, and may have any memory: that is no observation.
        if (complaint !== messageOf(error)) log.warn('haproxy-unreadable', { why: messageOf(error) });
        complaint = messageOf(error);
        return;
      }
    }
    const fileRight = await options.isFileRight();
    const seen = JSON.stringify([last?.pid, [...servers], fileRight]);
    sameLooks = seen === seenLast ? sameLooks + 1 : 0;
    seenLast = seen;
    if (!stopped) post({ type: 'observed', at: now(), begun, pid: last?.pid, servers, fileRight });
  }

  async function look(): Promise<void> {
    if (running !== undefined) {
      again = true;
      return running;
    }
    running = (async () => {
      do {
        again = false;
        await lookOnce();
      } while (again && !stopped);
    })().finally(() => {
      running = undefined;
      schedule();
    });
    return running;
  }

  function schedule(): void {
    clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(() => void look(), sameLooks < quietLooks ? options.intervalMs : options.quietIntervalMs);
  }

  /** HAProxy puts its socket in place a moment before it listens there. */
  async function lookWhenThere(): Promise<void> {
    for (let tries = 0; tries < 20 && !stopped; tries++) {
      await look();
      if (last !== undefined || !existsSync(socket)) return;
      await sleep(50);
    }
  }

  schedule();
  const watcher = watchFor(socket, () => void lookWhenThere(), log);
  return {
    get last() {
      return last;
    },
    look,
    stop() {
      stopped = true;
      clearTimeout(timer);
      watcher?.close();
    },
  };
}

const words: Readonly<Record<AdminState, 'in' | 'out' | 'drain'>> = { ready: 'in', drain: 'drain', maint: 'out' };

function watchFor(path: string, seen: () => void, log: Log): FSWatcher | undefined {
  try {
    const watcher = watch(dirname(path), (_kind, name) => {
      if (name === basename(path)) seen();
    });
    watcher.on('error', (error) => log.warn('watch-failed', { path, why: error.message }));
    return watcher;
  } catch (error) {
    log.warn('watch-failed', { path, why: messageOf(error) });
    return undefined;
  }
}
