/** What a bridge tells the cluster of HAProxy's checks. */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { watchManaged } from '../../../src/bridge/managed-watch.ts';
import { healthOf } from '../../../src/haproxy/health.ts';
import type { ServerStat } from '../../../src/haproxy/replies.ts';
import { loadVnf } from '../../../src/model/load.ts';
import { backendOfAttribute, healthAttribute, healthText, readHealth } from '../../../src/model/server-health.ts';
import { createLog } from '../../../src/process/log.ts';

const vnf = await loadVnf(path.resolve(import.meta.dirname, '../../../examples/lb-managed.yaml'));

const stat = (server: string, status: string, lastCheck: string, backend = 'edge-media'): ServerStat => ({
  ...{ backend, server, status, lastCheck },
  sessions: 0,
  lastChangeSec: undefined,
});

for (const [status, check, health] of [
  ['UP', 'L7OK', 'up'],
  ['UP 1/2', 'L4CON', 'up'],
  ['UP', '* L7OK', 'up'],
  ['DOWN', 'L4CON', 'down'],
  ['DOWN 1/2', 'L7OK', 'down'],
  ['UP', 'INI', 'unknown'],
  ['UP', '', 'unknown'],
  ['no check', '', 'unknown'],
  ['MAINT', 'L7OK', 'unknown'],
  ['DRAIN', 'L7OK', 'unknown'],
  ['NOLB', 'L7OK', 'unknown'],
] as const) {
  test(`${status} (${check}) is ${health}`, (t) => t.is(healthOf({ status, lastCheck: check }), health));
}

test('the attribute is read back; anything else is none', (t) => {
  const servers = { 'media-1': 'up', m_2: 'down', c: 'unknown' } as const;
  t.deepEqual(readHealth(healthText(servers)), servers);
  t.is(backendOfAttribute(healthAttribute('edge-media')), 'edge-media');
  t.is(backendOfAttribute('edge-media-active'), undefined);
  for (const text of ['', 'a', 'a:b', 'a:up  b:up', 'a:up;b', '1', '../x:up']) t.is(readHealth(text), undefined, text);
});

interface Rig {
  stats: ServerStat[] | undefined;
  fails: boolean;
  readonly attributes: Map<string, string>;
  readonly said: string[];
  readonly kept: string[];
  told: number;
}

function rig(againMs = 30_000): Rig & { watch: ReturnType<typeof watchManaged> } {
  const own: Rig = { stats: undefined, fails: false, attributes: new Map(), said: [], kept: [], told: 0 };
  const watch = watchManaged({
    stats: () => (own.stats === undefined ? Promise.reject(new Error('no HAProxy')) : Promise.resolve(own.stats)),
    keep: (backend) =>
      own.fails ? Promise.reject(new Error('no disk')) : Promise.resolve(void own.kept.push(backend)),
    setAttribute(name, value) {
      if (own.fails) return Promise.reject(new Error('no Pacemaker'));
      own.said.push(`${name}=${value ?? '-'}`);
      if (value === undefined) own.attributes.delete(name);
      else own.attributes.set(name, value);
      return Promise.resolve();
    },
    told: () => void (own.told += 1),
    everyMs: 5,
    againMs,
    log: createLog('test', () => undefined),
  });
  return Object.assign(own, { watch });
}

const some = [stat('media-1', 'UP', 'L7OK'), stat('media-2', 'DOWN', 'L4CON'), stat('a', 'UP', 'L4OK', 'edge-store')];

test('each change is told once, and the notifiers are woken', async (t) => {
  const it = rig();
  it.stats = some;
  it.watch.use(vnf);
  await sleep(80);
  t.deepEqual(it.said, ['edge-media-servers=media-1:up media-2:down media-3:unknown', 'edge-store-servers=a:up b:unknown']); // prettier-ignore
  t.is(it.told, 2);
  t.deepEqual(it.kept, ['edge-media', 'edge-store'], 'what HAProxy begins with, too');
  it.stats = some.map((one) => ({ ...one, status: 'UP' }));
  await sleep(80);
  t.deepEqual(it.said.slice(2), ['edge-media-servers=media-1:up media-2:up media-3:unknown']);
  t.deepEqual(it.kept.slice(2), ['edge-media']);
  await it.watch.stop();
  t.is(it.attributes.size, 0, 'nobody looks any more');
});

test('without HAProxy nothing is said; what could not be told is told later', async (t) => {
  const it = rig();
  it.stats = some;
  it.fails = true;
  it.watch.use(vnf);
  await sleep(50);
  t.is(it.attributes.size, 0);
  it.fails = false;
  await sleep(80);
  t.is(it.attributes.size, 2);
  t.is(it.kept.length, 2);
  it.stats = undefined;
  await sleep(80);
  t.is(it.kept.length, 2, 'what a dead HAProxy said last is left as it is');
  t.is(it.attributes.size, 0);
  await it.watch.stop();
});

test('a Pacemaker that is away while HAProxy is, too, has forgotten it all: it is told again, also the same', async (t) => {
  const it = rig();
  it.stats = some;
  it.watch.use(vnf);
  await sleep(50);
  it.fails = true;
  it.stats = undefined;
  it.attributes.clear();
  await sleep(50);
  it.stats = some;
  it.fails = false;
  await sleep(80);
  t.is(it.attributes.size, 2);
  await it.watch.stop();
});

test('all is told again now and then: whoever was told may have been started anew', async (t) => {
  const it = rig(30);
  it.stats = some;
  it.watch.use(vnf);
  await sleep(60);
  it.attributes.clear();
  await sleep(120);
  t.is(it.attributes.size, 2);
  t.is(it.told, 2, 'which is no news');
  await it.watch.stop();
});

test('what the description no longer has is taken away', async (t) => {
  const it = rig();
  it.stats = some;
  it.watch.use(vnf);
  await sleep(50);
  const lb = vnf.loadBalancer!;
  it.watch.use({ ...vnf, loadBalancer: { ...lb, manages: lb.manages.slice(0, 1) } });
  await sleep(80);
  t.deepEqual([...it.attributes.keys()], ['edge-media-servers']);
  await it.watch.stop();
});
