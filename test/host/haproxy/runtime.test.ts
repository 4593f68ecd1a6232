/** The runtime socket of a real HAProxy. */
import { writeFileSync } from 'node:fs';
import test from 'ava';
import { runtimeAt } from '../../../src/haproxy/runtime.ts';
import { Failure } from '../../../src/process/failure.ts';
import { backend, freeze, haproxyRig, kill, until } from './rig.ts';

const order = (server: string, out: boolean, cut = false) => ({ backend, server, out, cut });

test.serial('maint takes new requests away, ready gives them back; every outcome is read', async (t) => {
  const rig = await haproxyRig(t);
  await rig.start();
  const runtime = runtimeAt(rig.socket);
  t.deepEqual(await rig.ask(), ['n1', 'n2', 'n3']);

  t.deepEqual(await runtime.setServers([order('n2', true), order('n9', true, true), order('n1', false)]), [
    'done',
    'absent',
    'done',
  ]);
  t.deepEqual(await rig.ask(), ['n1', 'n3']);
  t.deepEqual(await runtime.setServers([{ ...order('n1', true), backend: 'nowhere' }]), ['absent']);

  t.deepEqual(await runtime.setServers([order('n2', false)]), ['done']);
  t.deepEqual(await rig.ask(), ['n1', 'n2', 'n3']);
});

test.serial('observe and stats say what is: process, admin state, status words, addresses', async (t) => {
  const rig = await haproxyRig(t);
  writeFileSync(rig.config, rig.render(new Set(['tel-web/n3'])));
  const child = await rig.start();
  const runtime = runtimeAt(rig.socket);
  await runtime.setServers([order('n2', true)]);
  const { info, servers } = await runtime.observe();
  t.is(info.pid, child.pid!);
  t.deepEqual(
    servers.map(({ server, admin, address, port }) => [server, admin, address, port]),
    [
      ['n1', 'ready', '127.0.0.1', rig.backendPorts.n1],
      ['n2', 'maint', '127.0.0.1', rig.backendPorts.n2],
      ['n3', 'maint', '127.0.0.1', rig.backendPorts.n3],
    ],
  );
  const stats = await runtime.stats();
  t.deepEqual(
    stats.filter((stat) => stat.server !== 'n1').map(({ server, status }) => [server, status]),
    [
      ['n2', 'MAINT'],
      ['n3', 'MAINT'],
      // The backend's own row is no server's: 'show stat -1 4 -1' leaves it out.
    ],
  );
});

test.serial('a server disabled in the file takes requests after ready, without a restart', async (t) => {
  const rig = await haproxyRig(t);
  writeFileSync(rig.config, rig.render(new Set(['tel-web/n1', 'tel-web/n2', 'tel-web/n3'])));
  await rig.start();
  t.deepEqual(await rig.ask(), ['503']);
  const runtime = runtimeAt(rig.socket);
  await runtime.setServers([order('n3', false)]);
  await until(async () => (await rig.ask()).join() === 'n3', 'n3 answers');
  t.is((await runtime.observe()).servers[2]!.admin, 'ready');
});

test.serial('ready forces no health: a server whose check fails stays without requests', async (t) => {
  const rig = await haproxyRig(t);
  writeFileSync(rig.config, rig.render(new Set(['tel-web/n2'])).replace(/(server n2 127\.0\.0\.1:)\d+/, '$11'));
  await rig.start();
  const runtime = runtimeAt(rig.socket);
  await runtime.setServers([order('n2', false)]);
  const status = async () => (await runtime.stats()).find(({ server }) => server === 'n2')?.status;
  await until(async () => (await status()) === 'DOWN', 'the check of n2 fails');
  t.deepEqual(await rig.ask(), ['n1', 'n3']);
});

test.serial('an exclusion cuts live sessions only if it says so', async (t) => {
  const rig = await haproxyRig(t);
  await rig.start();
  const runtime = runtimeAt(rig.socket);
  await runtime.setServers([order('n1', true), order('n3', true)]);
  const busy = async () => (await runtime.stats()).some(({ server, sessions }) => server === 'n2' && sessions > 0);

  const kept = rig.askSlow();
  await until(busy, 'the request is at n2');
  await runtime.setServers([order('n2', true)]);
  t.is(await kept, 'n2', 'a planned exclusion lets it finish');

  await runtime.setServers([order('n2', false)]);
  const cut = rig.askSlow();
  await until(busy, 'the request is at n2');
  const started = Date.now();
  await runtime.setServers([order('n2', true, true)]);
  t.not(await cut, 'n2');
  t.true(Date.now() - started < 1000, 'cut at once');
});

test.serial('many servers are set in one call, more than fit into one line', async (t) => {
  const rig = await haproxyRig(t);
  await rig.start();
  const outcomes = await runtimeAt(rig.socket).setServers(Array.from({ length: 200 }, () => order('n2', true, true)));
  t.deepEqual(new Set(outcomes), new Set(['done']));
  t.is(outcomes.length, 200);
});

test.serial('a stopped HAProxy is a timeout, a dead one is not running', async (t) => {
  const rig = await haproxyRig(t);
  const child = await rig.start();
  const runtime = runtimeAt(rig.socket, 200);
  await freeze(child);
  const hung = await t.throwsAsync(runtime.observe(), { instanceOf: Failure });
  t.is(hung.kind, 'timeout');
  await kill(child);
  const dead = await t.throwsAsync(runtime.observe(), { instanceOf: Failure });
  t.is(dead.kind, 'missing');
});
