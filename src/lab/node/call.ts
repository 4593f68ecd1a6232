/** Runs a program while nothing else is going on: set-up steps, one after the other. */
import { spawnSync } from 'node:child_process';

export function call(program: string, args: readonly string[], input = '', cwd?: string): void {
  const { status, stderr, error } = spawnSync(program, args, { input, cwd, encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`'${[program, ...args].join(' ')}' ended with ${status}: ${stderr.trim()}`);
}
