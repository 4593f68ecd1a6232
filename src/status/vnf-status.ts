/** How a VNF is, from what the cluster, a bridge and the journal say. Pure. */
import { heldBack, type Hold } from '../decide/heal-governor.ts';
import { type Incident, isOpen, isWaiting, type Journal } from '../decide/incident-journal.ts';
import { wordsOf } from '../decide/managed-condition.ts';
import type { ClusterStatus, InstanceStatus } from '../model/cluster.ts';
import { formatAddress, parseAddress } from '../model/address.ts';
import { guestId, haproxyId, lbVips, resourceId, vipId, vmId } from '../model/names.ts';
import type { ServerHealth } from '../model/server-health.ts';
import type { ActiveStandbyVnfc, ManagedVnfc, NodesVnfc, Vip, VmsVnfc, Vnf, Vnfc } from '../model/vnf.ts';
import { behind, type InstanceStatus as SidecarStatus } from '../sync/status.ts';
import type { ServerRotation } from './bridge-state.ts';

export interface VnfStatus {
  readonly vnf: string;
  /** Nothing is missing: everything runs where and as the description says. */
  readonly ok: boolean;
  /** What is missing, a sentence each. */
  readonly problems: readonly string[];
  readonly cluster: { readonly quorate: boolean; readonly dc: string | undefined; readonly maintenance: boolean };
  /** Those of Corosync, then the guests. */
  readonly nodes: readonly NodeStatus[];
  readonly vnfcs: readonly GroupStatus[];
  readonly loadBalancer: GroupStatus | undefined;
  /** Open ones; undefined: the journal can't be read. */
  readonly incidents: readonly IncidentView[] | undefined;
}

export interface NodeStatus {
  readonly name: string;
  readonly state: NodeState;
  /** Of a guest: the node that runs its VM; null: none does. */
  readonly host?: string | null;
}

export type NodeState = 'online' | 'standby' | 'maintenance' | 'pending' | 'lost' | 'offline';

export interface GroupStatus {
  readonly name: string;
  /** vms: its instances are VMs; lb-managed: they are the servers that the load balancer manages by itself. */
  readonly kind: 'active-standby' | 'active-active' | 'vms' | 'load-balancer' | 'lb-managed';
  readonly wanted: number;
  readonly instances: readonly InstanceView[];
  /** Its own addresses, and the nodes that have them: of several a load balancer's. */
  readonly vips: readonly VipView[];
  /** Of its state, as the sidecar of the node that was asked has it; undefined: there is none here. */
  readonly sync: SyncView | undefined;
}

interface VipView {
  readonly address: string;
  readonly node: string | undefined;
}

export interface SyncView {
  readonly role: SidecarStatus['role'];
  readonly epoch: number;
  readonly fresh: boolean;
  /** The copies elsewhere, which only the active one knows; `behind`: writes that it lacks, undefined while it isn't connected. */
  readonly copies: readonly { readonly copy: string; readonly behind: number | undefined; readonly problem: string | undefined }[]; // prettier-ignore
}

export interface InstanceView {
  /** Where it is; of an lb-managed VNFC: the server's name; of VMs: the VM's. */
  readonly node: string;
  /** Of a VM: the node that runs it; undefined: none does. */
  readonly host?: string | undefined;
  readonly state: 'active' | 'standby' | 'up' | 'down' | 'changing' | 'failed';
  /** In the load balancer; undefined: it has no place there, or nobody here knows. */
  readonly rotation: 'in' | 'out' | undefined;
  readonly reason: string | undefined;
}

/** An open incident; `held`: its next heal is held back, by the rules of the description as they are here and now. */
type IncidentView = Incident & { readonly held: Hold | undefined };

/**
 * @param rotation undefined: no bridge answers here
 * @param now ms since the epoch
 * @param sidecars those of this node; undefined: one that doesn't answer
 */
