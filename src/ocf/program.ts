/** Running an operator's programs: commands to their end within a bound, and a service that outlives the agent. */
import { type ChildProcess, type StdioOptions, spawn, spawnSync } from 'node:child_process';
import { accessSync, closeSync, constants, mkdirSync, openSync, statSync } from 'node:fs';
import type { Argv } from '../model/vnf.ts';
import { ocf, OcfError } from './codes.ts';
import { type ProcessIdentity, processStat } from './processes.ts';
import { fileNameOf } from './state-file.ts';

export interface CommandOptions {
  readonly timeoutMs: number;
  readonly user?: string | undefined;
  /** In its environment, besides the agent's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where the output goes: by default it is read; a log's instance for commands that may leave a daemon behind. */
  readonly logOf?: string;
}

export interface CommandResult {
  /** undefined: ended by a signal, or for taking too long */
  readonly code: number | undefined;
  readonly stdout: string;
  /** One sentence about how it went wrong, or undefined. */
  readonly problem: string | undefined;
}

/** Runs `argv` to its end, as `user`. After `timeoutMs` it and its children are killed. Never throws for what it does. */
export function execute(argv: Argv, options: CommandOptions): Promise<CommandResult> {
  const [program, ...args] = asUser(argv, options.user);
  const log = options.logOf === undefined ? undefined : openLog(options.logOf);
  const env = options.env && { ...process.env, ...options.env };
  const stdio: StdioOptions = ['ignore', log ?? 'pipe', log ?? 'pipe'];
  const child = spawn(program!, args, { detached: true, stdio, cwd: '/', env });
  if (log !== undefined) closeSync(log);
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (data: string) => (stdout = (stdout + data).slice(0, 65536)));
  child.stderr?.setEncoding('utf8').on('data', (data: string) => (stderr = (stderr + data).slice(-2000)));
  return new Promise((resolve) => {
    const finish = (code: number | undefined, problem: string | undefined) => {
      clearTimeout(timer);
      resolve({ code, stdout, problem: problem && `'${argv.join(' ')}' ${problem}` });
    };
    const timer = setTimeout(() => {
      killGroup(child);
      finish(undefined, `gave no answer within ${Math.round(options.timeoutMs)} ms`);
    }, options.timeoutMs);
    child.once('error', (error) => finish(undefined, `cannot be run: ${error.message}`));
    // 'close' waits for a daemon that inherited the pipe; what a command says it says before it ends
    child.once('exit', (code, signal) =>
      setImmediate(() => {
        if (code === 0) return finish(0, undefined);
        const said = stderr.trim().split('\n').at(-1);
        const how = code === null ? `was ended by ${signal}` : `ended with exit code ${code}`;
        finish(code ?? undefined, said ? `${how}: ${said}` : how);
      }),
    );
  });
}

export interface Launched {
  readonly leader: ProcessIdentity;
  /** How it ended, while this agent still watches it. */
  readonly ended: () => string | undefined;
}

/** Becomes its arguments when it reads a line; at the end of its input it ends: who started it died before the word. */
const waitForWord = 'read -r word && exec "$@" </dev/null';

/**
 * Starts `argv` as `user` in a session of its own, its output appended to /var/log/vnfha/INSTANCE.log; it goes on when the
 * agent ends. `note` is told who it is before it begins: if `note` throws, or the agent is killed before it is done, the
 * program never begins. So nothing runs that isn't noted.
 * @throws OcfError errGeneric when it cannot be started
 */
export async function launch(
  argv: Argv,
  instance: string,
  user: string | undefined,
  note: (leader: ProcessIdentity) => void,
): Promise<Launched> {
  const args = ['-c', waitForWord, 'sh', ...asUser(argv, user)];
  const log = openLog(instance);
  const child = spawn('/bin/sh', args, { detached: true, stdio: ['pipe', log, log], cwd: '/' });
  closeSync(log);
  let ended: string | undefined;
  child.once('exit', (code, signal) => (ended = code === null ? `was ended by ${signal}` : `ended with code ${code}`));
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) =>
      reject(new OcfError(ocf.errGeneric, `'${argv[0]}' cannot be run: ${error.message}`)),
    );
  });
  // the child is ours and unreaped, or its 'exit' is on the way: its entry in /proc is its own
  const leader = { pid: child.pid!, startTime: processStat(child.pid!)?.startTime ?? 0 };
  note(leader);
  child.stdin!.on('error', () => undefined); // it ended before the word: `ended` tells
  await new Promise<void>((resolve) => child.stdin!.end('\n', () => resolve()));
  child.unref();
  return { leader, ended: () => ended };
}

export const logFile = (instance: string): string => `/var/log/vnfha/${fileNameOf(instance)}.log`;

function openLog(instance: string): number {
  mkdirSync('/var/log/vnfha', { recursive: true, mode: 0o750 });
  return openSync(logFile(instance), 'a', 0o640);
}

/**
 * Sees that every program is there and executable.
 * @throws OcfError errInstalled
 */
export function requirePrograms(commands: readonly (Argv | undefined)[]): void {
  for (const program of new Set(commands.flatMap((argv) => argv?.[0] ?? []))) {
    const places = program.includes('/')
      ? [program]
      : (process.env.PATH ?? '').split(':').map((dir) => `${dir}/${program}`);
    if (!places.some(isExecutable))
      throw new OcfError(ocf.errInstalled, `the program '${program}' is not installed here`);
  }
}

/**
 * Sees that the user is known here.
 * @throws OcfError errInstalled
 */
export function requireUser(user: string | undefined): void {
  if (user !== undefined) groupOf(user);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** setpriv becomes the program: the pid stays. */
function asUser(argv: Argv, user: string | undefined): Argv {
  if (user === undefined || user === 'root') return argv;
  return ['setpriv', `--reuid=${user}`, `--regid=${groupOf(user)}`, '--init-groups', '--', ...argv];
}

const groups = new Map<string, string>();

function groupOf(user: string): string {
  const known = groups.get(user);
  if (known !== undefined) return known;
  const { status, stdout } = spawnSync('id', ['-g', '--', user], { encoding: 'utf8' });
  if (status !== 0) throw new OcfError(ocf.errInstalled, `the user '${user}' does not exist here`);
  groups.set(user, stdout.trim());
  return stdout.trim();
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // it ended in this moment
  }
}
