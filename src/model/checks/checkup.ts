/**
 * What every check is given: the description as far as it has the right shape, what is known of it, and a place to report to.
 */
import { contains, parseAddress, parsePrefixed, type Address, type Prefixed } from '../address.ts';
import type { Description } from '../description.ts';
import type { Path } from '../source.ts';
import { nearest } from '../suggest.ts';

/** A description of which any part may be missing, because it is missing in the file or has not the right shape. */
export type Loose<T> = T extends readonly (infer U)[]
  ? (Loose<U> | undefined)[]
  : T extends object
    ? { [K in keyof T]?: Loose<T[K]> | undefined }
    : T;

export type LooseVnfc = Loose<NonNullable<Description['vnfcs']>[number]>;
export type LooseManaged = Loose<NonNullable<NonNullable<Description['loadBalancer']>['manages']>[number]>;
export type LooseGuest = Loose<NonNullable<Description['guests']>[number]>;
type LooseNode = Loose<Description['nodes'][number]> | LooseGuest;

export interface Checkup {
  readonly description: Loose<Description>;
  readonly facts: Facts;
  error(path: Path, what: string, cure: string, at?: 'key' | 'value'): void;
  warning(path: Path, what: string, cure: string, at?: 'key' | 'value'): void;
  /** The field is not in the file at all (and not merely unusable). */
  absent(path: Path): boolean;
  lineOf(path: Path): number;
}

interface KnownNetwork {
  readonly name: string;
  readonly range: Prefixed | undefined;
}

/** What the checks of one part need of the others. */
interface Facts {
  /** By name, in their order. */
  readonly networks: ReadonlyMap<string, KnownNetwork>;
  readonly firstNetwork: string | undefined;
  readonly nodeNames: readonly string[];
  /** Of `guests`. */
  readonly guestNames: ReadonlySet<string>;
  /** node or guest -> the networks that it is in */
  readonly networksOfNode: ReadonlyMap<string, ReadonlySet<string>>;
  /** The load balancer's nodes that exist, given or by default; none without one. */
  readonly lbNodes: readonly string[];
}

export function factsOf(description: Loose<Description>): Facts {
  const networks = new Map<string, KnownNetwork>();
  for (const network of description.networks ?? []) {
    if (network?.name === undefined || networks.has(network.name)) continue;
    networks.set(network.name, { name: network.name, range: parsePrefixed(network.cidr ?? '') });
  }
  const firstNetwork = description.networks?.[0]?.name;
  const networksOfNode = new Map<string, ReadonlySet<string>>();
  for (const node of description.nodes ?? []) {
    if (node?.name !== undefined) networksOfNode.set(node.name, networksOf(node, firstNetwork, networks));
  }
  const nodeNames = [...networksOfNode.keys()];
  const guestNames = new Set<string>();
  for (const guest of description.guests ?? []) {
    if (guest?.name === undefined || networksOfNode.has(guest.name)) continue;
    guestNames.add(guest.name);
    networksOfNode.set(guest.name, networksOf(guest, firstNetwork, networks));
  }
  const lb = description.loadBalancer;
  const lbNodes = lb === undefined ? [] : (knownOf(lb.nodes, new Set(nodeNames)) ?? nodeNames.slice(0, 2));
  return { networks, firstNetwork, nodeNames, guestNames, networksOfNode, lbNodes };
}

/** A node that is said to be in no network, or in an unknown one, is taken to be in all: one problem is enough. */
function networksOf(node: LooseNode, first: string | undefined, all: ReadonlyMap<string, unknown>): Set<string> {
  const named = Object.keys(node.addresses ?? {});
  if (node.address !== undefined && first !== undefined) named.push(first);
  return new Set(named.length === 0 || named.some((name) => !all.has(name)) ? all.keys() : named);
}

/** Those of a list of nodes that exist; undefined without a list. */
const knownOf = (names: readonly (string | undefined)[] | undefined, known: Pick<ReadonlySet<string>, 'has'>) =>
  names?.filter((name) => name !== undefined && known.has(name)) as string[] | undefined;

/** The nodes that a VNFC may run on. */
export function nodesOf(vnfc: LooseVnfc, facts: Facts): readonly string[] {
  return knownOf(vnfc.nodes, facts.networksOfNode) ?? facts.nodeNames;
}

/** The load balancer's addresses, as they are written, and where. */
export function lbAddresses({ description: { loadBalancer: lb } }: Checkup): { path: Path; text: string }[] {
  const several = (lb?.vips ?? []).map((text, at) => ({ path: ['loadBalancer', 'vips', at], text }));
  return [{ path: ['loadBalancer', 'vip'], text: lb?.vip }, ...several].flatMap(({ path, text }) =>
    text === undefined ? [] : [{ path, text }],
  );
}

/** The network that the address is in. */
export function networkWith(address: Address, facts: Facts): KnownNetwork | undefined {
  for (const network of facts.networks.values()) {
    if (network.range !== undefined && contains(network.range, address)) return network;
  }
  return undefined;
}

/** Reports a name that nothing has; says whether it is known. */
export function known(
  checkup: Checkup,
  path: Path,
  kind: string,
  name: string,
  names: ReadonlyMap<string, unknown>,
): boolean {
  if (names.has(name)) return true;
  const all = [...names.keys()];
  const meant = nearest(name, all);
  const others = all.length === 0 ? `Define the ${kind}.` : `There are: ${all.slice(0, 10).join(', ')}.`;
  const cure = meant === undefined ? others : `Did you mean '${meant}'?`;
  checkup.error(path, `there is no ${kind} '${name}'`, cure);
  return false;
}

/**
 * Checks a list of nodes: every one exists, none twice.
 * @param noGuests what guests can't do; undefined: they may be in it
 */
export function checkNodeList(
  checkup: Checkup,
  path: Path,
  names: readonly (string | undefined)[] | undefined,
  noGuests?: string,
): void {
  const seen = new Set<string>();
  names?.forEach((name, at) => {
    if (name === undefined) return;
    if (seen.has(name)) checkup.error([...path, at], `the node '${name}' is listed twice`, 'Remove one of the two.');
    seen.add(name);
    if (noGuests === undefined || !checkup.facts.guestNames.has(name))
      return void known(checkup, [...path, at], 'node', name, checkup.facts.networksOfNode);
    checkup.error([...path, at], `'${name}' is a guest, and ${noGuests}`, 'Name nodes of the cluster.');
  });
}

/** Says what is wrong with a text as an address (of `whose`); the address if nothing is. */
export function addressOf(checkup: Checkup, path: Path, text: string, whose = "a node's"): Address | undefined {
  const address = parseAddress(text);
  if (address !== undefined) return address;
  const prefixed = parsePrefixed(text) !== undefined;
  checkup.error(
    path,
    prefixed ? `'${text}' has a prefix length, but ${whose} address stands alone` : `'${text}' is not an address`,
    prefixed
      ? `Write ${text.replace(/\/.*/, '')}; the prefix length is the network's.`
      : 'Write it as 192.0.2.7 or 2001:db8::7.',
  );
  return undefined;
}