export function vnfStatus(
  vnf: Vnf,
  cluster: ClusterStatus,
  rotation: readonly ServerRotation[] | undefined,
  journal: Journal | undefined,
  now: number,
  sidecars: ReadonlyMap<string, SidecarStatus | undefined> = new Map(),
): VnfStatus {
  const nodes = nodesStatus(vnf, cluster);
  const vnfcs = [
    ...vnf.vnfcs.map((vnfc) =>
      vnfc.redundancy === 'active-active-vms'
        ? vmsStatus(vnf, vnfc, cluster, rotation)
        : vnfcStatus(vnf, vnfc, cluster, rotation, sidecars.get(vnfc.name)),
    ),
    ...(vnf.loadBalancer?.manages ?? []).map((managed) => managedStatus(vnf, managed, cluster)),
  ];
  const loadBalancer = balancerStatus(vnf, cluster);
  const incidents = journal && incidentsOf(vnf, journal, now);
  const problems = [
    ...(cluster.quorate ? [] : ['this partition has no quorum']),
    ...(cluster.maintenance ? ['the cluster is in maintenance mode'] : []),
    ...nodes.filter(({ state }) => state !== 'online').map(({ name, state }) => `${name} is ${state}`),
    ...[...vnfcs, ...(loadBalancer === undefined ? [] : [loadBalancer])].flatMap(groupProblems),
    ...[...sidecars].flatMap(([name, status]) => sidecarProblems(name, status)),
    ...vnf.vnfcs.flatMap((vnfc) => waitProblems(vnf, vnfc, cluster)),
    ...(incidents ?? []).map(({ id, vnfc, node, phase, held }) => `incident ${id} is open: ${vnfc} on ${node}, ${phase}${heldText(held)}`), // prettier-ignore
  ];
  const { quorate, dc, maintenance } = cluster;
  return {
    vnf: vnf.name,
    ok: problems.length === 0,
    problems,
    cluster: { quorate, dc, maintenance },
    ...{ nodes, vnfcs, loadBalancer, incidents },
  };
}

function incidentsOf(vnf: Vnf, journal: Journal, now: number): readonly IncidentView[] {
  const open = [...journal.values()].flatMap(({ incident }) => (incident && isOpen(incident) ? [incident] : []));
  const rules = vnf.vnfm?.heals;
  const due = open.filter(isWaiting);
  const holds = rules && heldBack({ due, journal, underway: 0, raising: 0, now }, rules);
  return open.map((incident) => ({ ...incident, held: holds?.get(incident.id) }));
}

function heldText(held: Hold | undefined): string {
  if (held === undefined) return '';
  // the storm and the window say their end in their own words
  const end =
    held.why === 'per-hour' && held.until !== undefined ? `, until ${new Date(held.until).toISOString()}` : '';
  return `; its heal is held back: ${held.detail}${end}`;
}

function nodesStatus(vnf: Vnf, cluster: ClusterStatus): readonly NodeStatus[] {
  const hostOf = (id: string) => cluster.resources.find((one) => one.id === id && one.active)?.nodes[0] ?? null;
  return [
    ...vnf.nodes.map(({ name }) => ({ name, state: nodeState(cluster, name) })),
    ...vnf.guests.map(({ name }) => ({ name, state: nodeState(cluster, name), host: hostOf(guestId(vnf.name, name)) })),
  ];
}

function nodeState(cluster: ClusterStatus, name: string): NodeState {
  const node = cluster.nodes.find((one) => one.name === name);
  if (node === undefined || !node.online) return node?.unclean ? 'lost' : node?.pending ? 'pending' : 'offline';
  return node.maintenance ? 'maintenance' : node.standby ? 'standby' : 'online';
}

