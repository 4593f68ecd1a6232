/**
 * Whether one server should be in rotation, from the evidence that is held. The order of the rules is their rank.
 */
import type { ClusterStatus, InstanceStatus, NodeStatus } from '../model/cluster.ts';
import {
  type Host,
  type RotationPlace,
  type RotationState,
  type Server,
  subjectOf,
  type Wanted,
} from './rotation-types.ts';

/** What should be, or undefined: nothing that is held says anything, so nothing is changed. */
export function wantedOf(server: Server, state: RotationState): Wanted | undefined {
  const { place, host, hold, failure } = server;
  const { ring, snapshot } = state;
  const quorate = snapshot !== undefined;
  // Absence and failure are proof only to those who have quorum.
  if (quorate && ring !== undefined && host !== undefined && !ring.members.has(host.id))
    return lost(`${host.name} left the cluster`);
  if (quorate && failure !== undefined) return lost(failure.what);
  // An agent speaks for its own server, with or without quorum: Pacemaker is about to stop it, or has just started it.
  if (hold !== undefined) {
    return {
      out: hold.out,
      cut: false,
      reason: `${hold.out ? 'excluded' : 'readmitted'} by its lb-member on ${host?.name ?? 'its node'}`,
    };
  }
  if (snapshot === undefined || (host !== undefined && state.returned.has(host.id))) return undefined;
  return wordOf(snapshot.status, place);
}

/** Where the instance of a place is: on its node, whether it runs there or not; of a VM, where it runs. */
export const hostIn = (status: ClusterStatus, place: RotationPlace): Host | undefined => hostsIn(status, place)[0];

function hostsIn(status: ClusterStatus, { node, hosts, vnfcResource }: RotationPlace): readonly Host[] {
  if (node !== undefined) return hosts;
  const { active } = indexOf(status);
  return hosts.filter(({ name }) => active.has(`${vnfcResource} ${name}`));
}

/** What Pacemaker's status says about a place; undefined: it has no word about it. */
export function wordOf(status: ClusterStatus, place: RotationPlace): Wanted | undefined {
  const { vnfc, memberResource, vnfcResource } = place;
  const { ids, nodes, active } = indexOf(status);
  // Not in the CIB (not yet applied): no word, which is less than the word 'stopped'.
  if (!ids.has(memberResource)) return undefined;
  const subject = subjectOf(place);
  const [node, ...others] = hostsIn(status, place).map(({ name }) => name);
  // on its way, or worse: nobody knows which of them answers
  if (others.length > 0) return planned(`${subject} is on ${[node, ...others].join(' and ')}`);
  if (node === undefined) return planned(`${subject} of ${vnfc} is not running`);
  const at = nodes.get(node);
  if (at === undefined) return planned(`${node} is not in the cluster`);
  if (at.unclean) return lost(`${node} is unclean`);
  if (!at.online || at.pending) return lost(`${node} is offline`);
  const here = (id: string): InstanceStatus | undefined => active.get(`${id} ${node}`);
  const program = here(vnfcResource);
  if (program?.failed) return lost(`${subject} failed on ${node}`);
  if (program === undefined) return planned(`${subject} is not running on ${node}`);
  const member = here(memberResource);
  const called = place.node === undefined ? place.server : vnfc;
  if (member?.failed) return planned(`the lb-member of ${called} failed on ${node}`);
  if (member === undefined) return planned(`the lb-member of ${called} is stopped on ${node}`);
  const changing = [program, member].find((instance) => isLeaving(instance));
  if (changing !== undefined) return planned(`${changing.id} is stopping on ${node}`);
  if (member.role !== 'Started') return planned(`the lb-member of ${called} is ${member.role} on ${node}`);
  return { out: false, cut: false, reason: `${subject} is running on ${node}` };
}

interface StatusIndex {
  readonly ids: ReadonlySet<string>;
  readonly nodes: ReadonlyMap<string, NodeStatus>;
  /** 'RESOURCE NODE' -> what is active there. */
  readonly active: ReadonlyMap<string, InstanceStatus>;
}

/** A status is looked through once, not once for each of a thousand servers. */
const indexes = new WeakMap<ClusterStatus, StatusIndex>();

function indexOf(status: ClusterStatus): StatusIndex {
  const known = indexes.get(status);
  if (known !== undefined) return known;
  const active = new Map<string, InstanceStatus>();
  for (const instance of status.resources) {
    if (!instance.active) continue;
    for (const node of instance.nodes) {
      const key = `${instance.id} ${node}`;
      if (!active.has(key)) active.set(key, instance);
    }
  }
  const ids = new Set(status.resources.map(({ id }) => id));
  const index = { ids, nodes: new Map(status.nodes.map((node) => [node.name, node])), active };
  indexes.set(status, index);
  return index;
}

function isLeaving(instance: InstanceStatus): boolean {
  return instance.role === 'Stopping' || instance.pending === 'Stopping';
}

const lost = (reason: string): Wanted => ({ out: true, cut: true, reason });
const planned = (reason: string): Wanted => ({ out: true, cut: false, reason });
