/**
 * A heal makes the VM anew, and some VNFMs then know the instance by another id. The next heal and its alarm must name the new one, though
 * the description still has the old one. A server that is no node of the cluster may be at another address, too: there the load balancer
 * must look for it. (A node's address is Corosync's as well: one that has another is another node, and the description says so.)
 */
import { contains, formatAddress, parseAddress, parsePrefixed } from '../model/address.ts';
import type { ManagedVnfc, Vnf } from '../model/vnf.ts';
import type { Incident, Journal } from './incident-journal.ts';

/** What became of one VNFC by an operation (SOL003 §5.5.3.13, AffectedVnfc). */
export interface AffectedVnfc {
  readonly id: string | undefined;
  readonly vduId: string | undefined;
  readonly changeType: string | undefined;
}

/**
 * The id that took the place of `was`: that of the only VNFC that was added where `was` was removed; undefined: it stayed, or it can't be
 * told. The operation may name the resource, whose id is the instance's without 'VDU-' before it (Tacker).
 */
export function successorOf(was: string, affected: readonly AffectedVnfc[]): string | undefined {
  const removed = affected.find((each) => each.changeType === 'REMOVED' && namesIt(each, was));
  if (removed?.id === undefined) return undefined;
  const ofVdu = affected.filter(({ vduId }) => vduId === removed.vduId);
  const added = ofVdu.filter(({ changeType }) => changeType === 'ADDED');
  const alone = ofVdu.filter(({ changeType }) => changeType === 'REMOVED').length === 1 && added.length === 1;
  const id = alone ? added[0]!.id : undefined;
  if (id === undefined || id === removed.id) return undefined;
  return removed.id === was ? id : `${removed.vduId}-${id}`;
}

const namesIt = ({ id, vduId }: AffectedVnfc, was: string): boolean =>
  id !== undefined && (id === was || (vduId !== undefined && `${vduId}-${id}` === was));

/** By which id the VNFM knows the instance now that the description calls `described`. */
export function instanceNow(journal: Journal, described: string | undefined): string | undefined {
  if (described === undefined) return undefined;
  const successors = new Map(
    [...journal.values()]
      .flatMap(({ entries }) => entries)
      .flatMap((entry) =>
        entry.kind === 'heal-completed' && entry.was !== undefined && entry.instance !== undefined
          ? [[entry.was, entry.instance] as const]
          : [],
      ),
  );
  let id = described;
  // each at most once: what is a ring is no succession
  for (let steps = successors.size; steps > 0 && successors.has(id); steps--) id = successors.get(id)!;
  return id;
}

/** Where a server is that the description has elsewhere. */
export interface Move {
  readonly vnfc: string;
  readonly server: string;
  /** What the description says. */
  readonly described: string;
  readonly address: string;
}

/**
 * Where the server of an incident is after its heal, if that is news. `addresses`: all that its VM has by the VNFM's word; undefined:
 * nothing is known. Of them it is the only one that is in the network in which the server was; undefined: it stayed, or it can't be told.
 */
export function moveOf(
  vnf: Vnf,
  journal: Journal,
  { vnfc, node: server }: Incident,
  addresses: readonly string[] | undefined,
): Move | undefined {
  const described = managedAddress(vnf, vnfc, server);
  if (described === undefined || addresses === undefined) return undefined;
  const known = parseAddress(addressNow(journal, vnfc, server, described))!;
  const near = vnf.networks.map(({ cidr }) => parsePrefixed(cidr)!).filter((network) => contains(network, known));
  const there = [...new Set(addresses)].filter((each) =>
    near.some((network) => contains(network, parseAddress(each)!)),
  );
  const [address] = there;
  if (address === undefined || there.length > 1 || address === formatAddress(known)) return undefined;
  return { vnfc, server, described, address };
}

const managed = (vnf: Vnf, name: string): ManagedVnfc | undefined =>
  vnf.loadBalancer?.manages.find((each) => each.name === name);

/** By the description; undefined: it has no such server, or a pair, whose address is the cluster's. */
const managedAddress = (vnf: Vnf, vnfc: string, server: string): string | undefined =>
  managed(vnf, vnfc)?.servers.find(({ name, pair }) => name === server && pair === undefined)?.address;

/** Where the server is now that the description has at `described`: what the description says anew it says of after all heals. */
export function addressNow(journal: Journal, vnfc: string, server: string, described: string): string {
  const moves = [...journal.values()]
    .flatMap(({ entries }) => entries)
    .flatMap((entry) => (entry.kind === 'heal-completed' ? [entry] : []))
    .filter((entry) => entry.vnfc === vnfc && entry.server === server && entry.described === described)
    .filter(({ address }) => typeof address === 'string' && parseAddress(address) !== undefined)
    .toSorted((one, other) => one.at - other.at);
  return moves.at(-1)?.address ?? described;
}

/** The servers that are elsewhere than the description says. */
export function movesIn(journal: Journal, vnf: Vnf): readonly Move[] {
  return (vnf.loadBalancer?.manages ?? []).flatMap(({ name: vnfc, servers }) =>
    servers
      .filter(({ pair }) => pair === undefined)
      .map(({ name: server, address: described }) => ({ vnfc, server, described }))
      .map((of) => ({ ...of, address: addressNow(journal, of.vnfc, of.server, of.described) }))
      .filter(({ described, address }) => address !== described),
  );
}

/** The VNF with its servers where they are. */
export function moved(vnf: Vnf, moves: readonly Move[]): Vnf {
  const { loadBalancer } = vnf;
  if (loadBalancer === undefined || moves.length === 0) return vnf;
  const manages = loadBalancer.manages.map((each) => ({
    ...each,
    servers: each.servers.map((server) => ({
      ...server,
      address: moves.find((move) => move.vnfc === each.name && move.server === server.name)?.address ?? server.address,
    })),
  }));
  return { ...vnf, loadBalancer: { ...loadBalancer, manages } };
}
