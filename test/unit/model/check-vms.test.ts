/** A VNFC of VMs: what is filled in, what spoils it, and what is said of it. */
import test from 'ava';
import { checkDescription } from '../../../src/model/check.ts';
import type { VmsVnfc } from '../../../src/model/vnf.ts';
import { base, edited, problemsOf } from './base.ts';

const described = edited(base, [
  `      frontend: 80
    program:
      run: nginx
`,
  `      frontend: 80
    vms:
      instances:
        - { name: web1, address: 192.0.2.41, config: /etc/vm/web1.xml, vnfcInstanceId: w-1 }
        - { name: web2, address: 192.0.2.42, config: /etc/vm/web2.xml, vnfcInstanceId: w-2, domain: i-2, ownerFile: /srv/web2 }
    check: { http: /health, tcp: 22, command: ask "%a" twice }
`,
]);

test('without a problem; what is left out is filled in, and each VM is asked at its own address', (t) => {
  const { vnf, problems } = checkDescription(described, 'x');
  t.deepEqual(problems, []);
  const web = vnf!.vnfcs[1] as VmsVnfc;
  t.like(web, {
    redundancy: 'active-active-vms',
    hosts: ['n1', 'n2', 'n3'],
    ...{ guestAgent: false, migrate: undefined, startTimeoutMs: 90_000, stopTimeoutMs: 90_000 },
    check: { intervalMs: 10_000, timeoutMs: 10_000 },
    recovery: { restarts: 3, withinMs: 600_000, heal: true },
    service: { port: 8080, frontend: 80 },
  });
  t.deepEqual(web.vms[1], {
    ...{ name: 'web2', domain: 'i-2', address: '192.0.2.42', config: '/etc/vm/web2.xml' },
    ...{ ownerFile: '/srv/web2', vnfcInstanceId: 'w-2' },
    check: { tcp: '192.0.2.42:22', http: 'http://192.0.2.42:8080/health', command: ['ask', '192.0.2.42', 'twice'] },
  });
  t.is(web.vms[0]!.domain, 'web1');
});

test('an IPv6 address in a URL is in brackets', (t) => {
  const six = edited(described, ['192.0.2.41', "'2001:db8::41'"], ['/health, tcp', "'https://%a:9/x', tcp"], ['192.0.2.42', "'2001:DB8:0::42'"]); // prettier-ignore
  const { vnf } = checkDescription(six, 'x');
  const [, second] = (vnf!.vnfcs[1] as VmsVnfc).vms;
  t.like(second, {
    address: '2001:db8::42',
    check: { http: 'https://[2001:db8::42]:9/x', tcp: '[2001:db8::42]:22' },
  });
});

