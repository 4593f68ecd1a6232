/** Guests: what is filled in, what spoils them, and what a VNFC can't have in one. */
import test from 'ava';
import { checkDescription } from '../../../src/model/check.ts';
import { togetherProblems } from '../../../src/model/together.ts';
import { guestsOf } from '../../../src/model/vnf.ts';
import { base, edited, problemsOf } from './base.ts';

const guests = `guests:
  - { name: g1, addresses: { oam: '2001:DB8::41', service: 192.0.2.41 }, config: /etc/vm/g1.xml, domain: i-1 }
  - { name: g2, address: 192.0.2.42, config: /etc/vm/g2.xml, hosts: [n1, n2], ownerFile: /srv/g2, startTimeout: 2min }
cluster:
`;
const described = edited(
  base,
  ['cluster:\n', guests],
  ['    vip: 192.0.2.50/24\n', '    nodes: [g1, g2]\n    vip: 192.0.2.50/24\n'],
  ['{ n1: db-1, n2: db-2, n3: db-3 }', '{ g1: db-1, g2: db-2 }'],
  ['    cidr: 192.0.2.0/24\n', '    cidr: 192.0.2.0/24\n    interface: br0\n'],
);

test('without a problem; what is left out is filled in, and nothing that is of Corosync knows them', (t) => {
  const { vnf, problems } = checkDescription(described, 'x');
  t.deepEqual(problems, []);
  t.deepEqual(vnf!.guests, [
    {
      ...{ name: 'g1', domain: 'i-1', config: '/etc/vm/g1.xml', hosts: ['n1', 'n2', 'n3'], ownerFile: undefined },
      ...{ addresses: { service: '192.0.2.41', oam: '2001:db8::41' }, startTimeoutMs: 90_000, stopTimeoutMs: 90_000 },
    },
    {
      ...{ name: 'g2', domain: 'g2', config: '/etc/vm/g2.xml', hosts: ['n1', 'n2'], ownerFile: '/srv/g2' },
      ...{ addresses: { service: '192.0.2.42' }, startTimeoutMs: 120_000, stopTimeoutMs: 90_000 },
    },
  ]);
  t.deepEqual(vnf!.nodes.map(({ name, id }) => [name, id]), [['n1', 1], ['n2', 2], ['n3', 3]]);
  const [db, web] = vnf!.vnfcs;
  t.like(db, { nodes: ['g1', 'g2'], instances: 2 });
  t.like(web, { nodes: ['n1', 'n2', 'n3'] }, 'all nodes, and no guests');
  t.deepEqual(guestsOf(vnf!, db as never).map(({ name }) => name), ['g1', 'g2']);
  t.deepEqual(vnf!.fencing[0]!.nodes, ['n1', 'n2', 'n3']);
  t.is((db as { vip: { interface?: string } }).vip.interface, undefined, 'br0 is the nodes’ name of it');
  t.is(vnf!.loadBalancer!.vips[0].interface, 'br0');
}); // prettier-ignore

const guest2 =
  '  - { name: g2, address: 192.0.2.42, config: /etc/vm/g2.xml, hosts: [n1, n2], ownerFile: /srv/g2, startTimeout: 2min }\n';
