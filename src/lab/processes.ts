/** Processes of other pid namespaces, as /proc shows them here. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** The pid, as seen here, of the process that is pid 1 in that pid namespace ('pid:[4026532…]'). */
export function initOf(pidNamespace: string): number | undefined {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .find((pid) => isInitOf(pid, pidNamespace));
}

/** Whether `pid` is pid 1 of that pid namespace. */
export function isInitOf(pid: number, pidNamespace: string): boolean {
  try {
    if (readlinkSync(`/proc/${pid}/ns/pid`) !== pidNamespace) return false;
    return /^NSpid:.*\t1$/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false; // it ended meanwhile
  }
}

/** When it was started, in clock ticks since the machine was; undefined if there is no such process. */
export const startTimeOf = (pid: number): string | undefined => statOf(pid)?.[19];

export function parentOf(pid: number): number | undefined {
  const parent = statOf(pid)?.[1];
  return parent === undefined ? undefined : Number(parent);
}

/** What tells whether the process that has this number now runs still; a zombie doesn't. */
export function watchLife(pid: number): () => boolean {
  const started = startTimeOf(pid);
  return () => {
    const stat = statOf(pid);
    return stat !== undefined && stat[19] === started && stat[0] !== 'Z';
  };
}

/** The fields of /proc/PID/stat from the third on, its state (proc(5)). */
function statOf(pid: number): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    return undefined;
  }
}

/** The first child of a process that has just been told to fork. */
export async function childOf(pid: number): Promise<number> {
  for (let tries = 0; tries < 500; tries++) {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ');
    if (child !== undefined && child !== '') return Number(child);
    await delay(10);
  }
  throw new Error(`process ${pid} has no child`);
}

/** The PATH of everything in a lab: the system's, and this Node's own where it is none of the system's. */
export function programPath(): string {
  const system = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  const own = path.dirname(process.execPath);
  return [...system, ...(system.includes(own) ? [] : [own])].join(':');
}
