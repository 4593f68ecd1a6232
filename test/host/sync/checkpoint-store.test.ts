/** What src/sync/checkpoint.ts relies on: that each store compares and changes in one step. */
import test, { type ExecutionContext } from 'ava';
import { makePostgresql, makeRedis, type StoreServer } from '../../../bench/sync-check/stores.ts';
import type { CheckpointStore, KeyAndRecord } from '../../../src/sync/checkpoint.ts';
import { createPostgresqlStore } from '../../../src/sync/postgresql.ts';
import { createRedisStore, type RedisClient } from '../../../src/sync/redis.ts';
import { type Changes, decodeRecord } from '../../../src/sync/record.ts';
import { type Pair, type Snapshot, zero } from '../../../src/sync/types.ts';

const addressOf = ({ socket }: StoreServer) => ({ text: socket, path: socket, host: '', port: 0, user: 'vnfha' });
const one = { epoch: 1, by: 'a' };
const two = { epoch: 2, by: 'b' };
const at = (epoch: number, sequence: number) => ({ epoch, sequence });
const pair = (key: string, value: string, sequence = 1): Pair => ({ key: Buffer.from(key), value: Buffer.from(value), version: at(1, sequence) }); // prettier-ignore

const changes = (from: number, puts: readonly Pair[], deletes: readonly string[] = []): Changes => ({
  after: from === 0 ? zero : at(1, from),
  version: at(1, from + 1),
  puts,
  deletes: deletes.map((key) => Buffer.from(key)),
});

async function contents<Client>(store: CheckpointStore<Client>, client: Client): Promise<Record<string, string>> {
  const found: KeyAndRecord[] = [];
  for await (const some of store.records(client)) found.push(...some);
  return Object.fromEntries(
    found.map(({ key, record }) => [key.toString(), decodeRecord(key, record)!.value.toString()]),
  );
}

/** Whatever order requests arrive in, a reign changes nothing once a newer one, or another instance's, has begun. */
async function isFenced<Client>(t: ExecutionContext, store: CheckpointStore<Client>): Promise<void> {
  const client = await store.connect();
  t.is(await store.head(client), undefined);
  await store.claim(client, one);
  t.deepEqual(await store.head(client), { ...one, version: zero, keys: 0 });
  t.true(await store.apply(client, one, changes(0, [pair('x', '1'), pair('y', '1')])));
  t.false(await store.apply(client, one, changes(0, [pair('x', '0')])), 'the same once more, late');
  t.true(await store.apply(client, one, changes(1, [pair('x', '2', 2), pair('z', '2', 2)], ['y', 'none'])));
  t.deepEqual(await store.head(client), { ...one, version: at(1, 2), keys: 2 });

  await store.claim(client, { epoch: 1, by: 'b' });
  t.like(await store.head(client), one, 'an epoch belongs to one instance');
  t.false(await store.apply(client, { epoch: 1, by: 'b' }, changes(2, [pair('x', '3', 3)])));
  await store.claim(client, two);
  t.deepEqual(await store.head(client), { ...two, version: at(1, 2), keys: 2 });
  // nothing was written in the new epoch yet: the version alone would let it pass
  const snapshot: Snapshot = { version: at(1, 3), pairs: [pair('stale', '3', 3)] };
  t.false(await store.apply(client, one, changes(2, [pair('stale', '3', 3)])));
  t.false(await store.replace(client, one, snapshot));
  await store.claim(client, one);
  t.like(await store.head(client), two, 'and the epoch never falls');
  t.deepEqual(await contents(store, client), { x: '2', z: '2' });

  t.true(await store.replace(client, two, { version: at(2, 3), pairs: [pair('new', '4')] }));
  t.deepEqual(await store.head(client), { ...two, version: at(2, 3), keys: 1 });
  t.deepEqual(await contents(store, client), { new: '4' });
  t.true(await store.replace(client, two, { version: at(2, 4), pairs: [] }));
  t.deepEqual(await contents(store, client), {});
  store.drop(client);
}

/** Of any size, keys and values being bytes; and two VNFCs in one store don't meet. */
async function holdsMuch<Client>(t: ExecutionContext, make: (vnfc: string) => CheckpointStore<Client>): Promise<void> {
  const [store, other] = [make('much'), make('other')];
  const client = await store.connect();
  await other.claim(client, one);
  await other.apply(client, one, changes(0, [pair('x', 'other')]));
  await store.claim(client, one);
  const bytes = (n: number): Buffer => Buffer.from([0, 255, 0x27, 0x5c, n >> 8, n & 255]);
  const pairs = Array.from({ length: 3000 }, (_, n) => ({ key: bytes(n), value: Buffer.alloc(n % 100 === 0 ? 2 ** 19 : n % 50, n), version: at(1, 1) })); // prettier-ignore
  t.true(await store.replace(client, one, { version: at(1, 1), pairs }));
  const gone = pairs.slice(0, 20).map(({ key }) => key);
  t.true(await store.apply(client, one, { ...changes(1, pairs.slice(20, 40)), deletes: gone }));
  const found = new Map<string, Buffer>();
  let largest = 0;
  for await (const some of store.records(client)) {
    largest = Math.max(largest, some.length);
    for (const { key, record } of some) found.set(key.toString('hex'), decodeRecord(key, record)!.value);
  }
  t.true(largest < 1100 && largest > 20, `${largest} in one page`);
  t.is(found.size, 2980);
  for (const { key, value } of pairs.slice(20)) t.true(found.get(key.toString('hex'))!.equals(value));
  t.deepEqual(await contents(other, client), { x: 'other' });
  t.like(await other.head(client), { keys: 1 });
  store.drop(client);
}

async function started(t: ExecutionContext, server: StoreServer): Promise<StoreServer> {
  t.teardown(() => server.end());
  await server.start();
  return server;
}

test('Redis', async (t) => {
  const address = addressOf(await started(t, makeRedis()));
  const make = (vnfc: string) => createRedisStore({ ...address, user: undefined }, vnfc);
  await isFenced(t, make('check'));
  await holdsMuch(t, make);
});

test('Redis: what is left of an attempt to write the whole state does not come in between', async (t) => {
  const address = addressOf(await started(t, makeRedis()));
  const store = createRedisStore({ ...address, user: undefined }, 'check');
  const client = await store.connect();
  await store.claim(client, one);
  const isPart = (script: unknown): boolean => String(script).includes("'HSET', KEYS[3]");
  const isFinish = (script: unknown): boolean => String(script).includes("'RENAME', KEYS[3]");
  // the part of the first attempt arrives when the second is about to be finished
  let arrive: (() => Promise<unknown>) | undefined;
  const slow: RedisClient = {
    ...client,
    call: (...args) => (isPart(args[1]) ? new Promise((resolve) => (arrive = async () => resolve(await client.call(...args)))) : client.call(...args)), // prettier-ignore
  };
  const early = store.replace(slow, one, { version: at(1, 1), pairs: [pair('k', 'early')] });
  while (arrive === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
  const late: RedisClient = {
    ...client,
    async call(...args) {
      if (isFinish(args[1])) await arrive!();
      return client.call(...args);
    },
  };
  t.true(await store.replace(late, one, { version: at(1, 2), pairs: [pair('k', 'late')] }));
  t.false(await early);
  t.deepEqual(await contents(store, client), { k: 'late' });
  client.destroy();
});

test('PostgreSQL', async (t) => {
  const address = addressOf(await started(t, makePostgresql()));
  const make = (vnfc: string) => createPostgresqlStore(address, 'postgres', vnfc);
  await isFenced(t, make('check'));
  await holdsMuch(t, make);
});
