/** A stand-in for Pacemaker's executor: one process that is the parent of all calls of the agents, in a node of its own. */
import { createInterface } from 'node:readline';
import type { LonelyNode } from '../corosync/lonely-node.ts';

export interface Executor {
  /** Its pid in the node. */
  readonly pid: number;
  /** Runs a shell command; its exit code, and what it said. */
  readonly run: (command: string) => Promise<{ readonly code: number; readonly output: string }>;
}

/** Starts one; it ends with the node. */
export async function startExecutor(node: LonelyNode): Promise<Executor> {
  const shell = node.start('dash', []);
  const lines = createInterface(shell.stdout!)[Symbol.asyncIterator]();
  const until = '--ended--';
  const run = async (command: string) => {
    shell.stdin!.write(`{ ${command}\n} </dev/null 2>&1; code=$?; echo; echo ${until} $code\n`);
    const said: string[] = [];
    for (;;) {
      const next = await lines.next();
      if (next.done === true) throw new Error('the executor is gone');
      if (next.value.startsWith(until))
        return { code: Number(next.value.split(' ')[1]), output: said.join('\n').trim() };
      said.push(next.value);
    }
  };
  const { output } = await run('echo $$');
  return { pid: Number(output), run };
}

export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
