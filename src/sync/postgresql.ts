/**
 * The channel `checkpoint` on PostgreSQL: a row of vnfha_sync_head for each VNFC, and of vnfha_sync_state for each of its keys.
 * Whatever changes them is one transaction that locks the head's row and compares it.
 *
 * A write is answered when its transaction is on the disk (fsync, synchronous_commit on).
 */
import pg from 'pg';
import { bytesOfPage, firstPage, nextPage, parseVersion, type CheckpointStore } from './checkpoint.ts';
import { answerMs, connectMs } from './connection.ts';
import { encodeRecord } from './record.ts';
import type { StoreAddress } from './store-address.ts';
import { versionText } from './types.ts';
import { partsOf } from './wire.ts';

/** ms. A frozen instance loses its lock on the head after `idle`; a whole state may take `whole` to go. */
const times = { idle: 2000, lock: 4000, whole: 60_000 };

const sql = {
  checks: `SELECT current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,
    set_config('synchronous_commit', current_setting('synchronous_commit'), false) AS synchronous_commit,
    pg_is_in_recovery() AS recovering`,
  tables: `SELECT relname, relpersistence FROM pg_class
    WHERE oid IN (to_regclass('vnfha_sync_head'), to_regclass('vnfha_sync_state'))`,
  make: `SELECT pg_advisory_xact_lock(hashtext('vnfha_sync'));
    CREATE TABLE IF NOT EXISTS vnfha_sync_head (name text PRIMARY KEY, format integer NOT NULL, epoch bigint NOT NULL,
      owner text NOT NULL, version text NOT NULL, keys bigint NOT NULL);
    CREATE TABLE IF NOT EXISTS vnfha_sync_state (name text NOT NULL, key bytea NOT NULL, record bytea NOT NULL,
      PRIMARY KEY (name, key))`,
  head: `SELECT format, epoch, owner, version, keys FROM vnfha_sync_head WHERE name = $1`,
  any: `SELECT 1 FROM vnfha_sync_state WHERE name = $1 LIMIT 1`,
  claim: `INSERT INTO vnfha_sync_head (name, format, epoch, owner, version, keys) VALUES ($1, 1, $2, $3, '0.0', 0)
    ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch, owner = excluded.owner
    WHERE vnfha_sync_head.epoch < excluded.epoch`,
  page: `SELECT key, record FROM vnfha_sync_state WHERE name = $1 AND key > $2 ORDER BY key LIMIT $3`,
  // one statement: one round trip, and no lock is held while the instance is waited for
  apply: `WITH ours AS (
      SELECT name FROM vnfha_sync_head WHERE name = $1 AND epoch = $2 AND owner = $3 AND version = $4 FOR UPDATE
    ), gone AS (
      DELETE FROM vnfha_sync_state state USING ours WHERE state.name = ours.name AND state.key = ANY($6::bytea[]) RETURNING 1
    ), put AS (
      INSERT INTO vnfha_sync_state (name, key, record)
      SELECT ours.name, put.key, put.record FROM ours, unnest($7::bytea[], $8::bytea[]) AS put (key, record)
      ON CONFLICT (name, key) DO UPDATE SET record = excluded.record RETURNING xmax = 0 AS fresh
    )
    UPDATE vnfha_sync_head head SET version = $5,
      keys = keys + (SELECT count(*) FROM put WHERE fresh) - (SELECT count(*) FROM gone)
    FROM ours WHERE head.name = ours.name`,
  lock: `SELECT 1 FROM vnfha_sync_head WHERE name = $1 AND epoch = $2 AND owner = $3 FOR UPDATE`,
  clear: `DELETE FROM vnfha_sync_state WHERE name = $1`,
  add: `INSERT INTO vnfha_sync_state (name, key, record) SELECT $1, * FROM unnest($2::bytea[], $3::bytea[])`,
  done: `UPDATE vnfha_sync_head SET version = $2, keys = $3 WHERE name = $1`,
} as const;

type Row = Readonly<Record<string, unknown>>;

/** What is wrong with what the server says of itself, as a sentence; undefined: nothing. */
export function weaknessOf({
  fsync,
  full_page_writes: pages,
  synchronous_commit: commit,
  recovering,
}: Row): string | undefined {
  // prettier-ignore
  if (recovering === true) return 'it is no primary: it is in recovery';
  const wrong: string[] = [];
  if (fsync !== 'on') wrong.push(`fsync is ${String(fsync)}, not on`);
  if (pages !== 'on') wrong.push(`full_page_writes is ${String(pages)}, not on`);
  if (commit !== 'on' && commit !== 'remote_apply') wrong.push(`synchronous_commit is ${String(commit)}, not on`);
  return wrong.length === 0 ? undefined : `it would lose what it acknowledged: ${wrong.join('; ')}`;
}

