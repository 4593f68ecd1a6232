/** When a server that the load balancer manages counts as broken: not on one load balancer's word alone. */
import path from 'node:path';
import test from 'ava';
import { healables, healableOf } from '../../../src/decide/healable.ts';
import { managedCondition } from '../../../src/decide/managed-condition.ts';
import type { ClusterStatus } from '../../../src/model/cluster.ts';
import { loadVnf } from '../../../src/model/load.ts';
import type { ServersHealth } from '../../../src/model/server-health.ts';
import { vnfStatus } from '../../../src/status/vnf-status.ts';

const vnf = await loadVnf(path.resolve(import.meta.dirname, '../../../examples/lb-managed.yaml'));

interface Seen {
  readonly checks: Readonly<Record<string, ServersHealth>>;
  readonly haproxyOn?: readonly string[];
  readonly online?: readonly string[];
  readonly maintenance?: boolean;
}

function cluster({ checks, haproxyOn = ['node1', 'node2'], online = ['node1', 'node2', 'node3'], maintenance = false }: Seen): ClusterStatus {
  return {
    quorate: true,
    dc: 'node3',
    maintenance,
    nodes: vnf.nodes.map(({ name, id }) => ({ name, id, online: online.includes(name), standby: false, maintenance: false, pending: false, unclean: false })),
    resources: haproxyOn.map((node) => ({ id: 'edge-lb', agent: 'ocf:vnfha:haproxy', role: 'Started', active: true, failed: false, managed: true, pending: undefined, nodes: [node] })),
    failures: [],
    checks: Object.entries(checks).map(([node, servers]) => ({ node, backend: 'edge-media', servers })),
  };
} // prettier-ignore

const down: ServersHealth = { 'media-1': 'down' };
const up: ServersHealth = { 'media-1': 'up' };
const unknown: ServersHealth = { 'media-1': 'unknown' };

for (const [what, seen, condition] of [
  ['all have it down', { checks: { node1: down, node2: down } }, 'broken'],
  ['all have it up', { checks: { node1: up, node2: up } }, 'whole'],
  ['one has it down, the other up', { checks: { node1: down, node2: up } }, 'unclear'],
  ['one has it down, the other has not checked it yet', { checks: { node1: down, node2: unknown } }, 'unclear'],
  ['one has it down, the other’s bridge has not told yet', { checks: { node1: down } }, 'unclear'],
  ['one has it down, and the other HAProxy does not run', { checks: { node1: down }, haproxyOn: ['node1'] }, 'broken'],
  ['one has it down, and the other’s node is gone, whatever is left of its word', { checks: { node1: down, node2: up }, online: ['node1', 'node3'] }, 'broken'],
  ['nobody looks', { checks: {}, haproxyOn: [] }, 'unclear'],
  ['the cluster is in maintenance', { checks: { node1: down, node2: down }, maintenance: true }, 'unclear'],
] as const satisfies readonly (readonly [string, Seen, string])[]) {
  test(`${what}: ${condition}`, (t) => t.is(managedCondition(cluster(seen), vnf, 'media', 'media-1'), condition));
} // prettier-ignore

test('the pairs are the cluster’s to have healed, and not healed as servers', (t) => {
  const all = healables(vnf);
  t.deepEqual(all.map(({ name, places }) => [name, places.length]), [['store-a', 2], ['store-b', 2], ['media', 3], ['store', 0]]); // prettier-ignore
  const media = healableOf(vnf, 'media')!;
  t.is(media.instanceId('media-2'), 'MEDIA-7f0e');
  t.is(media.counted('media-2'), undefined);
  t.is(media.condition(cluster({ checks: { node1: down, node2: down } }), 'media-9'), 'whole', 'nobody’s any more');
  t.is(healableOf(vnf, 'nothing'), undefined);
});

test('status says who serves, and what the load balancers see differently', (t) => {
  const servers = { 'media-1': 'up', 'media-2': 'down', 'media-3': 'up' } as const;
  const seen = cluster({ checks: { node1: servers, node2: { ...servers, 'media-3': 'down' } } });
  const status = vnfStatus(vnf, seen, undefined, undefined, 0);
  const media = status.vnfcs.find(({ name }) => name === 'media')!;
  t.deepEqual(media.instances, [
    { node: 'media-1', state: 'up', rotation: 'in', reason: undefined },
    { node: 'media-2', state: 'down', rotation: 'out', reason: "down by every load balancer's checks" },
    { node: 'media-3', state: 'changing', rotation: 'out', reason: 'by the checks up on node1, down on node2' },
  ]);
  t.deepEqual(status.problems.filter((problem) => problem.startsWith('media')), [
    'media: 1 of 3 instances run',
    "media on media-2 is out of rotation: down by every load balancer's checks",
    'media on media-3 is out of rotation: by the checks up on node1, down on node2',
  ]); // prettier-ignore
});
