/**
 * What an agent remembers of its instance between two calls, in /run: gone after a reboot, as the instance is. The agents write
 * it, the supervisor reads it.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { paths } from '../model/names.ts';
import { ocf, OcfError } from './codes.ts';
import type { OcfLog } from './log.ts';
import type { Given } from './parameter.ts';
import type { ProcessIdentity } from './processes.ts';

export interface InstanceState {
  /** The program's leader, when the agent itself started it. */
  readonly leader?: ProcessIdentity;
  /** The role that the instance was told last. */
  readonly role?: 'promoted' | 'unpromoted';
  /** Where the agent is with it; absent: running. Only then is the end of its process a failure. */
  readonly phase?: 'starting' | 'running' | 'stopping';
  /** Its role is being changed: what a check sees meanwhile is neither the one nor the other. */
  readonly changing?: true | undefined;
  /** The agent's name. */
  readonly agent?: string;
  /** As they were given, in the order of the agent's declaration. */
  readonly parameters?: Given;
  /** The promotion score that its last full monitor gave it. */
  readonly score?: number | undefined;
  /** Whether it had the address that makes it active, as its last full monitor told the cluster. */
  readonly active?: boolean | undefined;
  /** Since when another of its nodes has its address, too (ms since the epoch). */
  readonly contestedSince?: number | undefined;
  /** Why it is not to be promoted, as was told last. */
  readonly waits?: string | undefined;
  /** What Pacemaker's recurring monitor asks for, once it has asked. */
  readonly watch?: Watch;
}

export interface Watch {
  readonly intervalMs: number;
  readonly timeoutMs: number;
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

/** From now on the end of its process is planned. If that cannot be written, the stop goes on: the end is called a failure, no more. */
export function noteStopping(instance: string, state: InstanceState | undefined, log: OcfLog): void {
  if (state === undefined) return;
  try {
    writeState(instance, { ...state, phase: 'stopping' });
  } catch (error) {
    log.warn(`it cannot be noted that ${instance} is being stopped: ${(error as Error).message}`);
  }
}

/** Forgets the instance. */
export function removeState(instance: string): void {
  rmSync(fileOf(instance), { force: true });
}

const fileOf = (instance: string): string => `${paths.agentState}/${fileNameOf(instance)}.json`;

/** What files about `instance` are called. */
export const fileNameOf = (instance: string): string => instance.replace(/[^\w.:-]/g, '_');
