/** The wires between hosts: networks that have the same interface (IPv4 and IPv6, say) share one. Pure. */
import type { Network } from '../model/vnf.ts';

export interface Segment {
  /** The hosts' interface: the description's name of it, or the first ethN that is free. */
  readonly name: string;
  readonly networks: readonly Network[];
}

/** In the order of the networks. */
export function segmentsOf(networks: readonly Network[]): Segment[] {
  const taken = new Set(networks.map((network) => network.interface));
  let next = 0;
  const segments = new Map<string, Network[]>();
  for (const network of networks) {
    while (taken.has(`eth${next}`)) next += 1;
    const name = network.interface ?? `eth${next++}`;
    segments.set(name, [...(segments.get(name) ?? []), network]);
  }
  return [...segments].map(([name, on]) => ({ name, networks: on }));
}
