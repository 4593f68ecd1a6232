/**
 * The channel `checkpoint`: the state is in a Redis or PostgreSQL outside of all instances, a record for each key, and a head that says
 * who may write. This is what both have in common; a store only has to compare the head and change it, atomically.
 */
import { createConnection, type Connector } from './connection.ts';
import type { Reign } from './follower.ts';
import { costOf } from './limits.ts';
import { type Changes, changesOf, decodeRecord } from './record.ts';
import type { StoreBackend } from './store-channel.ts';
import { compareVersions, type Pair, type Snapshot, StaleEpoch, type Version, versionText, zero } from './types.ts';

/** What a store knows about the state in it. */
export interface Head extends Reign {
  readonly version: Version;
  /** How many keys the state has. */
  readonly keys: number;
}

export interface KeyAndRecord {
  readonly key: Buffer;
  readonly record: Buffer;
}

export interface CheckpointStore<Client> extends Connector<Client> {
  /** As the status and the log call it. */
  readonly name: string;
  /** @throws Error when what is there is none of ours */
  head(client: Client): Promise<Head | undefined>;
  /** Raises the epoch, if it is higher; makes the head when there is none. */
  claim(client: Client, reign: Reign): Promise<void>;
  records(client: Client): AsyncIterable<readonly KeyAndRecord[]>;
  /** All of it, if the head is of this reign and the version is `after`; else nothing, and false. */
  apply(client: Client, reign: Reign, changes: Changes): Promise<boolean>;
  /** The whole state, if the head is of this reign; else nothing, and false. */
  replace(client: Client, reign: Reign, snapshot: Snapshot): Promise<boolean>;
}

/** How many records are asked for at first. */
export const firstPage = 16;

/** How many are asked for after a page of `count` that had so many bytes: a page is to have some MiB, whatever the values are. */
export function nextPage(count: number, bytes: number): number {
  const wanted = Math.floor((count * 4 * 2 ** 20) / Math.max(bytes, 1));
  return Math.max(1, Math.min(wanted, 2 * count, 1000));
}

export const bytesOfPage = (page: readonly KeyAndRecord[]): number =>
  page.reduce((sum, { key, record }) => sum + key.length + record.length, 0);

/** `totalBytes`: what a state has at most. */
export function createCheckpoint<Client>(store: CheckpointStore<Client>, totalBytes: number): StoreBackend {
  const connection = createConnection(store);

  /** The head, which must be this reign's. */
  async function own(client: Client, reign: Reign): Promise<Head> {
    const head = await store.head(client);
    if (head === undefined || head.epoch < reign.epoch)
      throw new Error(
        `${store.name} has lost what was written: it has ${head === undefined ? 'nothing' : `epoch ${head.epoch}`}, this is epoch ${reign.epoch}`,
      );
    if (head.epoch > reign.epoch || head.by !== reign.by) throw new StaleEpoch(head.epoch);
    return head;
  }

  async function refused(client: Client, reign: Reign): Promise<never> {
    const { version } = await own(client, reign);
    throw new Error(`${store.name} is at ${versionText(version)}, and this write does not follow`);
  }

  async function load(client: Client): Promise<Snapshot> {
    const before = await store.head(client);
    if (before === undefined) throw new Error(`${store.name} has lost what was written`);
    const pairs = new Map<string, Pair>(); // a key may come twice
    let bytes = 0;
    for await (const some of store.records(client))
      for (const { key, record } of some) {
        const pair = decodeRecord(key, record);
        if (pair === undefined)
          throw new Error(`${store.name}: the record of the key ${JSON.stringify(key.toString())} is damaged, or none of ours`); // prettier-ignore
        if (compareVersions(pair.version, before.version) > 0)
          throw new Error(`${store.name}: the key ${JSON.stringify(key.toString())} is newer than the state`);
        const text = key.toString('latin1');
        if (!pairs.has(text)) bytes += costOf(key.length, pair.value.length);
        if (bytes > totalBytes) throw new Error(`${store.name} has more than ${totalBytes} bytes`);
        pairs.set(text, pair);
      }
    const after = await store.head(client);
    if (after?.epoch !== before.epoch || after.by !== before.by) throw new StaleEpoch(after?.epoch ?? before.epoch);
    if (pairs.size !== before.keys)
      throw new Error(`${store.name} has ${pairs.size} keys where ${before.keys} were written: somebody else was here`);
    return { version: before.version, pairs: [...pairs.values()] };
  }

  return {
    name: store.name,
    full: false,
    claim: (reign) =>
      connection.use(async (client) => {
        await store.head(client); // throws for what isn't ours, before anything is changed
        await store.claim(client, reign);
        const { version } = await own(client, reign);
        return { version, holding: compareVersions(version, zero) === 0 ? 'new' : 'whole' };
      }),
    load: () => connection.use(load),
    resume: (reign) => connection.use(async (client) => (await own(client, reign)).version),
    append: (reign, entries) =>
      connection.use(async (client) => {
        if (!(await store.apply(client, reign, changesOf(entries)))) await refused(client, reign);
      }),
    replace: (reign, snapshot) =>
      connection.use(async (client) => {
        if (!(await store.replace(client, reign, snapshot))) await refused(client, reign);
      }),
    close: () => Promise.resolve(connection.drop()),
  };
}

/** `7.42` as a store has it. @throws Error when it is none */
export function parseVersion(text: string): Version {
  const [, epoch, sequence] = /^(\d{1,15})\.(\d{1,15})$/.exec(text) ?? [];
  if (sequence === undefined) throw new Error(`${JSON.stringify(text)} is no version`);
  return { epoch: Number(epoch), sequence: Number(sequence) };
}
