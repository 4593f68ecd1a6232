import { defaultHealRules, healRulesOf } from '../../../src/model/heals.ts';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { loadVnf, readDescription } from '../../../src/model/load.ts';
import type { ActiveActiveVnfc, ActiveStandbyVnfc, Vnf } from '../../../src/model/vnf.ts';
import { Failure } from '../../../src/process/failure.ts';
import { base, edited } from './base.ts';

const vnfOf = (text: string): Vnf => readDescription(text, 'f').vnf!;

test('every default is filled in', (t) => {
  const vnf = vnfOf(base);
  const [db, web] = vnf.vnfcs;
  t.deepEqual(vnf.cluster, {
    name: 'ims',
    links: ['service'],
    tokenMs: 1000,
    consensusMs: 1200,
    heartbeat: { intervalMs: 100, misses: 3, port: 5410 },
  });
  t.is(vnf.recovery, undefined);
  t.deepEqual(vnf.arp, { count: 5, intervalMs: 200 });
  t.deepEqual(
    vnf.nodes.map(({ id, name }) => [id, name]),
    [
      [1, 'n1'],
      [2, 'n2'],
      [3, 'n3'],
    ],
  );
  t.deepEqual(vnf.fencing, [
    {
      name: 'power',
      agent: 'fence_ipmilan',
      nodes: ['n1', 'n2', 'n3'],
      takesMs: 2000,
      parameters: { passwd_script: '/etc/p', port: '623', lanplus: 'true' },
    },
  ]);
  t.deepEqual(db, {
    name: 'db',
    vdu: undefined,
    redundancy: 'active-standby',
    nodes: ['n1', 'n2', 'n3'],
    instances: 3,
    vip: { ip: '192.0.2.50', prefix: 24, interface: undefined },
    vipBy: 'cluster',
    program: {
      run: ['redis-server', '--port', '6379'],
      start: undefined,
      stop: undefined,
      user: undefined,
      startTimeoutMs: 30_000,
      stopTimeoutMs: 30_000,
    },
    check: { tcp: 6379, http: undefined, command: undefined, intervalMs: 5000, timeoutMs: 10_000 },
    heartbeat: undefined,
    role: {
      promote: ['redis-cli', 'replicaof', 'no', 'one'],
      demote: ['redis-cli', 'replicaof', '192.0.2.50', '6379'],
      query: undefined,
      timeoutMs: 30_000,
    },
    sync: undefined,
    recovery: { restarts: 2, withinMs: 600_000, heal: true, escalate: undefined },
    vnfcInstanceIds: { n1: 'db-1', n2: 'db-2', n3: 'db-3' },
  });
  t.deepEqual(web!.redundancy === 'active-active' && web!.service, {
    port: 8080,
    frontend: 80,
    mode: 'http',
    balance: 'roundrobin',
    network: 'service',
    check: { http: undefined, interMs: 1000, fall: 2, rise: 1, answerMs: 2000 },
  });
  t.is(web!.recovery.restarts, 3);
  t.deepEqual(vnf.loadBalancer, {
    name: 'lb',
    manages: [],
    nodes: ['n1', 'n2'],
    vips: [{ ip: '192.0.2.60', prefix: 24, interface: undefined }],
  });
  t.deepEqual(vnf.vnfm, {
    type: 'sol',
    url: 'https://vnfm.example',
    alarms: undefined,
    ca: undefined,
    auth: undefined,
    heals: defaultHealRules,
  });
});

test('without a VNFM nothing is healed, unless it says so', (t) => {
  const without = edited(base, ['vnfm:\n  url: https://vnfm.example\n', '']);
  t.deepEqual(
    vnfOf(without).vnfcs.map(({ recovery }) => recovery.heal),
    [false, false],
  );
  t.false(vnfOf(edited(base, ['restarts: 2', 'heal: false'])).vnfcs[0]!.recovery.heal);
});

test('what a recovery target leaves open follows from it, and what is given stays', (t) => {
  const settings = (recovery: string, ...edits: (readonly [string, string])[]) => {
    const beating = 'tcp: 6379\n      interval: 5s\n    heartbeat: { tcp: 6379, send: PING }';
    const text = edited(base, ['  token: 1s\n', `  name: c\nrecovery: ${recovery}\n`], ...edits, [
      'fence_ipmilan',
      'fence_ipmilan\n    takes: 100ms',
    ]);
    const vnf = vnfOf(edited(text, ['tcp: 6379\n      interval: 5s', beating]));
    const [db, web] = vnf.vnfcs;
    const { interMs, fall, answerMs } = (web as ActiveActiveVnfc).service.check;
    return {
      totem: [vnf.cluster.tokenMs, vnf.cluster.consensusMs],
      check: [web!.check.intervalMs, web!.check.timeoutMs, db!.check.timeoutMs],
      beats: [vnf.cluster.heartbeat.intervalMs, (db as ActiveStandbyVnfc).heartbeat!.intervalMs],
      haproxy: [interMs, fall, answerMs],
      arp: vnf.arp.intervalMs,
    };
  };
  t.deepEqual(settings('sub-second'), {
    totem: [300, 360],
    check: [2000, 2000, 5000],
    beats: [100, 80],
    haproxy: [100, 2, 100],
    arp: 100,
  });
  t.deepEqual(settings('SAL1'), {
    totem: [600, 720],
    check: [2000, 2000, 5000],
    beats: [100, 100],
    haproxy: [200, 2, 200],
    arp: 200,
  });
  const quick = settings('SAL3');
  t.deepEqual(quick, {
    totem: [1000, 1200],
    check: [5000, 4000, 5000],
    beats: [100, 500],
    haproxy: [1000, 2, 1000],
    arp: 200,
  });
  t.deepEqual(settings('{ detect: 10s, recover: 25s }'), quick);
  t.deepEqual(settings('SAL1', ['name: c', 'token: 500ms']).totem, [500, 600]);
  t.deepEqual(settings('SAL1', ['frontend: 80', 'check: { inter: 100ms, fall: 3 }']).haproxy, [100, 3, 200]);
});