function vnfcStatus(vnf: Vnf, vnfc: NodesVnfc, cluster: ClusterStatus, rotation: readonly ServerRotation[] | undefined, sidecar: SidecarStatus | undefined): GroupStatus {
  const id = resourceId(vnf.name, vnfc.name);
  const standby = vnfc.redundancy === 'active-standby';
  return {
    name: vnfc.name,
    kind: vnfc.redundancy,
    wanted: vnfc.instances,
    instances: vnfc.nodes.map((node) => {
      const place = standby ? undefined : rotation?.find((one) => one.vnfc === vnfc.name && one.server === node);
      const state = stateOf(cluster, vnfc, id, node);
      return { node, state, rotation: place?.rotation, reason: place?.rotation === 'out' ? place.reason : undefined };
    }),
    vips: vnfc.redundancy === 'active-standby' ? [vipOf(vnf, vnfc, cluster)] : [],
    sync: sidecar && syncView(sidecar),
  };
} // prettier-ignore

function vmsStatus(vnf: Vnf, { name, vms }: VmsVnfc, cluster: ClusterStatus, rotation: readonly ServerRotation[] | undefined): GroupStatus {
  return {
    ...{ name, kind: 'vms', wanted: vms.length, vips: [], sync: undefined },
    instances: vms.map((vm) => {
      const id = vmId(vnf.name, name, vm.name);
      const host = cluster.resources.find((one) => one.id === id && one.active)?.nodes[0];
      const place = rotation?.find((one) => one.vnfc === name && one.server === vm.name);
      const state = host === undefined ? 'down' : instanceState(cluster, id, host, false);
      return { node: vm.name, host, state, rotation: place?.rotation, reason: place?.rotation === 'out' ? place.reason : undefined };
    }),
  };
} // prettier-ignore

function managedStatus(vnf: Vnf, managed: ManagedVnfc, cluster: ClusterStatus): GroupStatus {
  return {
    name: managed.name,
    kind: 'lb-managed',
    wanted: managed.servers.length,
    instances: managed.servers.map(({ name }) => serverView(name, wordsOf(cluster, vnf, managed.name, name))),
    vips: [],
    sync: undefined,
  };
}

/** A server that not all load balancers see alike is changing; one that nobody has checked, too. */
function serverView(node: string, words: ReturnType<typeof wordsOf>): InstanceView {
  const all = (wanted: ServerHealth): boolean => words.length > 0 && words.every(({ health }) => health === wanted);
  if (all('up')) return { node, state: 'up', rotation: 'in', reason: undefined };
  if (all('down')) return { node, state: 'down', rotation: 'out', reason: "down by every load balancer's checks" };
  const said = words.map((word) => `${word.health ?? 'nothing known'} on ${word.node}`).join(', ');
  const reason = said === '' ? 'no load balancer looks' : `by the checks ${said}`;
  return { node, state: 'changing', rotation: 'out', reason };
}

function balancerStatus(vnf: Vnf, cluster: ClusterStatus): GroupStatus | undefined {
  const lb = vnf.loadBalancer;
  if (lb === undefined) return undefined;
  const id = haproxyId(vnf.name, lb.name);
  return {
    name: lb.name,
    kind: 'load-balancer',
    wanted: lb.nodes.length,
    instances: lb.nodes.map((node) => ({
      node,
      state: instanceState(cluster, id, node, false),
      rotation: undefined,
      reason: undefined,
    })),
    vips: lbVips(vnf.name, lb).map(({ id: vipResource, vip }) => vipStatus(cluster, vipResource, vip)),
    sync: undefined,
  };
}

function instanceState(cluster: ClusterStatus, id: string, node: string, standby: boolean): InstanceView['state'] {
  const found = cluster.resources.find((one) => one.id === id && one.nodes.includes(node));
  if (found === undefined) return 'down';
  if (found.failed) return 'failed';
  const states: Readonly<Record<InstanceStatus['role'], InstanceView['state']>> = {
    ...{ Started: 'up', Stopped: 'down', Promoted: 'active', Unpromoted: standby ? 'standby' : 'up' },
    ...{ Starting: 'changing', Stopping: 'changing', Promoting: 'changing', Demoting: 'changing' },
    Migrating: 'changing',
  };
  return states[found.role];
}

