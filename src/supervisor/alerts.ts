/**
 * Pacemaker's alerts of this node, as the alert agent (agents/alert.sh) leaves them in a directory: each is passed on and then removed. What
 * is left while nobody is here, or corosync is away, waits; what is too old is worth nothing any more, as crm_mon says it too.
 */
import {
  chownSync,
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import type { PacemakerAlert } from '../model/wire.ts';
import { readAlert } from '../ocf/alert-environment.ts';
import { now } from '../process/clock.ts';
import { messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import { run } from '../process/run.ts';

interface AlertsOptions {
  readonly directory: string;
  /** Tells the agent that somebody takes its alerts. */
  readonly pidFile: string;
  /** Rejects when it could not be passed on: then it is tried again by `deliver`. */
  readonly pass: (alert: PacemakerAlert) => Promise<void>;
  readonly log: Log;
}

export interface Alerts {
  /** Passes on what lies there. */
  deliver(): void;
  stop(): void;
}

/** The user as which Pacemaker runs alert agents. */
const user = 'hacluster';
/** Older ones are removed, ms. */
const limitMs = 5000;
const longest = 64 * 1024;

/** Takes alerts from now on; those that lie there already at the first `deliver`. */
export async function takeAlerts({ directory, pidFile, pass, log }: AlertsOptions): Promise<Alerts> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  await giveTo(user, directory).catch((error: unknown) => {
    log.warn('alerts-not-taken', { why: `${directory} cannot be given to ${user}: ${messageOf(error)}` });
  });
  const onTheirWay = new Set<string>();

  function deliver(): void {
    for (const file of readdirSync(directory)) {
      if (onTheirWay.has(file)) continue;
      const path = `${directory}/${file}`;
      const remove = (): void => rmSync(path, { force: true, recursive: true });
      const found = readLeft(path, now());
      if (found === undefined) continue; // of its end the watcher tells
      if (typeof found === 'string') {
        log.warn('alert-dropped', { why: found });
        remove();
        continue;
      }
      onTheirWay.add(file);
      pass(found)
        .then(remove, (error: unknown) => log.warn('alert-not-passed-on', { why: messageOf(error) }))
        .finally(() => onTheirWay.delete(file));
    }
  }

  const watcher = watch(directory, () => {
    try {
      deliver();
    } catch (error) {
      log.warn('alerts-unreadable', { why: messageOf(error) }); // who can leave none says it without us
    }
  });
  watcher.on('error', (error) => log.warn('watch-failed', { directory, why: error.message }));
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o644 });
  return {
    deliver,
    stop() {
      rmSync(pidFile, { force: true });
      watcher.close();
    },
  };
}

async function giveTo(name: string, directory: string): Promise<void> {
  const [uid, gid] = await Promise.all(['-u', '-g'].map((which) => run('id', [which, name])));
  chownSync(directory, Number(uid!.stdout), Number(gid!.stdout));
}

/** What was left at `path`: an alert, why it is none, or undefined: it is still being written. It is another user's file, so nothing is followed, waited for or believed. */
function readLeft(path: string, at: number): PacemakerAlert | string | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = fstatSync(file);
    if (!stat.isFile()) return 'it is no file';
    const { mtimeMs, size } = stat;
    const ageMs = at - mtimeMs;
    if (ageMs > limitMs) return `it is ${Math.round(ageMs / 1000)} s old`;
    if (size > longest) return `it has ${size} bytes`;
    return alertIn(readFileSync(file, 'utf8'), at);
  } catch (error) {
    return messageOf(error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Reads NAME=VALUE and so on, each ended by NUL, the last one 'end': an alert seen `at`, why it is none, or undefined: there is no end yet. */
function alertIn(text: string, at: number): PacemakerAlert | string | undefined {
  const parts = text.split('\0');
  if (parts.pop() !== '' || parts.pop() !== 'end') return undefined;
  const pairs = parts.map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)] as const);
  return readAlert(Object.fromEntries(pairs), at) ?? 'it is no alert of a known kind';
}
