/** The nodes in a corosync.conf: the CIB doesn't know their addresses. Pure. */
export interface CorosyncNode {
  readonly name: string;
  readonly id: number;
  /** Of each link, in their order. */
  readonly addresses: readonly string[];
}

export interface CorosyncConf {
  readonly clusterName: string | undefined;
  readonly tokenMs: number | undefined;
  readonly consensusMs: number | undefined;
  readonly nodes: readonly CorosyncNode[];
}

/** Reads blocks `name { … }` and lines `key: value`; comments are lines that begin with '#'. See corosync.conf(5). */
export function readCorosyncConf(text: string): CorosyncConf {
  const open: string[] = [];
  const totem = new Map<string, string>();
  const nodes: Map<string, string>[] = [];
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    const [, block] = /^(\w+)\s*\{$/.exec(line) ?? [];
    const [, key, value] = /^(\w+)\s*:\s*(.*)$/.exec(line) ?? [];
    if (block !== undefined) open.push(block);
    if (block === 'node' && open.at(-2) === 'nodelist') nodes.push(new Map());
    if (line === '}') open.pop();
    if (key === undefined) continue;
    if (open.join('/') === 'totem') totem.set(key, value!);
    if (open.join('/') === 'nodelist/node') nodes.at(-1)!.set(key, value!);
  }
  return {
    clusterName: totem.get('cluster_name'),
    tokenMs: numberOf(totem.get('token')),
    consensusMs: numberOf(totem.get('consensus')),
    nodes: nodes.map(nodeOf),
  };
}

function nodeOf(entry: ReadonlyMap<string, string>, at: number): CorosyncNode {
  const links = [...entry].filter(([key]) => /^ring\d+_addr$/.test(key)).sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true })); // prettier-ignore
  const addresses = links.map(([, address]) => address);
  return { name: entry.get('name') ?? addresses[0] ?? '', id: numberOf(entry.get('nodeid')) ?? at + 1, addresses };
}

const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
