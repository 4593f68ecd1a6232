/** The channel `checkpoint` when its store is away, frozen, weak, foreign or empty; and the ways in. */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { makeCertificates } from '../../../bench/sync-check/certificates.ts';
import { makeSidecars, type Sidecar } from '../../../bench/sync-check/sidecars.ts';
import { makePostgresql, makeRedis, type StoreServer } from '../../../bench/sync-check/stores.ts';
import { createPostgresqlStore } from '../../../src/sync/postgresql.ts';
import { until } from '../../lab/wait.ts';
import { codeOf, ownHost, scene } from './rig.ts';

interface Kind {
  /** Arguments with which it may lose what it acknowledged, and what is said then. */
  readonly weak: readonly string[];
  readonly weakness: RegExp;
  /** What a foreign hand does to the state of the VNFC `check`, at most. */
  readonly damage: (store: StoreServer) => void;
  readonly remove: (store: StoreServer) => void;
  readonly empty: (store: StoreServer) => void;
}

const redis = ({ socket }: StoreServer, ...args: string[]): void => void execFileSync('redis-cli', ['-e', '-s', socket, ...args]); // prettier-ignore
const psql = ({ folder }: StoreServer, sql: string): void => void execFileSync('psql', ['-q', '-h', folder, '-U', 'vnfha', 'postgres', '-c', sql]); // prettier-ignore

const kinds: Readonly<Record<string, Kind>> = {
  'checkpoint-redis': {
    weak: ['--appendfsync', 'everysec', '--no-appendfsync-on-rewrite', 'yes'],
    weakness: /appendfsync is everysec, not always; no-appendfsync-on-rewrite is yes, not no/,
    damage: (store) => redis(store, 'HSET', 'vnfha:{check}:state', 'k1', 'hello'),
    remove: (store) => redis(store, 'HDEL', 'vnfha:{check}:state', 'k1'),
    empty: (store) => redis(store, 'FLUSHALL'),
  },
  'checkpoint-postgresql': {
    weak: ['-c', 'fsync=off', '-c', 'synchronous_commit=off'],
    weakness: /fsync is off, not on; synchronous_commit is off, not on/,
    damage: (store) => psql(store, "UPDATE vnfha_sync_state SET record = overlay(record PLACING 'x' FROM 26) WHERE key = 'k1'"), // prettier-ignore
    remove: (store) => psql(store, "DELETE FROM vnfha_sync_state WHERE key = 'k1'"),
    empty: (store) => psql(store, 'DROP TABLE vnfha_sync_head, vnfha_sync_state'),
  },
};

const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (error: Error) => error.message,
  );

const residentMiB = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;