for (const [what, edits, ...problems] of [
  ['a load balancer in one', [['  nodes: [n1, n2]\n  vip', '  nodes: [n1, g1]\n  vip']],
    "50:3: warning: the load balancer has one node: all its services die with it (loadBalancer.nodes). Give it two nodes or more.",
    "50:15: error: 'g1' is a guest, and HAProxy’s bridge needs Corosync (loadBalancer.nodes[1]). Name nodes of the cluster."],
  ['a fence device', [['    agent: fence_ipmilan\n', '    agent: fence_ipmilan\n    nodes: [n1, n2, n3, g2]\n']],
    "25:25: error: 'g2' is a guest, and Pacemaker fences that by its VM’s resource (fencing[0].nodes[3]). Name nodes of the cluster."],
  ['a VM in a VM', [['hosts: [n1, n2]', 'hosts: [n1, g1]']],
    "19:74: error: 'g1' is a guest, and Pacemaker runs no VM in a VM (guests[1].hosts[1]). Name nodes of the cluster."],
  ['a VNFC behind the load balancer', [['    redundancy: active-active\n', '    redundancy: active-active\n    nodes: [n1, g1]\n']],
    "44:5: error: the VNFC 'web' is active-active and runs in the guest g1, where no bridge is to be asked for a place in the load balancer (vnfcs[1].nodes). Make each instance a VM, by 'vms'; or name nodes of the cluster."],
  ['a sidecar', [['    recovery:\n      restarts: 2\n', '    sync: { channel: messages }\n    recovery:\n      restarts: 2\n      escalate: node\n']],
    "39:5: error: the VNFC 'db' runs in the guests g1, g2, where no sidecar carries its state (vnfcs[0].sync). Remove it: its program sees to its state by its own means.",
    "42:7: error: the VNFC 'db' runs in the guests g1, g2, and a guest isn't restarted by fencing (vnfcs[0].recovery.escalate). Remove it."],
  ['no address', [['address: 192.0.2.42, ', '']],
    "19:5: error: the guest 'g2' has no address (guests[1]). Give it an 'address' in the network 'service', or 'addresses' by network."],
  ['an address twice', [['192.0.2.42', '192.0.2.1']],
    "19:26: error: the address 192.0.2.1 is used by the node 'n1' already, in line 12 (guests[1].address). Give each its own address."],
  ['the name of a node', [['name: g2', 'name: N2'], ['nodes: [g1, g2]', 'nodes: [g1, N2]'], ['g2: db-2', 'N2: db-2']],
    "19:13: error: the guest 'N2' and the node 'n2', in line 13, would both be 'node n2' in the cluster (guests[1].name). Rename one of them."],
  ['the file of another one', [['/etc/vm/g2.xml', '/etc/vm/g1.xml']],
    "19:46: error: the file '/etc/vm/g1.xml' is another VM's already, in line 18 (guests[1].config). Give each VM its own."],
  ['times that are none', [['startTimeout: 2min', 'startTimeout: 0s, stopTimeout: 1000h']],
    "19:113: error: '0s' is no time at all (guests[1].startTimeout). Write a longer duration, or remove the field.",
    "19:130: error: '1000h' is too long (guests[1].stopTimeout). Write 24 days (576h) or less."],
  ['one host', [['hosts: [n1, n2]', 'hosts: [n1]']],
    "19:62: warning: the guest 'g2' has one host: it is gone for as long as that is (guests[1].hosts). Give it two hosts or more."],
  ['nothing in it', [['nodes: [g1, g2]', 'nodes: [g1, n1]'], ['g2: db-2', 'n1: db-2']],
    "19:13: warning: no VNFC names the guest 'g2' in its 'nodes': nothing runs in it (guests[1].name). Name it there, or remove it."],
  ['beside another VNF', [['  instanceId: 0d9f5c2e\n', '  instanceId: 0d9f5c2e\n  beside: true\n']],
    "18:1: error: a VNF that runs beside another has no guests: the other one might run in them (guests). Remove 'beside', and run it on nodes of its own."],
  ['hosts that are in another network', [[guest2, "  - { name: g2, addresses: { oam: '2001:db8::42' }, config: /etc/vm/g2.xml }\n"], ['    nodes: [g1, g2]\n', '    nodes: [g1, n1]\n'], ['g2: db-2', 'n1: db-2']],
    "19:13: error: Pacemaker speaks to the guest 'g2' on 'oam', and n3 is not in it (guests[1].name). Give its hosts addresses there, or take other hosts.",
    "19:13: warning: no VNFC names the guest 'g2' in its 'nodes': nothing runs in it (guests[1].name). Name it there, or remove it."],
] as const) test(`spoiled: ${what}`, (t) => t.deepEqual(problemsOf(edited(described, ...edits)), problems)); // prettier-ignore

test('no other VNF is on a cluster with guests', (t) => {
  const { vnf } = checkDescription(described, 'x');
  const other = {
    ...checkDescription(base, 'x').vnf!,
    name: 'other',
    beside: true,
    vnfcs: [],
    loadBalancer: undefined,
  };
  const said = togetherProblems([vnf!, other]).map(({ what }) => what);
  t.deepEqual(said, ["'ims' has guests, and a VNF with those has its cluster for itself"]);
});
