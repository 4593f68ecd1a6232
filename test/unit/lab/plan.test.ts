import test from 'ava';
import { planLab } from '../../../src/lab/plan.ts';
import { readDescription } from '../../../src/model/load.ts';
import type { Vnf } from '../../../src/model/vnf.ts';

const description = (networks: string, nodes: string) => `
vnf: { name: v }
networks: ${networks}
nodes: ${nodes}
fencing: [{ name: f, agent: fence_ipmilan }]
loadBalancer: { nodes: [a, b], vip: 192.0.2.6/29 }
vnfcs:
  - name: web
    redundancy: active-active
    service: { port: 80 }
    program: { run: web }
`;

function vnfOf(text: string): Vnf {
  const { vnf, problems } = readDescription(text, 'test');
  if (vnf === undefined) throw new Error(JSON.stringify(problems));
  return vnf;
}

test('a switch for each network, a cable for each address, the description’s interface names', (t) => {
  const vnf = vnfOf(
    description(
      '[{ name: n, cidr: 192.0.2.0/29 }, { name: m, cidr: 2001:db8::/64, interface: eth0 }, { name: o, cidr: 10.0.0.0/8 }]',
      '[{ name: a, addresses: { n: 192.0.2.1, m: "2001:db8::1", o: 10.0.0.1 } }, { name: b, addresses: { n: 192.0.2.2, o: 10.0.0.2 } }]',
    ),
  );
  const { switches, hosts } = planLab(vnf);
  t.deepEqual(switches, [
    { networks: ['n'], bridge: 'br0' },
    { networks: ['m'], bridge: 'br1' },
    { networks: ['o'], bridge: 'br2' },
  ]);
  t.deepEqual(
    hosts.map((host) => [host.name, host.role, ...host.nics.map((nic) => `${nic.name} ${nic.addresses[0]!.address}`)]),
    [
      // .100 is not in n; .6 is the VIP; .7 is the broadcast address
      ['client', 'client', 'eth1 192.0.2.5/29', 'eth0 2001:db8::64/64', 'eth2 10.0.0.100/8'],
      ['a', 'node', 'eth1 192.0.2.1/29', 'eth0 2001:db8::1/64', 'eth2 10.0.0.1/8'],
      ['b', 'node', 'eth1 192.0.2.2/29', 'eth2 10.0.0.2/8'],
    ],
  );
  const nics = hosts.flatMap((host) => host.nics);
  t.is(new Set(nics.map((nic) => nic.mac)).size, nics.length);
  t.is(new Set(nics.map((nic) => nic.port)).size, nics.length);
  t.true(nics.every((nic) => nic.port.length <= 15));
});

test('the supervisor is enabled on every node, the bridge on the load balancer’s nodes, the notifier where there is a VNFM', (t) => {
  const nodes = '[{ name: a, address: 192.0.2.1 }, { name: b, address: 192.0.2.2 }, { name: c, address: 192.0.2.3 }]';
  const text = description('[{ name: n, cidr: 192.0.2.0/29 }]', nodes);
  const units = (vnf: Vnf) => planLab(vnf).hosts.map((host) => host.units);
  t.deepEqual(units(vnfOf(text)), [
    [],
    ['vnfha-supervisor', 'vnfha-bridge'],
    ['vnfha-supervisor', 'vnfha-bridge'],
    ['vnfha-supervisor'],
  ]);
  const withVnfm = text.replace(
    'vnf: { name: v }',
    'vnf: { name: v, instanceId: i }\nvnfm: { url: "http://192.0.2.4" }',
  );
  t.deepEqual(units(vnfOf(withVnfm)), [
    [],
    ['vnfha-supervisor', 'vnfha-bridge', 'vnfha-notifier'],
    ['vnfha-supervisor', 'vnfha-bridge', 'vnfha-notifier'],
    ['vnfha-supervisor', 'vnfha-notifier'],
  ]);
});

test('what a lab cannot be made of', (t) => {
  const full = '[{ name: a, address: 192.0.2.1 }, { name: b, address: 192.0.2.2 }]';
  const vnf = vnfOf(description('[{ name: n, cidr: 192.0.2.0/29 }]', full));
  const named = (name: string): Vnf => ({
    ...vnf,
    nodes: vnf.nodes.map((node, at) => (at === 0 ? { ...node, name } : node)),
  });
  t.throws(() => planLab(named('client')), { message: /cannot be called 'client'/ });
  t.throws(() => planLab(named('world')), { message: /cannot be called 'world'/ });
  const tight = { ...vnf, networks: [{ name: 'n', cidr: '192.0.2.0/30', interface: undefined }] };
  t.throws(() => planLab(tight), { message: /no address of the network 'n' is left/ });
});

test('the sidecar of a VNFC with sync is enabled on each of its nodes', (t) => {
  const text = description(
    '[{ name: n, cidr: 192.0.2.0/29 }]',
    '[{ name: a, address: 192.0.2.1 }, { name: b, address: 192.0.2.2 }, { name: c, address: 192.0.2.3 }]',
  );
  const vnfc = `  - name: reg
    redundancy: active-standby
    nodes: [a, c]
    vip: 192.0.2.5/29
    program: { run: reg }
    role: { promote: p, demote: d }
    sync: { channel: direct }
`;
  const { hosts } = planLab(vnfOf(text + vnfc));
  const synced = hosts.filter(({ units }) => units.includes('vnfha-sync@reg')).map(({ name }) => name);
  t.deepEqual(synced, ['a', 'c']);
});

test('a VNF beside it: its daemons run on the same nodes, and the client keeps off its addresses', (t) => {
  const nodes = '[{ name: a, address: 192.0.2.1 }, { name: b, address: 192.0.2.2 }]';
  const text = description('[{ name: n, cidr: 192.0.2.0/29 }]', nodes);
  const beside = vnfOf(
    text.replace('vnf: { name: v }', 'vnf: { name: w, beside: true }').replaceAll('192.0.2.6', '192.0.2.5'),
  );
  const [client, a] = planLab(vnfOf(text), [beside]).hosts;
  t.deepEqual(a!.units, ['vnfha-supervisor', 'vnfha-bridge', 'vnfha-bridge@w']);
  t.is(client!.nics[0]!.addresses[0]!.address, '192.0.2.4/29');
});
