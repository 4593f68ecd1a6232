/** How a VNFC of VMs is shown, and what the bridge's word and the budget say of it. */
import test from 'ava';
import { statusText } from '../../../src/cli/status-text.ts';
import { budgetsOf } from '../../../src/model/budget.ts';
import type { ClusterStatus, InstanceStatus } from '../../../src/model/cluster.ts';
import { loadVnf } from '../../../src/model/load.ts';
import { serversIn } from '../../../src/status/bridge-state.ts';
import { vnfStatus } from '../../../src/status/vnf-status.ts';

const vnf = await loadVnf('examples/vms.yaml');
const resource = (id: string, on: string | undefined, role: InstanceStatus['role'] = 'Started'): InstanceStatus => ({
  ...{ id, agent: 'ocf:vnfha:x', role: on === undefined ? 'Stopped' : role, active: on !== undefined },
  ...{ failed: false, managed: true, pending: undefined, nodes: on === undefined ? [] : [on] },
});
const cluster = (web1: string | undefined, role?: InstanceStatus['role']): ClusterStatus => ({
  ...{ quorate: true, dc: 'node1', maintenance: false, failures: [] },
  nodes: [1, 2, 3].map((id) => ({
    ...{ id, name: `node${id}`, online: true, standby: false, maintenance: false, pending: false, unclean: false },
  })),
  resources: [
    resource('vms-web-web1', web1, role),
    resource('vms-web-web2', 'node3'),
    ...['node1', 'node2'].map((node) => resource('vms-lb', node)),
    resource('vms-lb-vip', 'node1'),
  ],
});
const rotation = (web1: 'in' | 'out') =>
  serversIn(
    JSON.stringify({
      servers: [
        { vnfc: 'web', server: 'web1', node: 'node2', rotation: web1, reason: 'VM web1 died on node2' },
        { vnfc: 'web', server: 'web2', node: null, rotation: 'in', reason: '' },
      ],
    }),
  );

test('each VM with its host and its place in the load balancer', (t) => {
  const status = vnfStatus(vnf, cluster('node2'), rotation('in'), undefined, 0);
  t.true(status.ok, status.problems.join());
  t.regex(statusText(status), /\nweb \(active\/active, VMs\)\n {2}web1 +up +on node2, in rotation\n {2}web2 +up +on node3, in rotation\n/); // prettier-ignore
  const out = vnfStatus(vnf, cluster('node2'), rotation('out'), undefined, 0);
  t.deepEqual(out.problems, ['web1 of web is out of rotation: VM web1 died on node2']);
});

test('one that runs nowhere, or is on its way', (t) => {
  const down = vnfStatus(vnf, cluster(undefined), undefined, undefined, 0);
  t.deepEqual(down.problems, ['web: 1 of 2 instances run']);
  t.like(down.vnfcs[0]!.instances[0], { node: 'web1', host: undefined, state: 'down' });
  const moving = vnfStatus(vnf, cluster('node2', 'Migrating'), undefined, undefined, 0);
  t.like(moving.vnfcs[0]!.instances[0], { host: 'node2', state: 'changing' });
});

test('the budget: a VM’s end is seen at once, what fails in it only by asking', (t) => {
  const budgets = budgetsOf(vnf).filter(({ subject }) => subject === 'web');
  t.deepEqual(budgets.map(({ failure }) => failure), ['vm-dies', 'vnfc-dies', 'vnfc-hangs', 'node-dies']);
  const [vm, dies, , node] = budgets;
  t.true(vm!.recover.worstMs < 200);
  t.regex(dies!.stages[0]!.by, /HAProxy’s own check/, 'quicker than the check every 5 s');
  t.regex(node!.stages[0]!.by, /heartbeats of the node/);
}); // prettier-ignore
