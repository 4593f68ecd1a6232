/** What an agent remembers of its instance between two calls, in /run: gone after a reboot, as the instance is. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { paths } from '../model/names.ts';
import { ocf, OcfError } from './codes.ts';
import type { ProcessIdentity } from './processes.ts';

export interface InstanceState {
  /** The program's leader, when the agent itself started it. */
  readonly leader?: ProcessIdentity;
  /** The role that the instance was told last. */
  readonly role?: 'promoted' | 'unpromoted';
  /** Only what is running can fail by itself: what ends in another phase was ended. Absent: running. */
  readonly phase?: 'starting' | 'running' | 'stopping';
  /** The agent's name, as the supervisor supervises some only. */
  readonly agent?: string;
  /** The agent's parameters as they were given (OCF_RESKEY_*). */
  readonly parameters?: Readonly<Record<string, string>>;
  /** What the supervisor is to check in the recurring monitor's place. */
  readonly watch?: { readonly intervalMs: number; readonly timeoutMs: number };
}

/**
 * The state of `instance`, or undefined when it isn't started.
 * @throws OcfError errGeneric when the file is there and unreadable: to say "not running" then would be a lie
 */
export function readState(instance: string): InstanceState | undefined {
  const file = fileOf(instance);
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as InstanceState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new OcfError(ocf.errGeneric, `the state file ${file} cannot be read: ${(error as Error).message}`);
  }
}

/** Replaces the state at once: a reader sees the old one or the new one. */
export function writeState(instance: string, state: InstanceState): void {
  mkdirSync(paths.agentState, { recursive: true, mode: 0o755 });
  const file = fileOf(instance);
  const candidate = `${file}.${process.pid}`;
  writeFileSync(candidate, JSON.stringify(state), { mode: 0o600 });
  renameSync(candidate, file);
}

/** Forgets the instance. */
export function removeState(instance: string): void {
  rmSync(fileOf(instance), { force: true });
}

const fileOf = (instance: string): string => `${paths.agentState}/${instance.replace(/[^\w.:-]/g, '_')}.json`;
