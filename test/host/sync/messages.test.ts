/** The channel `messages` on real corosyncs: one that joins, corosync's death, a network cut and healed. */
import { readFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import type { Sidecar } from '../../../bench/sync-check/sidecars.ts';
import { until } from '../../lab/wait.ts';
import { codeOf, firstPromotion, scene } from './rig.ts';

const copyOf = async (active: Sidecar, name: string) =>
  (await active.client.status()).copies.find(({ copy }) => copy === name)!;
const connected = (active: Sidecar, name: string) =>
  until(`${active.name} has ${name}`, async () => (await copyOf(active, name)).connected);
const missed = (active: Sidecar, name: string) =>
  until(`${active.name} misses ${name}`, async () => !(await copyOf(active, name)).connected);

/** Writes all the time; what was acknowledged. */
function stream(active: Sidecar, prefix: string, level: 'standby' | 'quorum' = 'standby') {
  const acknowledged: string[] = [];
  let over = false;
  const running = (async () => {
    for (let n = 0; !over; n += 1) {
      const key = `${prefix}/${n}`;
      if ((await codeOf(active.client.put(key, key.repeat(100), level))) === 'none') acknowledged.push(key);
    }
  })();
  return {
    acknowledged,
    async end(): Promise<readonly string[]> {
      over = true;
      await running;
      return acknowledged;
    },
  };
}

async function same(t: ExecutionContext, active: Sidecar, other: Sidecar): Promise<void> {
  const { version } = await active.client.status();
  await until(`${other.name} is at ${JSON.stringify(version)}`, async () => {
    const at = (await other.client.status()).version;
    return at.epoch === version.epoch && at.sequence === version.sequence;
  });
  const [a, b] = await Promise.all([active.client.snapshot(), other.client.snapshot({ stale: true })]);
  t.is(b.size, a.size);
  t.true(
    [...a].every(([key, value]) => b.get(key)?.equals(value)),
    `${other.name} has what ${active.name} has`,
  );
}

test.serial(
  'a member that joins while writes stream has every one of them; a batch larger than corosync takes comes whole',
  async (t) => {
    const { all } = await scene(t, 'messages', ['node1', 'node2']);
    const [one, two, three] = [all[0]!, all[1]!, all[2]!];
    await firstPromotion(one);
    await connected(one, 'node2');
    const big = Array.from({ length: 3 }, (_, n) => ({ op: 'put' as const, key: Buffer.from(`big/${n}`), value: Buffer.alloc(2 ** 20, n) })); // prettier-ignore
    await one.client.batch(big);
    for (let n = 3; n < 8; n += 1) await one.client.put(`big/${n}`, Buffer.alloc(2 ** 20, n));
    const writing = stream(one, 'k');
    await until('writes stream', () => writing.acknowledged.length > 50);
    await three.start();
    await until('it has the state', async () => (await three.client.status()).holding === 'whole');
    const seen = writing.acknowledged.length;
    await until('they stream on', () => writing.acknowledged.length > seen + 50);
    await two.kill(); // and its memory
    await missed(one, 'node2');
    await two.start();
    await connected(one, 'node2');
    const acknowledged = await writing.end();
    await same(t, one, three);
    await same(t, one, two);
    const state = await three.client.snapshot({ stale: true });
    t.deepEqual(acknowledged.filter((key) => !state.has(key)), []); // prettier-ignore
    t.regex(readFileSync(one.log, 'utf8'), /"resync"/);
  },
);

test.serial('corosync dies at a standby, then at the active one: each comes back, and nothing is lost', async (t) => {
  const { all, ground } = await scene(t, 'messages');
  const corosyncs = ground.corosyncs!;
  const [one, two, three] = [all[0]!, all[1]!, all[2]!];
  await firstPromotion(one);
  await connected(one, 'node2');
  await connected(one, 'node3');
  const writing = stream(one, 'k');
  await until('writes stream', () => writing.acknowledged.length > 20);
  await corosyncs.kill('node2');
  await missed(one, 'node2');
  const seen = writing.acknowledged.length;
  await until('they stream on', () => writing.acknowledged.length > seen + 20);
  await corosyncs.start('node2');
  await connected(one, 'node2');
  await corosyncs.kill('node1');
  t.is(await until('it says that it is alone', async () => { const code = await codeOf(one.client.put('a', '1')); return code === 'unconfirmed' ? undefined : code; }), 'level-unavailable'); // prettier-ignore
  t.regex((await copyOf(one, 'node2')).problem!, /corosync/i);
  t.is(await codeOf(one.client.put('b', '1', 'local')), 'none');
  const before = writing.acknowledged.length;
  await corosyncs.start('node1');
  await until('writes stream again', () => writing.acknowledged.length > before + 20);
  const acknowledged = await writing.end();
  for (const each of [two, three]) {
    await same(t, one, each);
    const state = await each.client.snapshot({ stale: true });
    t.deepEqual(acknowledged.filter((key) => !state.has(key)), []); // prettier-ignore
  }
});

test.serial(
  'an active instance that is cut off gets nothing acknowledged, and is fenced when the network heals',
  async (t) => {
    const { all, ground } = await scene(t, 'messages');
    const corosyncs = ground.corosyncs!;
    const [one, two, three] = [all[0]!, all[1]!, all[2]!];
    const epoch = await firstPromotion(one);
    await connected(one, 'node2');
    await connected(one, 'node3');
    const writing = stream(one, 'k');
    await until('writes stream', () => writing.acknowledged.length > 20);
    ground.plug!('node1', false);
    await corosyncs.ring(['node2', 'node3']);
    await two.role('active', epoch + 1);
    const acknowledged = [...writing.acknowledged];
    await connected(two, 'node3');
    t.is(await codeOf(two.client.put('a', 'new', 'quorum')), 'none');
    await missed(one, 'node2');
    await missed(one, 'node3');
    t.is(await codeOf(one.client.put('a', 'stale')), 'level-unavailable');
    t.is(await codeOf(one.client.put('a', 'stale', 'local')), 'none', 'what is local nobody else sees');
    ground.plug!('node1', true);
    await until('it is fenced', async () => (await one.client.status()).role === 'fenced');
    t.deepEqual(await writing.end(), acknowledged, 'nothing was acknowledged after the cut');
    t.is(await codeOf(one.client.put('a', 'stale', 'local')), 'not-active');
    await connected(two, 'node1');
    t.is((await two.client.get('a'))!.toString(), 'new');
    await same(t, two, one);
    await same(t, two, three);
    const state = await two.client.snapshot();
    t.deepEqual(acknowledged.filter((key) => !state.has(key)), []); // prettier-ignore
  },
);
