/**
 * The one way to run another program: no shell, a bound on time and output, every outcome read.
 */
import { execa } from 'execa';
import { Failure, type FailureKind } from './failure.ts';

export interface RunOptions {
  readonly input?: string;
  /** Milliseconds until the program is killed; default 30 s. */
  readonly timeout?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are an answer, not a failure; default [0]. */
  readonly accept?: readonly number[];
  /** The kind of Failure thrown for an unaccepted exit; default 'unexpected'. */
  readonly kind?: FailureKind;
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `program` with `args` and returns its output.
 * @throws Failure 'missing' (no such program), 'permission', 'timeout', or `options.kind` for an unaccepted exit code.
 */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const timeout = options.timeout ?? 30_000;
  const result = await execa(program, args, {
    reject: false,
    timeout,
    killSignal: 'SIGKILL',
    stripFinalNewline: false,
    maxBuffer: 256 * 1024 * 1024,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  if (result.code === 'ENOENT') {
    throw new Failure('missing', `the program '${program}' is not installed`, {
      cure: `Install the package that holds '${program}'.`,
      cause: result.cause,
    });
  }
  if (result.code === 'EACCES') throw new Failure('permission', `no permission to run '${program}'`);
  const call = [program, ...args].join(' ').slice(0, 200);
  if (result.timedOut) {
    throw new Failure('timeout', `'${call}' gave no answer within ${timeout} ms`, { retryable: true });
  }
  const code = result.exitCode;
  if (code === undefined) {
    throw new Failure(options.kind ?? 'unexpected', `'${call}' was ended by ${result.signal ?? result.shortMessage}`);
  }
  if (!(options.accept ?? [0]).includes(code)) {
    const said = (result.stderr || result.stdout).trim().split('\n').slice(0, 20).join('\n');
    throw new Failure(options.kind ?? 'unexpected', `'${call}' ended with exit code ${code}${said ? `: ${said}` : ''}`);
  }
  return { code, stdout: result.stdout, stderr: result.stderr };
}
