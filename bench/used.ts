/** What a program costs. */
import { run } from '../src/process/run.ts';

export interface Used {
  /** Seconds on the clock. */
  readonly wall: number;
  /** Seconds of the processor: less moved by what else the machine does. */
  readonly cpu: number;
}

/** What is said of a program that the limit ended: 128 + SIGKILL; of crm, 128 + SIGTERM has been seen. */
const ended: readonly number[] = [137, 143];

/**
 * Runs `program` to its end; bash's `time` sees what a child used. Infinity when it takes longer than `limit` seconds.
 * @throws Failure when it fails
 */
export async function used(program: string, args: readonly string[], limit = 600): Promise<Used> {
  const script = 'TIMEFORMAT="%3R %3U %3S"; time timeout --signal KILL "$@" >/dev/null';
  const { code, stderr } = await run('bash', ['-c', script, 'bash', String(limit), program, ...args], {
    timeout: (limit + 30) * 1000,
    env: { LC_ALL: 'C' },
    accept: [0, ...ended],
  });
  if (ended.includes(code)) return { wall: Infinity, cpu: Infinity };
  const [wall, user, system] = stderr.trim().split('\n').at(-1)!.split(' ').map(Number) as [number, number, number];
  return { wall, cpu: user + system };
}
