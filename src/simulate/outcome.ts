/** Where a VNF ends: who is active and has the address, who is in rotation, whom the VNFM is to heal. Pure. */
import { healables } from '../decide/healable.ts';
import { infinity } from '../decide/incident-condition.ts';
import { rotationPlaces } from '../decide/rotation-places.ts';
import { defaultRotationPolicy, initialRotation, step } from '../decide/rotation.ts';
import type { ClusterStatus } from '../model/cluster.ts';
import { haproxyId, lbVips, resourceId, vipId, vmId } from '../model/names.ts';
import type { Vip, VmsVnfc, Vnf, Vnfc } from '../model/vnf.ts';
import { exhaustedOn, resourceOf } from './beginning.ts';
import type { Fault } from './failure.ts';

/** whole: as described; degraded: it serves, with less than that; lost: it doesn't. */
export type Service = 'whole' | 'degraded' | 'lost';

export interface VnfcOutcome {
  readonly vnfc: string;
  readonly service: Service;
  /** Where instances run. */
  readonly running: readonly string[];
  /** Active/standby: the active one's node; undefined: nobody is, or an election of its own says who. */
  readonly active: string | undefined;
  /** Where it is asked: of active/active VNFCs the load balancer's. */
  readonly addresses: readonly AddressOutcome[];
  /** Active/active: the load balancer's list. */
  readonly servers: readonly ServerOutcome[];
}

interface AddressOutcome {
  /** With its prefix length. */
  readonly address: string;
  /** The node that has it; undefined: none has. */
  readonly at: string | undefined;
}

interface ServerOutcome {
  readonly server: string;
  /** Of a VM: the node that runs it; undefined: none does. */
  readonly host?: string | undefined;
  readonly rotation: 'in' | 'out';
  readonly reason: string;
}

export interface Outcome {
  readonly vnfcs: readonly VnfcOutcome[];
  readonly loadBalancer: { readonly running: readonly string[]; readonly addresses: readonly AddressOutcome[] } | undefined; // prettier-ignore
  /** What the VNFM is asked to heal; `node`: of a VM its name. */
  readonly heals: readonly { readonly vnfc: string; readonly node: string; readonly vnfcInstanceId: string | undefined }[];
} // prettier-ignore

/** @param exhausted failed more often than they are restarted */
export function outcomeOf(vnf: Vnf, simulated: ClusterStatus, exhausted: readonly Fault[]): Outcome {
  const failures = exhausted.flatMap((fault) =>
    fault.kind === 'node'
      ? []
      : exhaustedOn(vnf, fault).map((node) => ({ resource: resourceOf(vnf, fault), node, failCount: infinity, migrationThreshold: 1, lastFailure: undefined })),
  ); // prettier-ignore
  const status = { ...simulated, failures, resources: onWorkingNodes(simulated) };
  const rotation = rotationOf(vnf, status);
  const lb = vnf.loadBalancer && {
    running: runningOf(status, haproxyId(vnf.name, vnf.loadBalancer.name)),
    addresses: lbVips(vnf.name, vnf.loadBalancer).map(({ id, vip }) => ({
      address: addressText(vip),
      at: startedAt(status, id),
    })),
  };
  return {
    vnfcs: vnf.vnfcs.map((vnfc) => vnfcOutcome(vnf, vnfc, status, lb?.addresses ?? [], rotation.get(vnfc.name) ?? [])),
    loadBalancer: lb,
    heals: healsOf(vnf, status),
  };
}

/** What Pacemaker must still hold for running on a lost node serves nobody. */
function onWorkingNodes({ nodes, resources }: ClusterStatus): ClusterStatus['resources'] {
  const working = new Set(nodes.flatMap(({ name, online, unclean }) => (online && !unclean ? [name] : [])));
  return resources
    .map((one) => ({ ...one, nodes: one.nodes.filter((node) => working.has(node)) }))
    .filter((one) => one.nodes.length > 0 || !one.active);
}

