/** The VMs that a lab makes: from a description to domains for libvirt. */
import test from 'ava';
import { planLab } from '../../../src/lab/plan.ts';
import { domainXml, hypervisorsOf, labVms } from '../../../src/lab/vms.ts';
import { readDomainXml } from '../../../src/libvirt/domain-xml.ts';
import { loadVnf } from '../../../src/model/load.ts';
import { readDescription } from '../../../src/model/load.ts';
import { parseXml } from '../../../src/process/xml.ts';

const networks = '[{ name: n, cidr: 192.0.2.0/24, interface: br0 }, { name: m, cidr: 198.51.100.0/25 }]';
const text = `
vnf: { name: v }
networks: ${networks}
nodes: ${'abc'.replace(/./g, (name, at: number) => `${at ? ',' : '['}{ name: ${name}, addresses: { n: 192.0.2.${at + 1}, m: 198.51.100.${at + 1} } }`)}]
fencing: [{ name: f, agent: fence_x }]
guests:
  - { name: g1, addresses: { n: 192.0.2.41, m: 198.51.100.41 }, config: /etc/vm/g1.xml, domain: one, hosts: [a, b] }
loadBalancer: { nodes: [a, b], vip: 192.0.2.60/24 }
vnfcs:
  - name: web
    redundancy: active-active
    nodes: [a]
    service: { port: 8081, check: { http: /ready } }
    check: { http: 'http://%a:8081/a&b/?deep' }
    vms: { instances: [{ name: w1, address: 192.0.2.42, config: /etc/vm/w1.xml }], guestAgent: true }
  - name: db
    redundancy: active-standby
    nodes: [g1, b]
    vip: 192.0.2.50/24
    program: { run: db }
    role: { promote: up, demote: down }
`; // prettier-ignore
const { vnf, problems } = readDescription(text, 'test');

test('a VM answers what it is asked; a guest has an interface for each of its addresses', (t) => {
  t.truthy(vnf, JSON.stringify(problems));
  const [web, guest] = labVms([vnf!]);
  t.like(web, {
    kind: 'server',
    domain: 'w1',
    config: '/etc/vm/w1.xml',
    nics: [{ bridge: 'br0', mac: '52:54:00:77:00:01' }],
    words: ['name=w1', 'address=192.0.2.42/24', 'ports=8081', 'paths=/a&b/,/ready'],
    guestAgent: true,
  });
  t.like(guest, {
    kind: 'node',
    domain: 'one',
    nics: [
      { bridge: 'br0', mac: '52:54:00:77:00:02' },
      { bridge: 'eth0', mac: '52:54:00:77:01:02' },
    ],
    words: ['name=g1', 'addresses=192.0.2.41/24,198.51.100.41/25'],
  });
});

test('its XML is one that the agent of VMs reads, whatever the description asks', (t) => {
  const [web, guest] = labVms([vnf!]);
  const ofWeb = domainXml(web!);
  t.deepEqual(readDomainXml(ofWeb, 'test'), { name: 'w1', hasAgentChannel: true });
  t.regex(JSON.stringify(parseXml(ofWeb, 'test')), /paths=\/a&b\/,\/ready/);
  t.deepEqual(readDomainXml(domainXml(guest!), 'test'), { name: 'one', hasAgentChannel: false });
});

test('the nodes that may run VMs are hypervisors, with bridges over their cables; the others are not', async (t) => {
  t.deepEqual([...hypervisorsOf([vnf!])].toSorted(), ['a', 'b']);
  const plain = planLab(vnf!).hosts.map(({ name, hypervisor, nics }) => [name, hypervisor, ...nics.map((nic) => `${nic.name} ${nic.cable}`)]);
  t.deepEqual(plain, [
    ['client', false, 'br0 br0', 'eth0 eth0'],
    ['a', true, 'br0 port0', 'eth0 port1'],
    ['b', true, 'br0 port0', 'eth0 port1'],
    ['c', false, 'br0 br0', 'eth0 eth0'],
  ]);
  t.is(hypervisorsOf([await loadVnf('examples/sipcore.yaml')]).size, 0);
}); // prettier-ignore