test('what was given is kept, in one spelling', (t) => {
  const vnf = vnfOf(
    edited(
      base,
      ['    cidr: 192.0.2.0/24', '    cidr: 192.0.2.0/24\n    interface: ens3'],
      ["oam: '2001:db8::1'", "oam: '2001:0DB8::0:1'"],
      ['address: 192.0.2.3', "addresses: { oam: '2001:db8::3', service: 192.0.2.3 }"],
      ['name: n3', 'name: n3.example.org\n    id: 30'],
      [', n3: db-3', ', n3.example.org: db-3'],
      ['loadBalancer:\n  nodes: [n1, n2]\n', 'loadBalancer:\n'],
      ['frontend: 80', 'network: oam\n      frontend: 80'],
      ['https://vnfm.example', 'https://vnfm.example/'],
      ['192.0.2.60/24', '2001:DB8::60/64'],
    ),
  );
  t.deepEqual(Object.entries(vnf.nodes[0]!.addresses), [
    ['service', '192.0.2.1'],
    ['oam', '2001:db8::1'],
  ]);
  t.deepEqual(Object.keys(vnf.nodes[2]!.addresses), ['service', 'oam']);
  t.is(vnf.nodes[2]!.id, 30);
  t.deepEqual(vnf.cluster.links, ['service', 'oam']);
  t.is(vnf.vnfcs[0]!.redundancy === 'active-standby' && vnf.vnfcs[0]!.vip.interface, 'ens3');
  t.is(vnf.vnfcs[1]!.redundancy === 'active-active' && vnf.vnfcs[1]!.service.network, 'oam');
  t.deepEqual(vnf.loadBalancer, {
    name: 'lb',
    manages: [],
    nodes: ['n1', 'n2'],
    vips: [{ ip: '2001:db8::60', prefix: 64, interface: undefined }],
  });
  t.is(vnf.vnfm!.url, 'https://vnfm.example');
});

test('the network of a service is the first that its nodes and the load balancer’s are all in', (t) => {
  const swapped = edited(
    base,
    [
      '  - name: service\n    cidr: 192.0.2.0/24\n  - name: oam\n    cidr: 2001:db8::/64\n',
      '  - { name: oam, cidr: 2001:db8::/64 }\n  - { name: service, cidr: 192.0.2.0/24 }\n',
    ],
    ['address: 192.0.2.3', 'addresses: { service: 192.0.2.3 }'],
  );
  const networkOf = (text: string) => {
    const web = vnfOf(text).vnfcs[1]!;
    return web.redundancy === 'active-active' ? web.service.network : undefined;
  };
  t.is(networkOf(swapped), 'service');
  t.is(networkOf(edited(swapped, ['active-active', 'active-active\n    nodes: [n1, n2]'])), 'oam');
  t.is(
    networkOf(
      edited(
        swapped,
        ['active-active', 'active-active\n    nodes: [n1, n2]'],
        ['  nodes: [n1, n2]\n  vip', '  nodes: [n1, n3]\n  vip'],
      ),
    ),
    'service',
  );
});

test('a file is loaded, and a bad one refused with every error in it', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'vnfha-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'vnf.yaml');
  await writeFile(file, base);
  t.is((await loadVnf(file)).name, 'ims');

  await writeFile(
    file,
    edited(
      base,
      ['name: web', 'name: db'],
      ['192.0.2.60/24', '192.0.2.60'],
      ['active-active', 'active-active\n    instances: 1'],
    ),
  );
  const failure = await t.throwsAsync(loadVnf(file), { instanceOf: Failure });
  t.is(failure?.kind, 'input');
  t.is(
    failure?.message,
    `${file}:37:11: error: the VNFC 'db' is there already, in line 23 (vnfcs[1].name). Rename one of them.\n` +
      `${file}:47:8: error: the VIP 192.0.2.60 has no prefix length (loadBalancer.vip). Write 192.0.2.60/24.`,
  );
  t.is((await t.throwsAsync(loadVnf(path.join(folder, 'none.yaml')), { instanceOf: Failure }))?.kind, 'missing');
  t.is((await t.throwsAsync(loadVnf(folder), { instanceOf: Failure }))?.kind, 'input');
});

test('the rules of heals: what is given is kept, a window has a length', (t) => {
  const written = {
    perHour: 5,
    storm: { pause: '5min' },
    maintenance: [
      { from: '22:00', to: '02:30', days: ['sat' as const] },
      { from: '01:00', to: '02:00' },
    ],
  };
  const rules = healRulesOf(written);
  t.like(rules, { atOnce: 4, perHour: 5, storm: { incidents: 10, withinMs: 60_000, pauseMs: 300_000 } });
  t.deepEqual(rules.maintenance, [
    { days: [6], from: 1320, minutes: 270 },
    { days: [0, 1, 2, 3, 4, 5, 6], from: 60, minutes: 60 },
  ]);
});
