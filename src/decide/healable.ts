/**
 * What the VNFM may be asked to heal, whoever manages it: an instance of a VNFC on a node, or a VM, by Pacemaker's word; or a server of a
 * VNFC that the load balancer manages, by the word of HAProxy's checks.
 */
import type { ClusterStatus } from '../model/cluster.ts';
import { resourceId, vmId } from '../model/names.ts';
import type { ManagedVnfc, NodesVnfc, VmsVnfc, Vnf, Vnfc } from '../model/vnf.ts';
import { type Condition, conditionOf, failureOf, healthyNodes, infinity } from './incident-condition.ts';
import { managedCondition, serversUp } from './managed-condition.ts';
import { vmCondition, vmFailing, vmsServing } from './vm-condition.ts';

export interface Healable {
  /** The VNFC's. */
  readonly name: string;
  /** The nodes of its instances; or the names of its VMs or servers. */
  readonly places: readonly string[];
  /** What the VNFM is told of them. */
  readonly heal: boolean;
  /** Whose failures Pacemaker is to forget after a heal of the instance; undefined: it counts none. */
  counted(place: string): Counted | undefined;
  instanceId(place: string): string | undefined;
  condition(status: ClusterStatus, place: string): Condition;
  /** How many serve. */
  serving(status: ClusterStatus): number;
  /** What speaks against the instance; `forGood`: it need not be waited whether it holds. */
  failure(status: ClusterStatus, place: string): Failing;
}

interface Counted {
  /** The primitive. */
  readonly resource: string;
  /** Undefined: on every node. */
  readonly node: string | undefined;
}

interface Failing {
  readonly reason: string;
  readonly forGood: boolean;
  /** As Pacemaker spells it. */
  readonly last: string | undefined;
}

/** Every VNFC of the description. */
export function healables(vnf: Vnf): Healable[] {
  return [
    ...vnf.vnfcs.map((vnfc) => byPacemaker(vnf, vnfc)),
    ...(vnf.loadBalancer?.manages ?? []).map((managed) => byLoadBalancer(vnf, managed)),
  ];
}

/** The VNFC of that name. */
export function healableOf(vnf: Vnf, name: string): Healable | undefined {
  const vnfc = vnf.vnfcs.find((each) => each.name === name);
  if (vnfc !== undefined) return byPacemaker(vnf, vnfc);
  const managed = vnf.loadBalancer?.manages.find((each) => each.name === name);
  return managed && byLoadBalancer(vnf, managed);
}

const byPacemaker = (vnf: Vnf, vnfc: Vnfc): Healable =>
  vnfc.redundancy === 'active-active-vms' ? ofVms(vnf, vnfc) : onNodes(vnf, vnfc);

function onNodes(vnf: Vnf, vnfc: NodesVnfc): Healable {
  return {
    name: vnfc.name,
    places: vnfc.nodes,
    heal: vnfc.recovery.heal,
    counted: (node) => ({ resource: resourceId(vnf.name, vnfc.name), node }),
    instanceId: (node) => vnfc.vnfcInstanceIds[node],
    condition: (status, node) => conditionOf(status, vnf, vnfc, node),
    serving: (status) => healthyNodes(status, vnf, vnfc).length,
    failure(status, node) {
      const { failCount = 0, lastFailure: last } = failureOf(status, vnf, vnfc, node) ?? {};
      const forGood = failCount >= infinity;
      const times = forGood ? 'for good' : `${failCount} times`;
      return { reason: `failed ${times}${last === undefined ? '' : `, last at ${last}`}`, forGood, last };
    },
  };
}

function ofVms(vnf: Vnf, vnfc: VmsVnfc): Healable {
  const known = new Map(vnfc.vms.map((vm) => [vm.name, vm]));
  return {
    name: vnfc.name,
    places: [...known.keys()],
    heal: vnfc.recovery.heal,
    counted: (vm) => ({ resource: vmId(vnf.name, vnfc.name, vm), node: undefined }),
    instanceId: (vm) => known.get(vm)?.vnfcInstanceId,
    // one that the description no longer names is nobody's to heal
    condition: (status, vm) => (known.has(vm) ? vmCondition(status, vnf, vnfc, vm) : 'whole'),
    serving: (status) => vmsServing(status, vnf, vnfc),
    failure: (status, vm) => vmFailing(status, vnf, vnfc, vm),
  };
}

/** A pair is recovered by the cluster, which also has it healed. */
function byLoadBalancer(vnf: Vnf, managed: ManagedVnfc): Healable {
  const own = managed.servers.filter(({ pair }) => pair === undefined);
  return {
    name: managed.name,
    places: own.map(({ name }) => name),
    heal: managed.heal,
    counted: () => undefined,
    instanceId: (server) => own.find(({ name }) => name === server)?.vnfcInstanceId,
    // one that the description no longer names is nobody's to heal
    condition: (status, server) =>
      own.some(({ name }) => name === server) ? managedCondition(status, vnf, managed.name, server) : 'whole',
    serving: (status) => serversUp(status, vnf, managed).length,
    failure: () => ({ reason: "down by every load balancer's checks", forGood: false, last: undefined }),
  };
}
