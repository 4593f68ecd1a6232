/** HAProxy's memory and file, kept as the cluster says, whatever happens to HAProxy or to the bridge. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import test from 'ava';
import { now } from '../../../src/process/clock.ts';
import type { Engine } from '../../../src/bridge/engine.ts';
import { rotationOf } from '../../../src/haproxy/config-file.ts';
import { runtimeAt } from '../../../src/haproxy/runtime.ts';
import { backend, freeze, kill, until } from '../haproxy/rig.ts';
import { ackOf, ask, bench, type Bench, statusWith } from './engine-rig.ts';

const outInFile = (self: Bench): string =>
  [...rotationOf(readFileSync(self.rig.config, 'utf8'))]
    .flatMap(([key, says]) => (says === 'out' ? [key.slice(-2)] : []))
    .join();

const outInMemory = async (self: Bench): Promise<string> => {
  const { servers } = await runtimeAt(self.rig.socket).observe();
  return servers.flatMap(({ server, admin }) => (admin === 'maint' ? [server] : [])).join();
};

const settled = (engine: Engine): Promise<void> =>
  until(() => engine.state.snapshot !== undefined, 'the cluster has a word');
const seen = (engine: Engine): Promise<void> => until(() => engine.state.haproxyPid !== undefined, 'HAProxy is seen');

test.serial(
  'an agent’s exclude is acked when no new request reaches the server, and memory and file are equal',
  async (t) => {
    const self = await bench(t);
    await self.rig.start();
    const engine = await self.engine();
    await settled(engine);
    ask(engine, 'exclude', 'n2');
    await until(() => ackOf(self, 'exclude-n2') !== undefined, 'ack');
    t.is(outInFile(self), 'n2');
    t.is(await outInMemory(self), 'n2');
    t.deepEqual(await self.rig.ask(), ['n1', 'n3']);
    self.status = statusWith();
    ask(engine, 'readmit', 'n2');
    await until(() => ackOf(self, 'readmit-n2') !== undefined, 'ack');
    t.is(outInFile(self), '');
    t.deepEqual(await self.rig.ask(), ['n1', 'n2', 'n3']);
    t.is(self.logs('set-servers').length, 2);
  },
);

test.serial('a failed VNFC: its live sessions are cut, and the client’s next try is served elsewhere', async (t) => {
  const self = await bench(t);
  await self.rig.start();
  self.status = statusWith('n1', 'n3');
  const engine = await self.engine();
  await settled(engine);
  await until(async () => (await outInMemory(self)) === 'n1,n3', 'only n2 is in');
  const slow = self.rig.askSlow();
  await until(async () => (await engine.stats()).some((stat) => stat.server === 'n2' && stat.sessions > 0), 'at n2');
  self.status = statusWith('n2', 'n3');
  ask(engine, 'readmit', 'n1');
  const alert = {
    kind: 'resource',
    node: 'n2',
    happened: Date.now(),
    resource: 'tel-web',
    task: 'monitor',
    intervalMs: 2000,
  } as const;
  engine.post({ type: 'alert', at: now(), alert: { ...alert, rc: 7, targetRc: 0, description: 'not running' } });
  t.not(await slow, 'n2');
  t.deepEqual(await self.rig.ask(), ['n1']);
});

test.serial('HAProxy killed between memory and file, and started again: the right list at once', async (t) => {
  const self = await bench(t);
  const child = await self.rig.start();
  const engine = await self.engine();
  await settled(engine);
  await seen(engine);
  ask(engine, 'exclude', 'n2');
  await kill(child);
  await until(() => ackOf(self, 'exclude-n2') !== undefined, 'ack');
  t.is(outInFile(self), 'n2');
  await self.rig.start();
  t.is(await outInMemory(self), 'n2');
});

test.serial('HAProxy started from an older file is put right as soon as its socket is there', async (t) => {
  const self = await bench(t);
  const engine = await self.engine({ observeMs: 3_600_000 });
  await settled(engine);
  ask(engine, 'exclude', 'n2');
  await until(() => ackOf(self, 'exclude-n2') !== undefined, 'ack');
  const right = readFileSync(self.rig.config, 'utf8');
  writeFileSync(self.rig.config, self.rig.render(new Set()));
  await self.rig.start();
  await until(async () => (await outInMemory(self)) === 'n2', 'memory is right');
  await until(() => readFileSync(self.rig.config, 'utf8') === right, 'the file is right again');
  t.is(self.logs('foreign-change').length, 0);
  t.true(self.logs('file-differs').length > 0);
});

test.serial('a restart of HAProxy during an exclusion ends right', async (t) => {
  const self = await bench(t);
  let child = await self.rig.start();
  const engine = await self.engine();
  await settled(engine);
  for (const type of ['exclude', 'readmit', 'exclude', 'readmit', 'exclude'] as const) {
    self.sent.length = 0;
    const restart = (async () => {
      await kill(child);
      child = await self.rig.start();
    })();
    ask(engine, type, 'n3');
    await restart;
    const right = type === 'exclude' ? 'n3' : '';
    await until(() => ackOf(self, `${type}-n3`) !== undefined, 'ack');
    await until(async () => (await outInMemory(self)) === right, `memory after ${type}`);
    t.is(outInFile(self), right);
  }
});

test.serial(
  'a stopped HAProxy blocks neither the file nor the loop; the agent hears it, and again when it goes on',
  async (t) => {
    const self = await bench(t);
    const child = await self.rig.start();
    const engine = await self.engine({ haproxyTimeoutMs: 8000 });
    await settled(engine);
    await seen(engine);
    await freeze(child);
    ask(engine, 'exclude', 'n2');
    await until(() => outInFile(self) === 'n2', 'the file is right', 7000);
    t.is(self.sent.length, 0, 'HAProxy is still waited for');
    await until(
      () => self.sent.some((message) => message.type === 'ack' && message.error !== undefined),
      'why not',
      30_000,
    );
    t.is(ackOf(self, 'exclude-n2'), undefined);
    t.regex(JSON.stringify(self.sent), /gave no answer at .* within 8000 ms/);
    engine.post({
      type: 'request',
      at: now(),
      id: 'e9',
      out: true,
      backend,
      server: 'n9',
      nodeId: 1,
      sent: 0,
      until: 0,
    });
    await until(() => self.sent.some((message) => message.type === 'ack' && message.id === 'e9'), 'its answer');
    t.like(self.sent.at(-1), { id: 'e9', error: 'there is no server tel-web/n9 in the description' });
    child.kill('SIGCONT');
    await until(() => ackOf(self, 'exclude-n2') !== undefined, 'ack');
    t.deepEqual(await self.rig.ask(), ['n1', 'n3']);
  },
);

test.serial('what was asked of a stopped HAProxy and then taken back does not stay', async (t) => {
  const self = await bench(t);
  const child = await self.rig.start();
  const engine = await self.engine({ haproxyTimeoutMs: 1000 });
  await settled(engine);
  await seen(engine);
  await freeze(child);
  ask(engine, 'exclude', 'n2');
  await until(() => self.sent.length > 0, 'why not');
  ask(engine, 'readmit', 'n2');
  await until(() => outInFile(self) === '', 'the file is right');
  child.kill('SIGCONT');
  await until(() => ackOf(self, 'readmit-n2') !== undefined, 'ack');
  await until(async () => (await outInMemory(self)) === '', 'memory is right');
  t.deepEqual(await self.rig.ask(), ['n1', 'n2', 'n3']);
});

test.serial('a change by hand is seen, logged and put right; a server of others is left alone', async (t) => {
  const self = await bench(t);
  writeFileSync(self.rig.config, self.rig.render(new Set()) + 'backend other\n  server x 127.0.0.1:1\n');
  await self.rig.start();
  const engine = await self.engine();
  await settled(engine);
  await seen(engine);
  await until(() => engine.state.servers.get('tel-web/n1')!.memory === 'in', 'HAProxy is known');
  const byHand = runtimeAt(self.rig.socket);
  await byHand.setServers([
    { backend, server: 'n1', out: true, cut: false },
    { backend: 'other', server: 'x', out: true, cut: false },
  ]);
  await until(async () => (await outInMemory(self)) === 'x', 'n1 is in again');
  t.is(self.logs('foreign-change').length, 1);
  t.like(self.logs('foreign-change')[0], { server: 'tel-web/n1', found: 'out', right: 'in' });
  t.is(self.logs('foreign-server').length, 1);
  t.is(engine.state.servers.get('tel-web/n1')!.drifts, 1);
});

test.serial('a deleted file comes back', async (t) => {
  const self = await bench(t);
  self.status = statusWith('n3');
  const engine = await self.engine();
  await settled(engine);
  await until(() => outInFile(self) === 'n3', 'written');
  rmSync(self.rig.config);
  await until(() => engine.state.written !== undefined && self.logs('file-differs').length > 0, 'seen');
  t.is(await engine.prepare(), self.rig.config);
  t.is(outInFile(self), 'n3');
});

test.serial(
  'a bridge that comes back changes nothing until the cluster has a word, then what the cluster says',
  async (t) => {
    const self = await bench(t);
    await self.rig.start();
    const first = await self.engine();
    await settled(first);
    ask(first, 'exclude', 'n2');
    await until(() => ackOf(self, 'exclude-n2') !== undefined, 'ack');
    await first.stop(); // as with kill -9, nothing is handed over

    self.status = undefined;
    self.logged.length = 0;
    const second = await self.engine();
    await seen(second);
    await until(() => self.logs('pacemaker-silent').length > 0, 'asked in vain');
    await t.throwsAsync(second.prepare(), { message: /has not said yet/ });
    t.is(await outInMemory(self), 'n2');
    t.is(outInFile(self), 'n2');
    t.is(self.logs('set-servers').length, 0);
    t.is(self.logs('pacemaker-silent').length, 1, 'said once');

    self.status = statusWith('n3');
    await until(async () => (await outInMemory(self)) === 'n3', 'by the cluster’s word');
    await until(() => outInFile(self) === 'n3', 'the file too');
    t.is(await second.prepare(), self.rig.config);
  },
);

test.serial(
  'another structure goes into the file at once; a HAProxy without a master has an older one, and that is said with the cure',
  async (t) => {
    const self = await bench(t);
    const child = await self.rig.start();
    const engine = await self.engine();
    await settled(engine);
    await seen(engine);
    t.is(engine.outdated, undefined);
    const moved = self.structure((text) => text.replace('inter 100ms', 'inter 150ms'));
    engine.use({
      ...moved,
      places: moved.places.map((place) => (place.node === 'n3' ? { ...place, port: 1 } : place)),
    });
    await until(() => readFileSync(self.rig.config, 'utf8').includes('150ms'), 'the file follows');
    await until(() => self.logs('haproxy-outdated').length > 0, 'said');
    t.like(self.logs('haproxy-outdated')[0], { cure: 'crm_resource --restart --resource tel-lb --node n1' });
    t.regex(engine.outdated!, /its server tel-web\/n3 is at/);

    engine.use(self.structure((text) => text.replace('inter 100ms', 'inter 160ms')));
    await until(() => /before the description changed/.test(engine.outdated ?? ''), 'also what no server shows');
    await kill(child);
    await self.rig.start();
    await until(() => engine.outdated === undefined, 'a restart takes it up');
  },
);

test.serial('another structure is taken up by a reload, without a request lost', async (t) => {
  const self = await bench(t);
  await self.rig.start(true);
  const engine = await self.engine();
  await settled(engine);
  await seen(engine);
  ask(engine, 'exclude', 'n2');
  await until(() => ackOf(self, 'exclude-n2') !== undefined, 'ack');
  let over = false;
  t.teardown(() => (over = true));
  const answers = new Set<string>();
  const traffic = (async () => {
    while (!over) for (const answer of await self.rig.ask()) answers.add(answer);
  })();
  engine.use(self.structure((text) => text.replace('inter 100ms', 'inter 150ms')));
  await until(() => self.logs('haproxy-reloaded').length > 0, 'reloaded');
  await until(() => engine.outdated === undefined, 'nothing is due any more');
  over = true;
  await traffic;
  t.deepEqual([...answers].sort(), ['n1', 'n3'], 'the excluded one stayed out');
  t.is(self.logs('haproxy-outdated').length, 0);
});

test.serial('from evidence to HAProxy’s yes it takes milliseconds', async (t) => {
  const self = await bench(t);
  await self.rig.start();
  const engine = await self.engine();
  await settled(engine);
  for (let n = 0; n < 50; n++) {
    const type = n % 2 === 0 ? 'exclude' : 'readmit';
    ask(engine, type, 'n2', `id${n}`);
    await until(() => ackOf(self, `id${n}`) !== undefined, 'ack');
  }
  const us = self.logs('set-servers').map((line) => line.usFromEvidence as number);
  us.sort((a, b) => a - b);
  t.log(`evidence → set server: median ${us[us.length >> 1]} µs, max ${us.at(-1)} µs`);
  t.true(us[us.length >> 1]! < 1_000_000);
});
