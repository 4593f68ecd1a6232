/**
 * How a server of a VNFC that the load balancer manages is, by the word of every HAProxy that looks: what their bridges tell as node
 * attributes (src/model/server-health.ts). One of them alone may be cut off, so they have to agree.
 */
import type { ClusterStatus } from '../model/cluster.ts';
import { backendName, haproxyId } from '../model/names.ts';
import type { ServerHealth } from '../model/server-health.ts';
import type { ManagedVnfc, Vnf } from '../model/vnf.ts';
import type { Condition } from './incident-condition.ts';

/** broken: down for all that look; whole: up for all; else, or when one of them hasn't said, unclear. */
export function managedCondition(status: ClusterStatus, vnf: Vnf, managed: string, server: string): Condition {
  if (status.maintenance) return 'unclear';
  const words = wordsOf(status, vnf, managed, server).map(({ health }) => health);
  if (words.length === 0) return 'unclear';
  if (words.every((word) => word === 'down')) return 'broken';
  return words.every((word) => word === 'up') ? 'whole' : 'unclear';
}

/** What the HAProxy of each node where one runs says of a server; undefined: it hasn't said, or can't. */
export function wordsOf(
  status: ClusterStatus,
  vnf: Vnf,
  managed: string,
  server: string,
): readonly { readonly node: string; readonly health: ServerHealth | undefined }[] {
  const backend = backendName(vnf.name, managed);
  return looking(status, vnf).map((node) => {
    const told = status.checks?.find((check) => check.node === node && check.backend === backend);
    return { node, health: told?.servers[server] };
  });
}

/** The names of the servers that some load balancer has up. */
export function serversUp(status: ClusterStatus, vnf: Vnf, { name, servers }: ManagedVnfc): readonly string[] {
  return servers
    .map((server) => server.name)
    .filter((server) => wordsOf(status, vnf, name, server).some(({ health }) => health === 'up'));
}

/** The nodes that are there and have an HAProxy that runs. */
function looking(status: ClusterStatus, { name, loadBalancer }: Vnf): readonly string[] {
  if (loadBalancer === undefined) return [];
  const resource = haproxyId(name, loadBalancer.name);
  const there = new Set(status.nodes.flatMap((node) => (node.online && !node.unclean ? [node.name] : [])));
  const running = status.resources.filter(({ id, active, failed }) => id === resource && active && !failed);
  return loadBalancer.nodes.filter((node) => there.has(node) && running.some(({ nodes }) => nodes.includes(node)));
}
