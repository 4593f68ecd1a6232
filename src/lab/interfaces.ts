import type { Network } from '../model/vnf.ts';

/** The description's name of a network's interface, or the first ethN that is free. */
export function interfaceNames(networks: readonly Network[]): string[] {
  const taken = new Set(networks.map((network) => network.interface));
  let next = 0;
  return networks.map((network) => {
    if (network.interface !== undefined) return network.interface;
    while (taken.has(`eth${next}`)) next += 1;
    return `eth${next++}`;
  });
}