for (const [channel, kind] of Object.entries(kinds)) {
  test(`${channel}: while the store is away writes are refused, memory is bounded, and nothing acknowledged is lost`, async (t) => {
    const { all, ground } = await scene(t, channel);
    const [one, two] = [all[0]!, all[1]!];
    const store = ground.store!;
    await one.role('active', 1);
    for (let n = 0; n < 20; n += 1) await one.client.put(`k${n}`, `${n}`);
    await store.kill();
    // the first writes may have to find out
    await until('it is said', async () => (await codeOf(one.client.put('lost', 'x'))) === 'storage');
    t.like((await one.client.status()).copies[0], { connected: false });
    t.regex((await one.client.status()).copies[0]!.problem!, /ENOENT|ECONNREFUSED/);
    t.is(await codeOf(two.role('active', 2)), 'storage', 'and nobody is promoted');
    // more than is kept for it (64 MiB): it gets the whole state later
    const big = Buffer.alloc(2 ** 20, 'x');
    for (let n = 0; n < 100; n += 1) await one.client.put('big', big, 'local');
    t.true(residentMiB(one.pid) < 400, `${residentMiB(one.pid)} MiB`);
    await store.start();
    await until('it goes on', () => one.client.put('again', 'y').catch(() => undefined));
    for (let n = 0; n < 10; n += 1) await one.client.put(`more${n}`, `${n}`);
    await one.kill();
    await two.role('active', 3);
    const state = await two.client.snapshot();
    for (let n = 0; n < 20; n += 1) t.is(state.get(`k${n}`)?.toString(), `${n}`);
    for (let n = 0; n < 10; n += 1) t.is(state.get(`more${n}`)?.toString(), `${n}`);
    t.is(state.get('big')?.length, big.length);
    t.is(state.get('again')?.toString(), 'y');
  });

  test(`${channel}: a frozen store acknowledges nothing, and goes on by itself`, async (t) => {
    const { all, ground } = await scene(t, channel, ['node1']);
    const one = all[0]!;
    await one.role('active', 1);
    await one.client.put('a', '1');
    ground.store!.signal('SIGSTOP');
    t.is(await codeOf(one.client.put('a', '2')), 'unconfirmed');
    await until('it is said', async () => (await codeOf(one.client.put('b', '3'))) === 'storage');
    ground.store!.signal('SIGCONT');
    await until('it goes on', () => one.client.put('c', '4').catch(() => undefined));
    t.is((await one.client.get('c'))?.toString(), '4');
  });

  test(`${channel}: a store that may lose what it acknowledged is refused`, async (t) => {
    const { all, ground } = await scene(t, channel, ['node1']);
    await ground.store!.kill();
    await ground.store!.start(...kind.weak);
    const said = await messageOf(all[0]!.role('active', 1));
    t.regex(said, kind.weakness);
    t.is(await codeOf(all[0]!.role('active', 2)), 'storage');
    await ground.store!.kill();
    await ground.store!.start();
    await all[0]!.role('active', 3);
    t.deepEqual((await all[0]!.client.status()).mayLack, [], 'and what failed before it is no loss');
  });

  test(`${channel}: what a foreign hand did is seen; an empty store is no beginning`, async (t) => {
    const { all, ground } = await scene(t, channel, ['node1']);
    const one = all[0]!;
    const store = ground.store!;
    await one.role('active', 1);
    for (let n = 0; n < 5; n += 1) await one.client.put(`k${n}`, 'value');
    await one.kill();
    await one.start();
    kind.damage(store);
    t.regex(await messageOf(one.role('active', 2)), /the key "k1" is damaged, or none of ours/);
    kind.remove(store);
    t.regex(await messageOf(one.role('active', 3)), /has 4 keys where 5 were written/);
    kind.empty(store);
    t.is(await codeOf(one.role('active', 4)), 'not-enough-copies');
    t.is(await codeOf(one.role('active', 5)), 'not-enough-copies', 'and asking again changes nothing');
    await one.role('active', 6, 'promote');
    await one.client.put('new', '1');
    kind.empty(store);
    await until('an active one says so', async () => (await codeOf(one.client.put('new', '2'))) === 'storage');
    t.regex((await one.client.status()).copies[0]!.problem!, /lost what was written|does not exist/);
    t.is(await codeOf(one.role('active', 7)), 'not-enough-copies');
    await one.role('active', 8, 'promote');
    t.truthy(await one.client.get('new'), 'it had the state itself');
  });
}

function ending(t: ExecutionContext, store: StoreServer): StoreServer {
  t.teardown(() => store.end());
  return store;
}

async function withChannel(t: ExecutionContext, channel: object): Promise<Sidecar> {
  const folder = mkdtempSync(join(tmpdir(), 'sync-'));
  const sidecars = await makeSidecars(folder, ['node1'], () => channel);
  t.teardown(async () => {
    await sidecars.end();
    rmSync(folder, { recursive: true, force: true });
  });
  return sidecars.all[0]!;
}

