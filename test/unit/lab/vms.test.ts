/** The VMs that a lab makes: from a description to domains for libvirt, and the hosts that run them. */
import test from 'ava';
import { planLab } from '../../../src/lab/plan.ts';
import { domainXml, hypervisorsOf, labVms } from '../../../src/lab/vms.ts';
import { readDomainXml } from '../../../src/libvirt/domain-xml.ts';
import { loadVnf } from '../../../src/model/load.ts';
import { Failure } from '../../../src/process/failure.ts';
import { parseXml } from '../../../src/process/xml.ts';
import { vnfOf } from '../cib/sample.ts';

/** One wire with two networks, and another one that the hosts have no address in. */
const networks = `
  - { name: n, cidr: 192.0.2.0/24, interface: br0 }
  - { name: m, cidr: 198.51.100.0/25 }
  - { name: six, cidr: '2001:db8::/64', interface: br0 }`;
const nodes = ['a', 'b', 'c'].map((name, at) => `\n  - { name: ${name}, address: 192.0.2.${at + 1} }`).join('');
const text = `
vnf: { name: v }
networks: ${networks}
nodes: ${nodes}
fencing: [{ name: f, agent: fence_x }]
guests:
  - { name: g1, addresses: { n: 192.0.2.41, m: 198.51.100.41, six: '2001:db8::41' }, config: /etc/vm/g1.xml, domain: one, hosts: [a, b] }
vnfcs:
  - name: db
    redundancy: active-standby
    nodes: [g1, b]
    vip: 192.0.2.50/24
    program: { run: db }
    role: { promote: up, demote: down }
`;
/** A VNF of one VM with these checks. */
const withVm = (service: string, check: string, vm = 'address: 192.0.2.42', where = networks) => `
vnf: { name: w, beside: true }
networks: ${where}
nodes: ${nodes}
fencing: [{ name: f, agent: fence_x }]
loadBalancer: { nodes: [a, b], vip: 192.0.2.60/24 }
vnfcs:
  - name: web
    redundancy: active-active
    nodes: [a]
    service: { port: 8081, check: ${service} }
    check: ${check}
    vms: { instances: [{ name: w1, ${vm}, config: /etc/vm/w1.xml }], guestAgent: true }
`;

test('a guest has an interface for each wire that it has addresses on', (t) => {
  const [guest] = labVms([vnfOf(text)]);
  t.like(guest, {
    kind: 'node',
    domain: 'one',
    config: '/etc/vm/g1.xml',
    nics: [
      { bridge: 'br0', mac: '52:54:00:77:00:01' },
      { bridge: 'eth0', mac: '52:54:00:77:01:01' },
    ],
    words: ['name=g1', 'addresses=192.0.2.41/24+2001:db8::41/64,198.51.100.41/25'],
  });
});

test('a VM answers what it is asked, at its port, and what it can’t answer is known', (t) => {
  const wordsOf = (service: string, check: string) => {
    const [vm] = labVms([vnfOf(withVm(service, check))]);
    return [...vm!.words.slice(2), ...vm!.unanswered];
  };
  t.deepEqual(wordsOf('{ http: /ready }', "{ http: '/ready/now?deep' }"), ['ports=8081', 'paths=/ready/now#/ready']);
  t.deepEqual(wordsOf('{}', "{ http: 'http://%a:9090/a,b%20c/' }"), ['ports=8081,9090', 'paths=/a,b%20c/']);
  t.deepEqual(wordsOf('{}', '{ tcp: 9091 }'), ['ports=8081,9091', 'paths=']);
  t.deepEqual(wordsOf('{}', "{ http: 'https://%a/', command: 'ask %a' }").slice(2), [
    'https://192.0.2.42/',
    'ask 192.0.2.42',
  ]);
  const elsewhere = 'http://192.0.2.9:9000/check?vm=%a';
  t.deepEqual(wordsOf('{}', `{ http: '${elsewhere}' }`).slice(2), [elsewhere.replace('%a', '192.0.2.42')]);
  t.deepEqual(wordsOf('{ http: /cgi-bin/up }', '{ tcp: 1 }').slice(1), ['paths=', 'http://192.0.2.42:8081/cgi-bin/up']);
});

test('its XML is one that the agent of VMs reads, whatever the description asks', (t) => {
  const [vm] = labVms([vnfOf(withVm('{ http: /ready }', "{ http: '/a&b' }"))]);
  t.deepEqual(readDomainXml(domainXml(vm!), 'test'), { name: 'w1', hasAgentChannel: true });
  t.regex(JSON.stringify(parseXml(domainXml(vm!), 'test')), /paths=\/ready#\/a&b"/);
  const [guest] = labVms([vnfOf(text)]);
  t.deepEqual(readDomainXml(domainXml(guest!), 'test'), { name: 'one', hasAgentChannel: false });
});

test('the nodes that may run VMs are on every wire, by bridges; the others where they have addresses', async (t) => {
  const vnf = vnfOf(text);
  t.deepEqual([...hypervisorsOf([vnf])].toSorted(), ['a', 'b']);
  const plain = planLab(vnf).hosts.map(({ name, hypervisor, nics }) => [
    name,
    hypervisor,
    ...nics.map((nic) => `${nic.name} ${nic.cable} ${nic.addresses.map(({ address }) => address).join()}`),
  ]);
  t.deepEqual(plain, [
    ['client', false, 'br0 br0 192.0.2.100/24,2001:db8::64/64', 'eth0 eth0 198.51.100.100/25'],
    ['a', true, 'br0 cable0 192.0.2.1/24', 'eth0 cable1 '],
    ['b', true, 'br0 cable0 192.0.2.2/24', 'eth0 cable1 '],
    ['c', false, 'br0 br0 192.0.2.3/24'],
  ]);
  const named = vnfOf(text.replace('interface: br0 }', 'interface: cable0 }'));
  t.is(planLab(named).hosts[1]!.nics[0]!.cable, 'xcable0', 'no other interface is called so');
  t.is(hypervisorsOf([await loadVnf('examples/sipcore.yaml')]).size, 0);
});

test('a VM of a VNF beside another is on the wires of the lab, which are the first one’s', (t) => {
  const first = vnfOf(
    withVm('{}', '{ tcp: 1 }').replace('name: w, beside: true', 'name: first').replace('name: w1', 'name: f1'),
  );
  const own = '\n  - { name: mine, cidr: 192.0.2.0/24, interface: ens1 }';
  const beside = vnfOf(withVm('{}', '{ tcp: 1 }', "address: 192.0.2.43, domain: '2nd'", own));
  const [, second] = labVms([first, beside]);
  t.deepEqual(second!.nics, [{ bridge: 'br0', mac: '52:54:00:77:00:02' }]);
  const nowhere = vnfOf(text.replaceAll('198.51.100', '203.0.113'));
  const error = t.throws(() => labVms([first, nowhere]), { instanceOf: Failure });
  t.is(error?.message, "the VM 'g1' has the address 203.0.113.41, and no network of 'first' has that");
});
