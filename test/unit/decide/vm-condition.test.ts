/** When a VM is the VNFM's: not before it has failed on every node that it may run on. */
import test from 'ava';
import { healableOf } from '../../../src/decide/healable.ts';
import type { ClusterStatus, FailureCount, InstanceStatus, NodeStatus } from '../../../src/model/cluster.ts';
import { loadVnf } from '../../../src/model/load.ts';

const vnf = await loadVnf('examples/vms.yaml');
const web = healableOf(vnf, 'web')!;

const node = (id: number, more: Partial<NodeStatus> = {}): NodeStatus => ({
  ...{ id, name: `node${id}`, online: true, standby: false, maintenance: false, pending: false, unclean: false },
  ...more,
});
const resource = (id: string, on: string | undefined, more: Partial<InstanceStatus> = {}): InstanceStatus => ({
  ...{ id, agent: 'ocf:vnfha:x', role: on === undefined ? 'Stopped' : 'Started', active: on !== undefined },
  ...{ failed: false, managed: true, pending: undefined, nodes: on === undefined ? [] : [on] },
  ...more,
});
const failure = (on: number, failCount = 3, lastFailure?: string): FailureCount => ({
  ...{ resource: 'vms-web-web1', node: `node${on}`, failCount, migrationThreshold: 3, lastFailure },
});
const all = [1, 2, 3].map((id) => failure(id));

/** web1 is where the word says, with its place; `failures` are its own. */
const cluster = (on: string | undefined, failures: readonly FailureCount[], more: Partial<ClusterStatus> = {}): ClusterStatus => ({
  ...{ quorate: true, dc: 'node1', maintenance: false, nodes: [1, 2, 3].map((id) => node(id)), failures },
  resources: [resource('vms-web-web1', on), resource('vms-web-web1-member', on), resource('vms-web-web2', 'node3'), resource('vms-web-web2-member', 'node3')],
  ...more,
}); // prettier-ignore

const nodes = (first: Partial<NodeStatus>, second: Partial<NodeStatus> = {}) => ({
  nodes: [node(1, first), node(2, second), node(3)],
});
const off = { online: false };

for (const [what, condition, status] of [
  ['it runs and is in the load balancer', 'whole', cluster('node1', [])],
  ['it failed elsewhere, and runs', 'whole', cluster('node3', [failure(1), failure(2)])],
  ['its place isn’t up', 'unclear', cluster('node1', [], { resources: [resource('vms-web-web1', 'node1'), resource('vms-web-web1-member', undefined)] })],
  ['it failed where it is', 'unclear', cluster('node1', all, { resources: [resource('vms-web-web1', 'node1', { failed: true }), resource('vms-web-web1-member', 'node1')] })],
  ['nothing was counted', 'unclear', cluster(undefined, [])],
  ['one node is left', 'unclear', cluster(undefined, [failure(1), failure(3)])],
  ['a count is below its threshold', 'unclear', cluster(undefined, [failure(1), failure(2, 2), failure(3)])],
  ['no node is left', 'broken', cluster(undefined, all)],
  ['… and its place is still up', 'unclear', cluster(undefined, all, { resources: [resource('vms-web-web1', undefined), resource('vms-web-web1-member', 'node1')] })],
  ['the only node that is left is off', 'broken', cluster(undefined, [failure(2), failure(3)], nodes(off))],
  ['… or is being fenced', 'unclear', cluster(undefined, [failure(2), failure(3)], nodes({ ...off, unclean: true }))],
  ['… or comes back', 'unclear', cluster(undefined, [failure(2), failure(3)], nodes({ pending: true }))],
  ['… or is held by an operator', 'unclear', cluster(undefined, [failure(2), failure(3)], nodes({ standby: true }))],
  ['no node works', 'node-lost', cluster(undefined, [], { nodes: [1, 2, 3].map((id) => node(id, off)) })],
  ['an operator holds the cluster', 'unclear', cluster(undefined, all, { maintenance: true })],
] as const) {
  test(`${condition}: ${what}`, (t) => {
    t.is(web.condition(status, 'web1'), condition);
  });
} // prettier-ignore

test('what the VNFM is told, and what Pacemaker is to forget', (t) => {
  t.deepEqual(web.places, ['web1', 'web2']);
  t.is(web.instanceId('web1'), 'WEB-3c01');
  t.deepEqual(web.counted('web1'), { resource: 'vms-web-web1', node: undefined });
  t.is(web.serving(cluster(undefined, all)), 1);
  t.is(web.condition(cluster(undefined, all), 'web9'), 'whole', 'nobody’s any more');
  const [early, late] = ['Mon Nov 30 02:57:31 2026', 'Mon Nov 30 11:02:00 2026'];
  const status = cluster(undefined, [failure(3, 3, early), failure(1, 1_000_000, late), failure(2)]);
  const { reason, forGood, last } = web.failure(status, 'web1');
  t.is(reason, `failed for good on node1, 3 times on node2, 3 times on node3, last at ${late}`);
  t.is(last, late);
  t.false(forGood);
  t.true(web.failure(cluster(undefined, [1, 2, 3].map((id) => failure(id, 1_000_000))), 'web1').forGood);
}); // prettier-ignore
