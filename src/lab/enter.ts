/** Running programs on the hosts of a lab. */
import { execa } from 'execa';
import { mkdirSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import os from 'node:os';
import { Failure } from '../process/failure.ts';
import { programPath } from './processes.ts';

export interface ExecOptions {
  readonly input?: string;
  /** Milliseconds; default 60 s. */
  readonly timeout?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export interface ExecResult {
  /** 128 + the signal's number when a signal ended it: 137 when its host lost its power. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs until it ends, is stopped, or loses its host. */
export interface LabProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Its exit code, as in ExecResult. Never rejects. */
  readonly done: Promise<number>;
  /** SIGKILL; returns when it is gone. */
  stop(): Promise<void>;
}

/**
 * The command line that runs `argv` in all namespaces of the process `init`. What it starts dies with the host, and with the
 * nsenter that started it.
 */
function enterCommand(init: number, argv: readonly string[]): string[] {
  const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid'];
  return ['nsenter', '--target', String(init), ...namespaces, '--', 'setpriv', '--pdeathsig', 'KILL', '--', ...argv];
}

/** The environment of whatever runs on a host. */
const hostEnvironment = (extra: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  HOME: '/root',
  PATH: programPath(),
  LC_ALL: 'C.UTF-8',
  TERM: process.env.TERM ?? 'dumb',
  ...extra,
});

/**
 * Runs a program to its end.
 * @throws Failure 'timeout'; then it was killed
 */
export async function execIn(init: number, argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  const timeout = options.timeout ?? 60_000;
  const [program, ...args] = enterCommand(init, argv);
  const result = await execa(program!, args, {
    reject: false,
    timeout,
    killSignal: 'SIGKILL',
    stripFinalNewline: false,
    maxBuffer: 256 * 1024 * 1024,
    env: hostEnvironment(options.env),
    extendEnv: false,
    cwd: '/',
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
  });
  if (result.timedOut) {
    throw new Failure('timeout', `'${argv.join(' ').slice(0, 200)}' did not end within ${timeout} ms`, {
      retryable: true,
    });
  }
  return { code: codeOf(result), stdout: result.stdout, stderr: result.stderr };
}

/** Starts a program. */
export function spawnIn(init: number, argv: readonly string[], env: Readonly<Record<string, string>> = {}): LabProcess {
  const [program, ...args] = enterCommand(init, argv);
  const child = execa(program!, args, {
    reject: false,
    buffer: false,
    stdin: 'pipe',
    env: hostEnvironment(env),
    extendEnv: false,
    cwd: '/',
  });
  const done = child.then(codeOf);
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    done,
    stop: async () => {
      child.kill('SIGKILL');
      await done;
    },
  };
}

/** Runs a program on this process's own stdin, stdout and stderr. */
export async function execHere(init: number, argv: readonly string[]): Promise<number> {
  const [program, ...args] = enterCommand(init, argv);
  const options = { reject: false, stdio: 'inherit', env: hostEnvironment(), extendEnv: false, cwd: '/' } as const;
  return codeOf(await execa(program!, args, options));
}

/** Copies a directory out of the mount namespace of `init`; of what is written meanwhile as much as there is. */
export async function copyOut(init: number, from: string, to: string): Promise<void> {
  mkdirSync(to, { recursive: true });
  const [program, ...args] = enterCommand(init, ['tar', '-C', from, '-cf', '-', '.']);
  const source = execa(program!, args, { cwd: '/', reject: false });
  await source.pipe('tar', ['-C', to, '-xf', '-']);
  const { exitCode, stderr } = await source;
  const changedMeanwhile = 1; // GNU tar's manual, 4.1.2: "some files differ"
  if (exitCode !== 0 && exitCode !== changedMeanwhile) throw new Error(`${from} cannot be copied: ${stderr}`);
}

function codeOf(result: { readonly exitCode?: number; readonly signal?: NodeJS.Signals }): number {
  if (result.exitCode !== undefined) return result.exitCode;
  return 128 + (result.signal === undefined ? 0 : os.constants.signals[result.signal]);
}
