/**
 * How the instance of a VNFC on a node is, by Pacemaker's word.
 */
import type { ClusterStatus, FailureCount } from '../model/cluster.ts';
import { memberId, resourceId } from '../model/names.ts';
import type { NodesVnfc, Vnf } from '../model/vnf.ts';

/**
 * - broken: Pacemaker has given it up on this node, and it is stopped and out of the load balancer.
 * - whole: it is active there, and in the load balancer if it belongs there; or Pacemaker may start it there and has enough of them
 *   elsewhere.
 * - node-lost: its node is not a working member. Not an incident here: fencing and a reboot come first.
 * - unclear: on the way, or held by an operator.
 */
export type Condition = 'broken' | 'whole' | 'node-lost' | 'unclear';

/** Pacemaker's INFINITY. */
export const infinity = 1_000_000;

/** The condition of `vnfc` on `node`. */
export function conditionOf(status: ClusterStatus, vnf: Vnf, vnfc: NodesVnfc, node: string): Condition {
  const there = status.nodes.find((each) => each.name === node);
  if (there === undefined || !there.online || there.unclean) return 'node-lost';
  if (there.pending || there.standby || there.maintenance || status.maintenance) return 'unclear';
  const exhausted = isExhausted(failureOf(status, vnf, vnfc, node));
  const resource = resourceId(vnf.name, vnfc.name);
  if (!isActive(status, resource, node)) {
    // The member stops before the VNFC does: as long as it is active, the instance may still be in the load balancer.
    if (exhausted) return isActive(status, memberId(vnf.name, vnfc.name), node) ? 'unclear' : 'broken';
    return healthyNodes(status, vnf, vnfc).length >= vnfc.instances ? 'whole' : 'unclear';
  }
  const serves =
    healthyNodes(status, vnf, vnfc).includes(node) && isAdmitted(status, memberId(vnf.name, vnfc.name), node);
  return !exhausted && serves ? 'whole' : 'unclear';
}

/** What Pacemaker counted against `vnfc` on `node`, if anything. */
export function failureOf(status: ClusterStatus, vnf: Vnf, vnfc: NodesVnfc, node: string): FailureCount | undefined {
  const resource = resourceId(vnf.name, vnfc.name);
  return status.failures.find((failure) => failure.resource === resource && failure.node === node);
}

/** The nodes on which an instance is active and well. */
export const healthyNodes = (status: ClusterStatus, vnf: Vnf, vnfc: NodesVnfc): readonly string[] =>
  healthyInstances(status, resourceId(vnf.name, vnfc.name));

/** The nodes on which the primitive `resource` is active and well. */
export function healthyInstances(status: ClusterStatus, resource: string): readonly string[] {
  const settled = ['Started', 'Promoted', 'Unpromoted'];
  return status.resources
    .filter((each) => each.id === resource && each.active && !each.failed && settled.includes(each.role))
    .flatMap((each) => each.nodes);
}

/** Whether Pacemaker has given up on that node. */
export function isExhausted(failure: FailureCount | undefined): boolean {
  if (failure === undefined) return false;
  const { failCount, migrationThreshold } = failure;
  return failCount >= infinity || (migrationThreshold > 0 && failCount >= migrationThreshold);
}

/** Whether the place `member` is in the load balancer on `node`. Without one in the CIB there is nothing to be admitted to. */
export function isAdmitted(status: ClusterStatus, member: string, node: string): boolean {
  const members = status.resources.filter((each) => each.id === member);
  return members.length === 0 || members.some((each) => each.role === 'Started' && each.nodes.includes(node));
}

/** Where `resource` is active, in whatever state. */
export const activeNodes = (status: ClusterStatus, resource: string): readonly string[] =>
  status.resources.filter((each) => each.id === resource && each.active).flatMap(({ nodes }) => nodes);

const isActive = (status: ClusterStatus, resource: string, node: string): boolean =>
  activeNodes(status, resource).includes(node);