/** Where its socket is says where the server listens: FOLDER/.s.PGSQL.PORT. */
function placeOf({ path, host, port }: StoreAddress): { host: string; port: number } {
  if (path === undefined) return { host, port };
  const slash = path.lastIndexOf('/');
  return { host: path.slice(0, slash), port: Number(path.slice(path.lastIndexOf('.') + 1)) };
}

async function connect(address: StoreAddress, database: string): Promise<pg.Client> {
  const { user, password, tls } = address;
  const client = new pg.Client({
    ...placeOf(address),
    database,
    user,
    password: password ?? '',
    ssl: tls ?? false,
    connectionTimeoutMillis: connectMs,
    query_timeout: answerMs,
    idle_in_transaction_session_timeout: times.idle,
    lock_timeout: times.lock,
    keepAlive: true,
    application_name: 'vnfha sync',
  });
  // each query has its own error; without a listener this one would end the process
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function assertKeeps(client: pg.Client): Promise<void> {
  const { rows } = await client.query<Row>(sql.checks);
  const weakness = weaknessOf(rows[0]!);
  if (weakness !== undefined) throw new Error(weakness);
  const tables = await client.query<{ relname: string; relpersistence: string }>(sql.tables);
  if (tables.rows.length < 2) await client.query(sql.make);
  const unlogged = tables.rows.find(({ relpersistence }) => relpersistence !== 'p');
  if (unlogged !== undefined) throw new Error(`the table ${unlogged.relname} is not logged, so it is lost in a crash`);
}

export function createPostgresqlStore(
  address: StoreAddress,
  database: string,
  vnfc: string,
): CheckpointStore<pg.Client> {
  // prettier-ignore
  function drop(client: pg.Client): void {
    client.end().catch(() => undefined);
  }

  return {
    name: `postgresql ${address.text}/${database}`,
    async connect() {
      const client = await connect(address, database);
      try {
        await assertKeeps(client);
      } catch (error) {
        drop(client);
        throw error;
      }
      return client;
    },
    drop,
    async head(client) {
      const { rows } = await client.query<{ format: number; epoch: string; owner: string; version: string; keys: string }>(sql.head, [vnfc]); // prettier-ignore
      const [row] = rows;
      if (row === undefined) {
        if ((await client.query(sql.any, [vnfc])).rowCount !== 0)
          throw new Error(`vnfha_sync_state has rows of ${vnfc}, but vnfha_sync_head has none`);
        return undefined;
      }
      if (row.format !== 1) throw new Error(`the state of ${vnfc} has the format ${row.format}: this program knows 1`);
      return { epoch: Number(row.epoch), by: row.owner, version: parseVersion(row.version), keys: Number(row.keys) };
    },
    claim: async (client, { epoch, by }) => void (await client.query(sql.claim, [vnfc, epoch, by])),
    async *records(client) {
      let last = Buffer.alloc(0);
      let count = firstPage;
      for (;;) {
        const { rows } = await client.query<{ key: Buffer; record: Buffer }>(sql.page, [vnfc, last, count]);
        yield rows;
        if (rows.length < count) return;
        last = rows.at(-1)!.key as typeof last;
        count = nextPage(count, bytesOfPage(rows));
      }
    },
    async apply(client, { epoch, by }, { after, version, puts, deletes }) {
      const { rowCount } = await client.query(sql.apply, [
        vnfc,
        epoch,
        by,
        versionText(after),
        versionText(version),
        deletes,
        puts.map(({ key }) => key),
        puts.map(encodeRecord),
      ]);
      return rowCount === 1;
    },
    async replace(client, { epoch, by }, snapshot) {
      await client.query('BEGIN');
      if ((await client.query(sql.lock, [vnfc, epoch, by])).rowCount !== 1) {
        await client.query('ROLLBACK');
        return false;
      }
      await client.query({ text: sql.clear, values: [vnfc], query_timeout: times.whole } as pg.QueryConfig);
      for (const { pairs } of partsOf(snapshot))
        await client.query(sql.add, [vnfc, pairs.map(({ key }) => key), pairs.map(encodeRecord)]);
      await client.query(sql.done, [vnfc, versionText(snapshot.version), snapshot.pairs.length]);
      await client.query({ text: 'COMMIT', query_timeout: times.whole } as pg.QueryConfig);
      return true;
    },
  };
}
