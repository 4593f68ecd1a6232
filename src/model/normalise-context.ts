/** What of a description the normalised parts of it need of each other. Pure. */
import { contains, formatAddress, type Prefixed } from './address.ts';
import { prefixed } from './given.ts';
import type { Defaults } from './recovery.ts';
import type { ClusterNode, Network, Vip } from './vnf.ts';

/** Where each thing lives, so that no VNFC costs a search. */
export interface Context {
  readonly networks: readonly (Network & { readonly range: Prefixed })[];
  readonly nodes: readonly ClusterNode[];
  readonly nodeNames: readonly string[];
  readonly byName: ReadonlyMap<string, ClusterNode>;
  readonly lbNodes: readonly string[];
  readonly hasVnfm: boolean;
  readonly defaults: Defaults;
}

/** The networks that every one of these nodes is in. */
export function networksOfAll(nodes: readonly string[], context: Context): string[] {
  return context.networks
    .map((network) => network.name)
    .filter((network) => nodes.every((node) => Object.hasOwn(context.byName.get(node)?.addresses ?? {}, network)));
}

/** A VIP, on the interface of the network that it is in. */
export function vipOf(text: string, context: Context): Vip {
  const address = prefixed(text);
  const network = context.networks.find(({ range }) => contains(range, address));
  return { ip: formatAddress(address), prefix: address.prefix, interface: network?.interface };
}
