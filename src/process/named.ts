/** Processes by the name that the kernel keeps of them: its first 15 characters (proc(5), /proc/PID/comm). */
import { readdirSync, readFileSync } from 'node:fs';

/** Their pids. */
export const processesCalled = (name: string): string[] =>
  readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && nameOf(pid) === name);

/** Undefined: there is none of that pid. */
export function nameOf(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd();
  } catch {
    return undefined;
  }
}
