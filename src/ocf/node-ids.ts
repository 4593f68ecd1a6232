/** The nodes' names and ids, from corosync's own map. */
import { Failure } from '../process/failure.ts';
import { execute } from './program.ts';

/**
 * The nodeid of every node by its name.
 * @throws Failure 'corosync'
 */
export async function nodeIds(timeoutMs: number): Promise<Map<string, number>> {
  const { stdout, problem } = await execute(['corosync-cmapctl', 'nodelist.node.'], { timeoutMs });
  if (problem !== undefined) throw new Failure('corosync', `corosync's node list cannot be read: ${problem}`);
  return parseNodeIds(stdout);
}

/** Reads lines as `nodelist.node.0.name (str) = node1`. A node without a name goes by its first address, as in Pacemaker. */
export function parseNodeIds(output: string): Map<string, number> {
  const nodes = new Map<string, Map<string, string>>();
  for (const [, index, key, value] of output.matchAll(/^nodelist\.node\.(\d+)\.(\w+) \(\w+\) = (.*)$/gm)) {
    const fields = nodes.get(index!) ?? new Map<string, string>();
    nodes.set(index!, fields.set(key!, value!));
  }
  return new Map(
    [...nodes.values()].flatMap((fields) => {
      const name = fields.get('name') ?? fields.get('ring0_addr');
      return name === undefined ? [] : [[name, Number(fields.get('nodeid'))]];
    }),
  );
}
