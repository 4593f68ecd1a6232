/**
 * The processes of one program, by /proc: the leader that an agent started in a session of its own, and all that came of it
 * and stayed in the session. A pid alone is never believed: pids are reused, start times are not.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { growingPauses } from './pauses.ts';

/** A process, for as long as the machine runs. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In clock ticks since boot (field 22 of /proc/PID/stat). */
  readonly startTime: number;
}

export interface ProcessStat extends ProcessIdentity {
  readonly state: string;
  readonly session: number;
}

/** What /proc says of `pid`, or undefined when there is none. */
export function processStat(pid: number): ProcessStat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Reads a line of /proc/PID/stat. The name, in parentheses, may hold anything, parentheses and blanks too. */
export function parseStat(line: string): ProcessStat {
  const pid = Number(line.slice(0, line.indexOf(' ')));
  const [state, , , session, ...rest] = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return { pid, state: state!, session: Number(session), startTime: Number(rest[15]) };
}

/** Whether this very process runs; a zombie does not. */
export function isAlive(identity: ProcessIdentity): boolean {
  const stat = processStat(identity.pid);
  return stat !== undefined && stat.startTime === identity.startTime && !isDead(stat);
}

/** Everything that still runs of the session that `leader` began, the leader included. */
export function sessionOf(leader: ProcessIdentity): ProcessStat[] {
  const present = processStat(leader.pid);
  if (present !== undefined && present.startTime !== leader.startTime) return []; // the number is somebody else's now
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => processStat(Number(name)))
    .filter((stat) => stat !== undefined)
    .filter((stat) => stat.session === leader.pid && stat.startTime >= leader.startTime && !isDead(stat));
}

/**
 * Ends the session of `leader`: `signal` once, after `graceMs` SIGKILL again and again. Whether all of it is gone within
 * `withinMs`.
 */
export async function endSession(
  leader: ProcessIdentity,
  signal: NodeJS.Signals,
  graceMs: number,
  withinMs: number,
): Promise<boolean> {
  const begun = performance.now();
  const elapsed = () => performance.now() - begun;
  const pause = growingPauses(2, 20);
  signalAll(leader, signal);
  signalAll(leader, 'SIGCONT'); // a stopped process would only be told once it goes on
  for (;;) {
    if (sessionOf(leader).length === 0) return true;
    if (elapsed() >= withinMs) return false;
    if (elapsed() >= graceMs) signalAll(leader, 'SIGKILL');
    await pause();
  }
}

/** Sends `signal` to every process of the session. */
export function signalAll(leader: ProcessIdentity, signal: NodeJS.Signals): void {
  for (const { pid } of sessionOf(leader)) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

const isDead = (stat: ProcessStat): boolean => stat.state === 'Z' || stat.state === 'X';
