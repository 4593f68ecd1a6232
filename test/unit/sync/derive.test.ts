/** A sidecar's configuration, out of the description. */
import test from 'ava';
import { readDescription } from '../../../src/model/load.ts';
import type { Vnf } from '../../../src/model/vnf.ts';
import { sidecarOf } from '../../../src/sync/derive.ts';

const vnfWith = (sync: string): Vnf => {
  const text = `
vnf: { name: v }
networks: [{ name: n, cidr: 192.0.2.0/24 }, { name: s, cidr: 2001:db8::/64 }]
nodes:
  - { name: a, addresses: { n: 192.0.2.1, s: "2001:db8::1" } }
  - { name: b, addresses: { n: 192.0.2.2, s: "2001:db8::2" } }
  - { name: c, addresses: { n: 192.0.2.3, s: "2001:db8::3" } }
fencing: [{ name: f, agent: fence_ipmilan }]
vnfcs:
  - name: reg
    redundancy: active-standby
    nodes: [a, b]
    vip: 192.0.2.50/24
    program: { run: reg, user: reg }
    role: { promote: p, demote: d }
    ${sync}
`;
  const { vnf, problems } = readDescription(text, 'test');
  if (vnf === undefined) throw new Error(JSON.stringify(problems));
  return vnf;
};

test('direct: every default filled in; only the VNFC’s nodes have a copy', (t) => {
  t.deepEqual(sidecarOf(vnfWith('sync: { channel: direct }'), 'reg', 'b'), {
    name: 'reg',
    node: 'b',
    instances: ['a', 'b'],
    socket: '/run/vnfha/sync/reg.sock',
    control: '/run/vnfha/sync/reg.control',
    epochFile: '/var/lib/vnfha/sync/reg.epoch',
    user: 'reg',
    unsure: 'wait',
    channel: {
      type: 'direct',
      addresses: { a: '192.0.2.1:7410', b: '192.0.2.2:7410' },
      ca: '/etc/vnfha/sync/ca.pem',
      certificate: '/etc/vnfha/sync/node.pem',
      key: '/etc/vnfha/sync/node.key',
    },
  });
});

test('direct: a network, a port and a policy of one’s own', (t) => {
  const { channel, unsure } = sidecarOf(
    vnfWith('sync: { channel: direct, network: s, port: 9, unsure: promote }'),
    'reg',
    'a',
  );
  t.is(unsure, 'promote');
  t.deepEqual(channel.type === 'direct' && channel.addresses, { a: '[2001:db8::1]:9', b: '[2001:db8::2]:9' });
});

test('shared-storage: the folder', (t) => {
  const { channel } = sidecarOf(vnfWith('sync: { channel: shared-storage, folder: /srv/reg }'), 'reg', 'a');
  t.deepEqual(channel, { type: 'shared-storage', folder: '/srv/reg' });
});

test('shared-storage: what is mounted is the cluster’s to know', (t) => {
  const mount = '{ device: /dev/sdb, directory: /srv/reg, fstype: ext4 }';
  const vnf = vnfWith(`sync: { channel: shared-storage, folder: /srv/reg/state, mount: ${mount} }`);
  t.deepEqual(sidecarOf(vnf, 'reg', 'a').channel, { type: 'shared-storage', folder: '/srv/reg/state' });
});

test('messages; a Redis; a PostgreSQL: what the sidecar’s own configuration wants', (t) => {
  const of = (sync: string) => sidecarOf(vnfWith(`sync: ${sync}`), 'reg', 'a').channel;
  t.deepEqual(of('{ channel: messages }'), { type: 'messages' });
  t.deepEqual(of("{ channel: checkpoint-redis, address: 'r:6379', user: u, passwordFile: /p, tls: { ca: /ca } }"), {
    type: 'checkpoint-redis',
    address: 'r:6379',
    user: 'u',
    passwordFile: '/p',
    tls: { ca: '/ca' },
  });
  t.deepEqual(of("{ channel: checkpoint-postgresql, address: '[2001:db8::9]:5432', user: u, database: d }"), {
    type: 'checkpoint-postgresql',
    address: '[2001:db8::9]:5432',
    user: 'u',
    database: 'd',
  });
});

test('what has no sidecar here is said', (t) => {
  const vnf = vnfWith('sync: { channel: direct }');
  t.throws(() => sidecarOf(vnf, 'rag', 'a'), {
    message: "the description has no VNFC 'rag' with a 'sync' by a sidecar",
  });
  t.throws(() => sidecarOf(vnf, 'reg', 'c'), { message: /doesn't run on this node, c: it runs on a, b/ });
  t.throws(() => sidecarOf(vnfWith(''), 'reg', 'a'), { message: /no VNFC 'reg' with a 'sync' by a sidecar/ });
  const own = vnfWith('sync: { channel: own, standing: how-far }');
  t.throws(() => sidecarOf(own, 'reg', 'a'), { message: /no VNFC 'reg' with a 'sync' by a sidecar/ });
});