async function throughTheDoor(t: ExecutionContext, one: Sidecar, folder: string): Promise<void> {
  const file = join(folder, 'password');
  writeFileSync(file, 'not this one\n', { mode: 0o644 });
  chmodSync(file, 0o644);
  await t.throwsAsync(() => one.start());
  t.regex(readFileSync(one.log, 'utf8'), /the store's password in .* is open to others \(mode 0644\)/);
  chmodSync(file, 0o600);
  await one.start();
  t.regex(await messageOf(one.role('active', 1)), /WRONGPASS|password authentication failed/);
  await one.kill();
  writeFileSync(file, 'correct horse\n');
  await one.start();
  await one.role('active', 2);
  await one.client.put('a', '1');
  t.notRegex(readFileSync(one.log, 'utf8'), /correct horse|not this one/);
}

test('Redis by mutual TLS, with a user who may do what docs/sync.md says', async (t) => {
  const store = ending(t, makeRedis());
  const { folder } = store;
  makeCertificates(folder, ['store', 'sidecar']);
  const at = (name: string): string => join(folder, name);
  const acl = /user registrar on .*/.exec(readFileSync('docs/sync.md', 'utf8'))![0];
  const user = acl.replaceAll('registrar', 'check').replace('>PASSWORD', '>correct horse').split(' ').slice(1);
  const password = user.indexOf('>correct');
  user.splice(password, 2, '>correct horse');
  await store.start(
    ...['--bind', ownHost(3), '--tls-port', '6379', '--tls-auth-clients', 'yes', '--tls-ca-cert-file', at('ca.pem')],
    ...['--tls-cert-file', at('store.pem'), '--tls-key-file', at('store.key'), '--user', ...user],
  );
  const tls = { ca: at('ca.pem'), certificate: at('sidecar.pem'), key: at('sidecar.key'), serverName: 'store' };
  const channel = { type: 'checkpoint-redis', address: `${ownHost(3)}:6379`, user: 'check', passwordFile: at('password'), tls }; // prettier-ignore
  await throughTheDoor(t, await withChannel(t, channel), folder);
});

test('PostgreSQL by TLS and password; a server with a certificate for another name is refused', async (t) => {
  const store = ending(t, makePostgresql());
  const { folder } = store;
  makeCertificates(folder, ['store']);
  const at = (name: string): string => join(folder, name);
  const { uid, gid } = statSync(at('data'));
  chownSync(at('store.key'), uid, gid);
  writeFileSync(at('hba'), 'local all all trust\nhostssl all all 127.0.0.0/8 scram-sha-256\n');
  chmodSync(at('hba'), 0o644);
  const ssl = [
    'ssl=on',
    `ssl_cert_file=${at('store.pem')}`,
    `ssl_key_file=${at('store.key')}`,
    `hba_file=${at('hba')}`,
  ];
  await store.start('-h', ownHost(3), ...ssl.flatMap((each) => ['-c', each]));
  psql(store, "CREATE ROLE registrar LOGIN PASSWORD 'correct horse'");
  psql(store, 'CREATE DATABASE registrar OWNER registrar');
  const channel = (serverName: string): object => ({
    type: 'checkpoint-postgresql',
    address: `${ownHost(3)}:5432`,
    user: 'registrar',
    database: 'registrar',
    passwordFile: at('password'),
    tls: { ca: at('ca.pem'), serverName },
  });
  await throughTheDoor(t, await withChannel(t, channel('store')), folder);
  const other = await withChannel(t, channel('elsewhere'));
  await other.start();
  t.regex(await messageOf(other.role('active', 5)), /does not match certificate/);
});

test('PostgreSQL: an instance that froze while it wrote the whole state keeps its successor waiting for seconds only', async (t) => {
  const store = ending(t, makePostgresql());
  await store.start();
  const address = { text: store.socket, path: store.socket, host: '', port: 0, user: 'vnfha' };
  const pg = createPostgresqlStore(address, 'postgres', 'check');
  // as the channel does: with another connection, where the machine was too slow for one answer
  const claimed = (epoch: number, by: string, withinMs: number) =>
    until(
      `${by} has it`,
      async () => {
        const one = await pg.connect().catch(() => undefined);
        if (one === undefined) return undefined;
        const done = await pg.claim(one, { epoch, by }).then(
          () => true,
          () => false,
        );
        if (!done) pg.drop(one);
        return done ? one : undefined;
      },
      withinMs,
    );
  const old = await claimed(1, 'a', 30_000);
  await old.query('BEGIN');
  await old.query("SELECT 1 FROM vnfha_sync_head WHERE name = 'check' FOR UPDATE");
  const next = await claimed(2, 'b', 10_000);
  t.like(await pg.head(next), { epoch: 2, by: 'b' });
  await t.throwsAsync(() => old.query('COMMIT'));
  pg.drop(old);
  pg.drop(next);
});