const program = '    vms:\n      instances:';
for (const [what, edits, ...problems] of [
  ['a program too', [[program, `    program: { run: nginx }\n${program}`]], "43:5: error: the VNFC 'web' has both 'program' and 'vms' (vnfcs[1].vms). Keep 'program' for instances on the nodes, or 'vms' for VMs of their own."],
  ['active-standby', [['redundancy: active-active', 'redundancy: active-standby']],
    "38:17: error: the VNFC 'web' is active-standby, but has no 'role' (vnfcs[1].redundancy). Add 'role': how it is told its role.",
    "38:17: error: the VNFC 'web' is active-standby, but has no 'vip' (vnfcs[1].redundancy). Add 'vip': the address that follows the active instance.",
    "39:5: error: the VNFC 'web' is active-standby, and 'service' is for active-active VNFCs (vnfcs[1].service). Remove it, or write 'redundancy: active-active'.",
    "42:5: error: the VNFC 'web' is active-standby, and 'vms' is for active-active VNFCs (vnfcs[1].vms). Write 'redundancy: active-active', or 'program'.",
    "47:1: warning: nothing is behind the load balancer (loadBalancer). Remove it, or add an active-active VNFC, or one that it 'manages'."],
  ['a role and an address', [[program, `    vip: 192.0.2.51/24\n    role: { promote: a, demote: b }\n${program}`]],
    "42:5: error: the VNFC 'web' is active-active, and 'vip' is for active-standby VNFCs (vnfcs[1].vip). Remove it, or write 'redundancy: active-standby'.",
    "43:5: error: the VNFC 'web' is active-active, and 'role' is for active-standby VNFCs (vnfcs[1].role). Remove it, or write 'redundancy: active-standby'."],
  ['fields of instances on nodes', [[program, `    instances: 2\n    heartbeat: { http: http://x/ }\n    vnfcInstanceIds: { n1: a }\n${program}`]],
    "42:5: error: the VNFC 'web' has 'vms', and 'instances' is for instances on the nodes (vnfcs[1].instances). Remove it: there are as many as 'vms.instances' lists.",
    "43:5: error: the VNFC 'web' has 'vms', and 'heartbeat' is for instances on the nodes (vnfcs[1].heartbeat). Remove it: a VM's end is seen at once, and what hangs in it by 'check' and 'service.check'.",
    "44:5: error: the VNFC 'web' has 'vms', and 'vnfcInstanceIds' is for instances on the nodes (vnfcs[1].vnfcInstanceIds). Remove it, and give each VM its 'vnfcInstanceId'.",
    "44:5: warning: the instances of the VNFC 'web' on n2, n3 cannot be named to the VNFM (vnfcs[1].vnfcInstanceIds). Add a vnfcInstanceId for each of its nodes."],
  ['a network of the service', [['frontend: 80', 'frontend: 80\n      network: service']], "42:7: error: the VNFC 'web' has 'vms', and the load balancer reaches each of them at its own address (vnfcs[1].service.network). Remove it: the VMs' addresses say the network."],
  ['no load balancer', [['loadBalancer:\n  nodes: [n1, n2]\n  vip: 192.0.2.60/24\n', '']], "39:5: error: the VNFC 'web' has a service, but there is no load balancer in front of it (vnfcs[1].service). Add 'loadBalancer' with the VIP that outside modules see."],
  ['one URL for all', [['http: /health', 'http: http://192.0.2.41/']], "46:20: error: 'http://192.0.2.41/' is the same for every VM of the VNFC 'web' (vnfcs[1].check.http). Write its path, as /health; or with '%a' where the VM's address goes."],
  ['no check', [['    check: { http: /health, tcp: 22, command: ask "%a" twice }\n', '']], "42:5: warning: the VNFC 'web' has no check: a VM counts as up when its guest begins to boot, and a VNFC that fails in it is never recovered (vnfcs[1].vms). Add a 'check' with http, tcp or command, or 'guestAgent: true'."],
  ['a name twice', [['name: web2', 'name: web1']], "45:19: error: the name 'web1' is another VM's already, in line 44 (vnfcs[1].vms.instances[1].name). Rename one of them."],
  ['a domain twice', [['domain: i-2', 'domain: web1']], "45:101: error: the domain 'web1' is another VM's already, in line 44 (vnfcs[1].vms.instances[1].domain). Give each VM its own."],
  ['one XML for two', [['web2.xml', 'web1.xml']], "45:54: error: the file '/etc/vm/web1.xml' is another VM's already, in line 44 (vnfcs[1].vms.instances[1].config). Give each VM its own."],
  ['an address twice', [['192.0.2.42', '192.0.2.41']], "45:34: error: the address 192.0.2.41 is used by the VM 'web1' already, in line 44 (vnfcs[1].vms.instances[1].address). Give each its own address."],
  ["a node's address", [['192.0.2.42', '192.0.2.2']], "45:34: error: the address 192.0.2.2 is used by the node 'n2' already, in line 13 (vnfcs[1].vms.instances[1].address). Give each its own address."],
  ['an address with a prefix length', [['192.0.2.42', '192.0.2.42/24']], "45:34: error: '192.0.2.42/24' has a prefix length, but a VM's address stands alone (vnfcs[1].vms.instances[1].address). Write 192.0.2.42; the prefix length is the network's."],
  ['an address in no network', [['192.0.2.42', '192.0.3.42']], "45:34: error: the address 192.0.3.42 is in none of the networks (vnfcs[1].vms.instances[1].address). Take an address of 192.0.2.0/24, 2001:db8::/64, or add its network."],
  ['a network without the load balancer', [['192.0.2.42', "'2001:db8::42'"], ['nodes: [n1, n2]', 'nodes: [n1, n3]']], "45:34: error: the load balancer cannot reach the VM 'web2' on 'oam': n3 is not in it (vnfcs[1].vms.instances[1].address). Take an address in a network that the load balancer’s nodes are all in."],
  ['a network without a host', [['192.0.2.42', "'2001:db8::42'"]], "45:34: warning: the VM 'web2' is in the network 'oam', and n3 is not: its check from there needs a route (vnfcs[1].vms.instances[1].address). Give its nodes addresses in that network, or see to the route."],
  ["another's vnfcInstanceId", [['vnfcInstanceId: w-2', 'vnfcInstanceId: db-1']], "45:88: error: the vnfcInstanceId 'db-1' is another instance's already, in line 36 (vnfcs[1].vms.instances[1].vnfcInstanceId). Give each instance its own."],
  ['nobody to heal', [[', vnfcInstanceId: w-1', '']], "43:7: warning: the VM web1 of the VNFC 'web' cannot be named to the VNFM (vnfcs[1].vms.instances). Add a vnfcInstanceId to each of them."],
  ["another VNFC's name and a VM's in one id", [['name: db', 'name: web-web1']], "44:19: error: the VM 'web1' of 'web' and the VNFC 'web-web1', in line 23, would both be 'ims-web-web1' in the cluster (vnfcs[1].vms.instances[0].name). Rename one of them."],
  ['no time', [[program, '    vms:\n      startTimeout: 0s\n      instances:']], "43:21: error: '0s' is no time at all (vnfcs[1].vms.startTimeout). Write a longer duration, or remove the field."],
  ['a relative file', [['/etc/vm/web1.xml', 'web1.xml']], "44:54: error: 'web1.xml' does not fit (vnfcs[1].vms.instances[0].config). Write the whole path of the file; it begins with '/'."],
] as const) {
  test(`spoiled: ${what}`, (t) => {
    t.deepEqual(problemsOf(edited(described, ...edits)), problems);
  });
} // prettier-ignore

test('neither a program nor VMs', (t) => {
  t.deepEqual(problemsOf(edited(base, ['    program:\n      run: nginx\n', ''])), [
    "37:5: error: the VNFC 'web' has neither 'program' nor 'vms' (vnfcs[1]). Add 'program': how an instance is started and stopped; or 'vms', where each is a VM.",
  ]);
});

test('a path is for VMs', (t) => {
  const text = edited(base, ['      tcp: 6379\n', '      http: /health\n']);
  t.deepEqual(problemsOf(text), [
    "29:13: error: '/health' is a path, and only VMs are asked by one (vnfcs[0].check.http). Write it as http://127.0.0.1:8080/health.",
  ]);
});