/** Where nobody is told a role, the active one is who has the address. */
function stateOf(cluster: ClusterStatus, vnfc: NodesVnfc, id: string, node: string): InstanceView['state'] {
  const state = instanceState(cluster, id, node, vnfc.redundancy === 'active-standby');
  if (vnfc.redundancy === 'active-active' || vnfc.vipBy !== 'election' || state !== 'up') return state;
  return cluster.elected?.some((one) => one.resource === id && one.node === node) ? 'active' : 'standby';
}

/** What has an address of its own in the cluster is where that is; else it is with the active instance. */
function vipOf(vnf: Vnf, vnfc: ActiveStandbyVnfc, cluster: ClusterStatus): VipView {
  if (vnfc.vipBy === 'cluster') return vipStatus(cluster, vipId(vnf.name, vnfc.name), vnfc.vip);
  const id = resourceId(vnf.name, vnfc.name);
  return { address: vnfc.vip.ip, node: vnfc.nodes.find((node) => stateOf(cluster, vnfc, id, node) === 'active') };
}

function vipStatus(cluster: ClusterStatus, id: string, vip: Vip): VipView {
  const found = cluster.resources.find((one) => one.id === id && one.role === 'Started' && !one.failed);
  const address = parseAddress(vip.ip);
  return { address: address === undefined ? vip.ip : formatAddress(address), node: found?.nodes[0] };
}

function groupProblems({ name, kind, wanted, instances, vips }: GroupStatus): string[] {
  const running = instances.filter(({ state }) => state === 'up' || state === 'active' || state === 'standby');
  const active = instances.filter(({ state }) => state === 'active').map(({ node }) => node);
  return [
    ...(running.length < wanted ? [`${name}: ${running.length} of ${wanted} instances run`] : []),
    ...(kind === 'active-standby' && active.length !== 1
      ? [`${name}: ${active.length === 0 ? 'no instance is active' : `active on ${active.join(' and ')}`}`]
      : []),
    ...vips.flatMap(({ address, node }) => {
      if (node === undefined) return [`${name}: nobody has ${address}`];
      const elsewhere = kind === 'active-standby' && active.length === 1 && active[0] !== node;
      return elsewhere ? [`${name}: ${address} is on ${node}, and the active instance on ${active[0]}`] : [];
    }),
    ...instances
      .filter(({ state, rotation }) => rotation === 'out' && (state === 'up' || kind === 'lb-managed'))
      .map(({ node, reason }) => `${kind === 'vms' ? `${node} of ${name}` : `${name} on ${node}`} is out of rotation: ${reason}`), // prettier-ignore
  ];
}

function syncView(status: SidecarStatus): SyncView {
  const { role, epoch, fresh, copies } = status;
  const known = role === 'active' ? copies : [];
  return {
    role,
    epoch,
    fresh,
    copies: known.map((each) => ({ copy: each.copy, behind: behind(status, each), problem: each.problem })),
  };
}

/** Who carries its state itself says it to the cluster. */
function waitProblems(vnf: Vnf, { name }: Vnfc, { waits = [] }: ClusterStatus): string[] {
  const own = waits.filter(({ resource }) => resource === resourceId(vnf.name, name));
  return own.map(({ node, why }) => `${name} on ${node} is not to be promoted: ${why}`);
}

function sidecarProblems(name: string, status: SidecarStatus | undefined): string[] {
  if (status === undefined) return [`the sidecar of ${name} doesn't answer here`];
  if (status.role === 'active')
    return status.copies.flatMap(({ copy, connected, problem }) =>
      connected ? [] : [`${name}: ${copy} has no copy of the state now: ${problem ?? 'not connected'}`],
    );
  return status.fresh ? [] : [`${name}: the state here, on ${status.node}, is not fresh`];
}
