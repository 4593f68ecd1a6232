/** Who had an address when, by the nodes' kernels. */
import type { Lab } from '../../src/lab/lab.ts';

interface Holding {
  readonly node: string;
  /** Of the first and the last look that found it there: seconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

/**
 * Looks on each node, in its own time and as fast as a shell can, which addresses of `prefix` it has while `during` runs: ADDRESS/BITS -> who
 * had it, in the order of time. A node is taken to have had it from the first look that found it to the last.
 */
export async function holders(
  lab: Lab,
  nodes: readonly string[],
  prefix: string,
  during: () => Promise<unknown>,
): Promise<ReadonlyMap<string, readonly Holding[]>> {
  const enough = '/tmp/enough-looks';
  const watch = `until [ -e ${enough} ]; do ip -o -4 addr show to ${prefix} | awk -v at="$EPOCHREALTIME" '{print at, $4}'; done`;
  for (const node of nodes) await lab.exec(node, ['rm', '-f', enough]);
  const watchers = nodes.map(async (node) => {
    const { stdout } = await lab.exec(node, ['bash', '-c', watch], { timeout: 600_000 });
    return { node, looks: stdout.split('\n').filter(Boolean).map((line) => line.split(' ') as [string, string]) }; // prettier-ignore
  });
  try {
    await during();
  } finally {
    for (const node of nodes) await lab.writeFile(node, enough, '');
  }
  const found = new Map<string, Holding[]>();
  for (const { node, looks } of await Promise.all(watchers))
    for (const address of new Set(looks.map(([, where]) => where))) {
      const times = looks.flatMap(([at, where]) => (where === address ? [Number(at)] : []));
      found.set(address, [...(found.get(address) ?? []), { node, from: times[0]!, to: times.at(-1)! }]);
    }
  return new Map([...found].map(([address, all]) => [address, all.sort((one, other) => one.from - other.from)]));
}

/** Whether nobody had it before the one before had let go of it. */
export const oneByOne = (holdings: readonly Holding[]): boolean =>
  holdings.every(({ from }, at) => at === 0 || from > holdings[at - 1]!.to);
