/**
 * What the VNFM may be asked to heal, whoever manages it: an instance of a VNFC on a node, by Pacemaker's word; or a server of a VNFC
 * that the load balancer manages, by the word of HAProxy's checks.
 */
import type { ClusterStatus } from '../model/cluster.ts';
import { resourceId } from '../model/names.ts';
import type { ManagedVnfc, Vnf, Vnfc } from '../model/vnf.ts';
import { type Condition, conditionOf, failureOf, healthyNodes, infinity } from './incident-condition.ts';
import { managedCondition, serversUp } from './managed-condition.ts';

export interface Healable {
  /** The VNFC's. */
  readonly name: string;
  /** The nodes of its instances; or its servers' names. */
  readonly places: readonly string[];
  /** What the VNFM is told of them. */
  readonly heal: boolean;
  /** The primitive whose failures Pacemaker is to forget after a heal; undefined: it counts none. */
  readonly resource: string | undefined;
  instanceId(place: string): string | undefined;
  condition(status: ClusterStatus, place: string): Condition;
  /** How many serve. */
  serving(status: ClusterStatus): number;
  /** What speaks against the instance; `forGood`: it need not be waited whether it holds. */
  failure(status: ClusterStatus, place: string): Failing;
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

function byPacemaker(vnf: Vnf, vnfc: Vnfc): Healable {
  return {
    name: vnfc.name,
    places: vnfc.nodes,
    heal: vnfc.recovery.heal,
    resource: resourceId(vnf.name, vnfc.name),
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

/** A pair is recovered by the cluster, which also has it healed. */
function byLoadBalancer(vnf: Vnf, managed: ManagedVnfc): Healable {
  const own = managed.servers.filter(({ pair }) => pair === undefined);
  return {
    name: managed.name,
    places: own.map(({ name }) => name),
    heal: managed.heal,
    resource: undefined,
    instanceId: (server) => own.find(({ name }) => name === server)?.vnfcInstanceId,
    // one that the description no longer names is nobody's to heal
    condition: (status, server) =>
      own.some(({ name }) => name === server) ? managedCondition(status, vnf, managed.name, server) : 'whole',
    serving: (status) => serversUp(status, vnf, managed).length,
    failure: () => ({ reason: "down by every load balancer's checks", forGood: false, last: undefined }),
  };
}
