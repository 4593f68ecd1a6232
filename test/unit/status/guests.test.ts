/** How guests are shown, what the budget says of one that dies, and what its being on a node means for a restart of that. */
import test from 'ava';
import { statusText } from '../../../src/cli/status-text.ts';
import { escalationOf } from '../../../src/decide/escalation.ts';
import { whyNotReady } from '../../../src/lab/ready.ts';
import { budgetsOf } from '../../../src/model/budget.ts';
import type { ClusterStatus, InstanceStatus } from '../../../src/model/cluster.ts';
import { loadVnf } from '../../../src/model/load.ts';
import { vnfStatus } from '../../../src/status/vnf-status.ts';

const vnf = await loadVnf('examples/guest-nodes.yaml');
const resource = (id: string, on: string | undefined, role: InstanceStatus['role'] = 'Started'): InstanceStatus => ({
  ...{ id, agent: 'ocf:vnfha:x', role: on === undefined ? 'Stopped' : role, active: on !== undefined },
  ...{ failed: false, managed: true, pending: undefined, nodes: on === undefined ? [] : [on] },
});
const node = (name: string, id: number, online = true) => ({ name, id, online, standby: false, maintenance: false, pending: false, unclean: false }); // prettier-ignore
const cluster = (vm2: string | undefined): ClusterStatus => ({
  ...{ quorate: true, dc: 'node1', maintenance: false, failures: [] },
  nodes: [...[1, 2, 3].map((id) => node(`node${id}`, id)), node('vm1', 0), node('vm2', 0, vm2 !== undefined)],
  resources: [
    resource('guests-guest-vm1', 'node1'),
    resource('guests-guest-vm2', vm2),
    resource('guests-registrar', 'vm1', 'Promoted'),
    resource('guests-registrar', vm2 && 'vm2', 'Unpromoted'),
    resource('guests-registrar-vip', 'vm1'),
  ],
});

test('each guest with its host, and what is in it', (t) => {
  const status = vnfStatus(vnf, cluster('node3'), undefined, undefined, 0);
  t.true(status.ok, status.problems.join());
  const text = statusText(status);
  t.regex(text, /\nnodes: 3 of 3 online, .*\nguests: 2 of 2 online; vm1 on node1, vm2 on node3\n/);
  t.regex(text, /\n {2}vm1 +active\n {2}vm2 +standby\n/);
});

test('one whose VM runs nowhere', (t) => {
  const status = vnfStatus(vnf, cluster(undefined), undefined, undefined, 0);
  t.true(status.problems.includes('vm2 is offline'), status.problems.join());
  t.regex(statusText(status), /\nguests: 1 of 2 online; vm1 on node1, vm2 nowhere\n/);
});

test('a lab is ready with or without its guests', (t) => {
  const nodes = ['node1', 'node2', 'node3'];
  t.is(whyNotReady(cluster('node3'), nodes), undefined);
  t.is(whyNotReady(cluster(undefined), nodes), undefined);
});

test('the budget of a VM that dies has no fencing of a node in it', (t) => {
  const steps = (failure: string) => budgetsOf(vnf).find((one) => one.failure === failure)!.stages.map(({ step }) => step);
  t.deepEqual(steps('vm-dies'), ['detect', 'decide', 'move', 'address']);
  t.true(steps('node-dies').includes('fence'));
}); // prettier-ignore

test('a node that runs a guest isn’t restarted for an instance of something else', (t) => {
  const other = { ...vnf.vnfcs[0]!, name: 'other', recovery: { ...vnf.vnfcs[0]!.recovery, escalate: 'node' as const } };
  const of = (on: string) => escalationOf({ vnfc: 'other', node: on } as never, new Map(), cluster('node3'), { ...vnf, vnfcs: [...vnf.vnfcs, other] }, 0); // prettier-ignore
  t.deepEqual(of('node3'), { not: 'the VM of the guest vm2 runs there' });
  t.is(of('node2'), 'restart');
});
