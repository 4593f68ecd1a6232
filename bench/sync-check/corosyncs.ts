/** Real corosyncs, one a node. Nothing of the host's corosync is seen or touched. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { until } from '../../test/lab/wait.ts';
import type { Nodes } from './nodes.ts';

export interface Corosyncs {
  start(node: string): Promise<void>;
  /** kill -9, and gone. */
  kill(node: string): Promise<void>;
  signal(node: string, signal: NodeJS.Signals): void;
  /** Bytes of memory that the node's corosync has. */
  memory(node: string): number;
  /** Until the rings of these nodes have all of them and nobody else. */
  ring(nodes: readonly string[]): Promise<void>;
}

/** Started, and in one ring. */
export async function startCorosyncs(nodes: Nodes, names: readonly string[]): Promise<Corosyncs> {
  const daemons = new Map<string, ChildProcess>();

  /** Numbers of the nodes in this node's ring. */
  function ringOf(node: string): string {
    try {
      const lines = nodes.run(node, 'corosync-cmapctl', 'runtime.members').split('\n');
      const joined = lines.filter((line) => / = joined$/.test(line)).map((line) => line.split('.')[2]);
      return joined.sort().join();
    } catch {
      return ''; // it isn't up yet
    }
  }

  const self: Corosyncs = {
    start(node) {
      daemons.set(node, nodes.keep([...nodes.enter(node), 'corosync', '-f']));
      return Promise.resolve();
    },
    async kill(node) {
      const daemon = daemons.get(node)!;
      const gone = once(daemon, 'exit');
      daemon.kill('SIGKILL');
      await gone;
    },
    signal: (node, signal) => void daemons.get(node)!.kill(signal),
    memory: (node) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${daemons.get(node)!.pid}/status`, 'utf8'))![1]) * 1024, // prettier-ignore
    async ring(wanted) {
      const numbers = wanted.map((name) => names.indexOf(name) + 1).join();
      for (const node of wanted)
        await until(`${node} is in a ring of ${wanted.join(', ')}`, () => ringOf(node) === numbers);
    },
  };
  await Promise.all(names.map((name) => self.start(name)));
  await self.ring(names);
  return self;
}
