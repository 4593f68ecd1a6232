/**
 * How a VM of a VNFC is, by Pacemaker's word. Unlike an instance on a node it isn't given up before it has failed on every node that it
 * may run on.
 */
import type { ClusterStatus, FailureCount, NodeStatus } from '../model/cluster.ts';
import { vmId, vmMemberId } from '../model/names.ts';
import type { VmsVnfc, Vnf } from '../model/vnf.ts';
import {
  activeNodes,
  type Condition,
  healthyInstances,
  infinity,
  isAdmitted,
  isExhausted,
} from './incident-condition.ts';

/** The condition of the VM called `vm`; node-lost: none of its nodes works. */
export function vmCondition(status: ClusterStatus, vnf: Vnf, vnfc: VmsVnfc, vm: string): Condition {
  if (status.maintenance) return 'unclear';
  const [resource, member] = [vmId(vnf.name, vnfc.name, vm), vmMemberId(vnf.name, vnfc.name, vm)];
  const [on] = activeNodes(status, resource);
  if (on !== undefined) {
    const serves = healthyInstances(status, resource).includes(on) && isAdmitted(status, member, on);
    return serves ? 'whole' : 'unclear';
  }
  // as long as its place is active, it may still be in the load balancer
  if (activeNodes(status, member).length > 0) return 'unclear';
  const nodes = status.nodes.filter(({ name }) => vnfc.hosts.includes(name));
  if (nodes.some(isUnsettled)) return 'unclear';
  const working = nodes.filter(({ online }) => online);
  if (working.length === 0) return 'node-lost';
  const failures = vmFailures(status, vnf, vnfc, vm);
  const isLeft = ({ name }: NodeStatus): boolean => !isExhausted(failures.find(({ node }) => node === name));
  return working.some(isLeft) ? 'unclear' : 'broken';
}

/** Nobody knows yet whether it could run there; or an operator holds the node. */
const isUnsettled = ({ unclean, pending, standby, maintenance, online }: NodeStatus): boolean =>
  unclean || pending || (online && (standby || maintenance));

/** What Pacemaker counted against a VM, in the order of its nodes. */
function vmFailures(status: ClusterStatus, vnf: Vnf, vnfc: VmsVnfc, vm: string): readonly FailureCount[] {
  const resource = vmId(vnf.name, vnfc.name, vm);
  const own = status.failures.filter((failure) => failure.resource === resource);
  return vnfc.hosts.flatMap((host) => own.find(({ node }) => node === host) ?? []);
}

/** How many VMs of a VNFC run and are well. */
export const vmsServing = (status: ClusterStatus, vnf: Vnf, vnfc: VmsVnfc): number =>
  vnfc.vms.filter(({ name }) => healthyInstances(status, vmId(vnf.name, vnfc.name, name)).length > 0).length;

/** What speaks against a VM, in words. */
export function vmFailing(status: ClusterStatus, vnf: Vnf, vnfc: VmsVnfc, vm: string) {
  const counted = vmFailures(status, vnf, vnfc, vm).filter(isExhausted);
  const times = counted.map(({ node, failCount }) =>
    failCount >= infinity ? `for good on ${node}` : `${failCount} times on ${node}`,
  );
  const last = counted
    .flatMap(({ lastFailure }) => lastFailure ?? [])
    .sort((a, b) => Date.parse(a) - Date.parse(b))
    .at(-1);
  return {
    reason: `failed ${times.join(', ')}${last === undefined ? '' : `, last at ${last}`}`,
    forGood: counted.every(({ failCount }) => failCount >= infinity),
    last,
  };
}