function vnfcOutcome(
  vnf: Vnf,
  vnfc: Vnfc,
  status: ClusterStatus,
  lbAddresses: VnfcOutcome['addresses'],
  servers: VnfcOutcome['servers'],
): VnfcOutcome {
  if (vnfc.redundancy === 'active-active-vms') return vmsOutcome(vnf, vnfc, status, lbAddresses, servers);
  const id = resourceId(vnf.name, vnfc.name);
  const running = runningOf(status, id);
  const fewer = running.length < vnfc.instances;
  if (vnfc.redundancy === 'active-active') {
    const serve = areSomewhere(lbAddresses) && servers.some(({ rotation }) => rotation === 'in');
    const less = fewer || servers.some(({ rotation }) => rotation === 'out');
    const common = { vnfc: vnfc.name, running, active: undefined, addresses: lbAddresses, servers };
    if (vnf.loadBalancer === undefined)
      return { ...common, service: running.length === 0 ? 'lost' : fewer ? 'degraded' : 'whole' };
    return { ...common, service: serve ? (less ? 'degraded' : 'whole') : 'lost' };
  }
  const active = status.resources.find((one) => one.id === id && one.role === 'Promoted')?.nodes[0];
  const addressAt = vnfc.vipBy === 'cluster' ? startedAt(status, vipId(vnf.name, vnfc.name)) : active;
  const serves = vnfc.vipBy === 'election' ? running.length > 0 : active !== undefined && addressAt === active;
  const service = serves ? (fewer ? 'degraded' : 'whole') : 'lost';
  const addresses = [{ address: addressText(vnfc.vip), at: addressAt }];
  return { vnfc: vnfc.name, service, running, active, addresses, servers: [] };
}

function vmsOutcome(
  vnf: Vnf,
  { name, vms }: VmsVnfc,
  status: ClusterStatus,
  addresses: VnfcOutcome['addresses'],
  servers: VnfcOutcome['servers'],
): VnfcOutcome {
  const hosts = new Map(vms.map((vm) => [vm.name, runningOf(status, vmId(vnf.name, name, vm.name))[0]]));
  const running = [...new Set([...hosts.values()].flatMap((host) => host ?? []))].sort();
  const serve = areSomewhere(addresses) && servers.some(({ rotation }) => rotation === 'in');
  const less = servers.some(({ rotation }) => rotation === 'out');
  return {
    ...{ vnfc: name, running, active: undefined, addresses },
    servers: servers.map((server) => ({ ...server, host: hosts.get(server.server) })),
    service: serve ? (less ? 'degraded' : 'whole') : 'lost',
  };
}

const addressText = ({ ip, prefix }: Vip): string => `${ip}/${prefix}`;

/** Each of them is for some of the clients. */
const areSomewhere = (addresses: readonly AddressOutcome[]): boolean =>
  addresses.length > 0 && addresses.every(({ at }) => at !== undefined);

const runningOf = (status: ClusterStatus, id: string): string[] =>
  status.resources.filter((one) => one.id === id && one.active && !one.failed).flatMap(({ nodes }) => nodes);

const startedAt = (status: ClusterStatus, id: string): string | undefined =>
  status.resources.find((one) => one.id === id && one.role === 'Started')?.nodes[0];

/** By the bridge's own decision, of what crm_mon and Corosync would tell it. */
function rotationOf(vnf: Vnf, status: ClusterStatus): Map<string, VnfcOutcome['servers'][number][]> {
  const places = rotationPlaces(vnf);
  const members = status.nodes.filter(({ online }) => online).map(({ id }) => id);
  const { state } = step(
    initialRotation,
    [
      { type: 'described', at: 0, places },
      { type: 'adopted', at: 0, file: new Map() },
      { type: 'ring', at: 0, members },
      { type: 'snapshot', at: 1, begun: 1, status },
    ],
    defaultRotationPolicy,
  );
  const servers = new Map<string, VnfcOutcome['servers'][number][]>();
  for (const { place, out, reason } of state.servers.values()) {
    const known = servers.get(place.vnfc) ?? [];
    servers.set(place.vnfc, [...known, { server: place.server, rotation: out ? 'out' : 'in', reason }]);
  }
  return servers;
}

function healsOf(vnf: Vnf, status: ClusterStatus): Outcome['heals'] {
  if (vnf.vnfm === undefined || !status.quorate) return [];
  return healables(vnf)
    .filter(({ heal }) => heal)
    .flatMap((vnfc) =>
      vnfc.places
        .filter((place) => vnfc.condition(status, place) === 'broken')
        .map((place) => ({ vnfc: vnfc.name, node: place, vnfcInstanceId: vnfc.instanceId(place) })),
    );
}
