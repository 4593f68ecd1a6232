/** Faults, and when they were made: in µs since the epoch, taken on the node itself just before. */
import type { Lab } from '../src/lab/lab.ts';
import { Failure } from '../src/process/failure.ts';

/** The pids of the processes of that name on a node. */
export async function pidsOf(lab: Lab, node: string, program: string): Promise<string[]> {
  const { stdout } = await lab.exec(node, ['pgrep', '-x', program]);
  const pids = stdout.split('\n').filter(Boolean);
  if (pids.length === 0) throw new Failure('lab', `no ${program} runs on ${node}`);
  return pids;
}

/** Sends a signal to all processes of that name at once. Shell built-ins only, so that nothing lies between the time and the signal. */
export async function signal(lab: Lab, node: string, program: string, name: 'KILL' | 'STOP' | 'CONT'): Promise<number> {
  const pids = await pidsOf(lab, node, program);
  const script = 'echo "${EPOCHREALTIME/[.,]/}"; kill -"$0" "$@"';
  const { stdout, stderr, code } = await lab.exec(node, ['bash', '-c', script, name, ...pids]);
  if (code !== 0) throw new Failure('lab', `kill -${name} of ${program} on ${node}: ${stderr}`);
  return Number(stdout);
}

/** Pulls a node's plug. The time is that of the request to the lab's world: a few ms before the last process is gone. */
export async function cut(lab: Lab, node: string): Promise<number> {
  const at = Date.now() * 1000;
  await lab.kill(node);
  return at;
}
