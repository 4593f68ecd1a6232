/**
 * The channel `shared-storage`: a folder with a claim for each epoch, a snapshot, and the log of what came after it.
 *
 *   claim-EPOCH          who may write: the highest one; made once, never changed
 *   state-EPOCH-N        a whole state
 *   log-EPOCH-N          the writes after it
 *
 * A reign writes a state of its own before anything else, so nothing that an older reign still does to its files matters.
 */
import { type FileHandle, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { syncFolder } from '../process/durable.ts';
import type { Reign } from './follower.ts';
import { decodeFrame } from './frame.ts';
import { readLog } from './log-file.ts';
import type { StoreBackend } from './store-channel.ts';
import { type Pair, type Snapshot, StaleEpoch, type Version, zero } from './types.ts';
import { encodeEntry, encodePart, partsOf, decodeSent } from './wire.ts';

interface Place {
  readonly epoch: number;
  readonly n: number;
}

/** A log is begun anew, with a state before it, when it has so many bytes and is larger than the state. */
const smallLog = 64 * 2 ** 20;

const digits = (number: number): string => String(number).padStart(12, '0');
const fileOf = (kind: 'state' | 'log', { epoch, n }: Place): string => `${kind}-${digits(epoch)}-${digits(n)}`;

/** `limit`: bytes of a log; for tests. */
export function createSharedStorage(folder: string, limit = smallLog): StoreBackend {
  let log: FileHandle | undefined;
  let place: Place | undefined;
  let size = 0;
  let stateSize = 0;
  let last: Version = zero;
  const at = (name: string): string => path.join(folder, name);

  async function claims(): Promise<number[]> {
    const names = await readdir(folder);
    return names.flatMap((name) => (/^claim-\d+$/.test(name) ? [Number(name.slice(6))] : [])).sort((a, b) => b - a);
  }

  /** It isn't made here: where the file system isn't mounted a new one would be taken for a beginning without a state. */
  function whenThere(error: NodeJS.ErrnoException): never {
    if (error.code !== 'ENOENT') throw error;
    throw new Error(
      'the folder is not there: is the file system mounted? It is made once, by hand, in that file system',
    );
  }

  async function places(): Promise<Place[]> {
    const found = (await readdir(folder)).flatMap((name) => {
      const [, epoch, n] = /^state-(\d+)-(\d+)$/.exec(name) ?? [];
      return epoch === undefined ? [] : [{ epoch: Number(epoch), n: Number(n) }];
    });
    return found.sort((a, b) => b.epoch - a.epoch || b.n - a.n);
  }

  /** Whoever claims puts the claim here before it reads; so what passes this after its fsync is read by the successor. */
  async function assertOurs({ epoch, by }: Reign): Promise<void> {
    const [newest = 0] = await claims();
    if (newest > epoch) throw new StaleEpoch(newest);
    if (newest < epoch)
      throw new Error(`the claim of epoch ${epoch} is gone from ${folder}: is the file system mounted?`);
    const owner = await readFile(at(`claim-${digits(epoch)}`), 'utf8');
    if (owner !== by) throw new StaleEpoch(epoch);
  }

  async function readState(found: Place): Promise<Snapshot> {
    const name = at(fileOf('state', found));
    const data = await readFile(name);
    const pairs: Pair[] = [];
    for (let next = 0; ;) {
      const read = decodeFrame(data, next);
      const sent = typeof read === 'string' ? undefined : decodeSent(read.frame);
      if (typeof read === 'string' || sent?.type !== 'state') throw new Error(`${name} is damaged at ${next}`);
      for (const pair of sent.part.pairs) pairs.push(pair);
      if (sent.part.last) return { version: sent.part.version, pairs };
      next = read.end;
    }
  }

  async function read(): Promise<Snapshot> {
    for (;;) {
      const [found] = await places();
      const snapshot =
        found === undefined ? { version: zero, pairs: [] } : await readAt(found).catch((error: Error) => error);
      // an older reign that isn't dead may have put a newer state there meanwhile, and removed this one
      const [now] = await places();
      if (now?.epoch !== found?.epoch || now?.n !== found?.n) continue;
      if (snapshot instanceof Error) throw snapshot;
      return snapshot;
    }
  }

  async function readAt(found: Place): Promise<Snapshot> {
    const snapshot = await readState(found);
    const name = at(fileOf('log', found));
    const data = await readFile(name).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0); // the power went before it was made
      throw error;
    });
    let content;
    try {
      content = readLog(data, snapshot.version);
    } catch (error) {
      throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
    }
    const pairs = new Map(snapshot.pairs.map((pair) => [pair.key.toString('latin1'), pair]));
    for (const { operations, version } of content.entries)
      for (const each of operations)
        if (each.op === 'put') pairs.set(each.key.toString('latin1'), { key: each.key, value: each.value, version });
        else pairs.delete(each.key.toString('latin1'));
    return { version: content.entries.at(-1)?.version ?? snapshot.version, pairs: [...pairs.values()] };
  }

  async function replace(reign: Reign, snapshot: Snapshot): Promise<void> {
    await assertOurs(reign);
    const next = { epoch: reign.epoch, n: place?.epoch === reign.epoch ? place.n + 1 : 0 };
    const [state, aside] = [at(fileOf('state', next)), at(`${fileOf('state', next)}.new`)];
    const handle = await open(aside, 'w', 0o600);
    let written = 0;
    try {
      for (const part of partsOf(snapshot)) {
        const frame = encodePart('state', reign, part);
        await writeAll(handle, frame, written);
        written += frame.length;
      }
      await handle.sync();
    } catch (error) {
      await handle.close().catch(() => undefined);
      await rm(aside, { force: true }).catch(() => undefined); // no room is the usual reason
      throw error;
    }
    await handle.close();
    const made = await open(at(fileOf('log', next)), 'w', 0o600);
    await rename(aside, state);
    await syncFolder(folder);
    await log?.close().catch(() => undefined);
    [log, place, size, stateSize, last] = [made, next, 0, written, snapshot.version];
    await assertOurs(reign);
    await removeOlder(next);
  }

  async function removeOlder(than: Place): Promise<void> {
    for (const name of await readdir(folder)) {
      const [, kind, epoch, n = '0'] = /^(state|log|claim)-(\d+)(?:-(\d+))?(?:\.new)?$/.exec(name) ?? [];
      if (kind === undefined) continue;
      const older =
        Number(epoch) < than.epoch || (kind !== 'claim' && Number(epoch) === than.epoch && Number(n) < than.n);
      if (older) await rm(at(name), { force: true });
    }
  }

  async function writeAll(handle: FileHandle, data: Buffer, position: number): Promise<void> {
    for (let done = 0; done < data.length;) {
      const { bytesWritten } = await handle.write(data, done, data.length - done, position + done);
      if (bytesWritten === 0) throw new Error('nothing can be written');
      done += bytesWritten;
    }
  }

  async function drop(): Promise<void> {
    await log?.close().catch(() => undefined);
    log = undefined;
  }

  return {
    name: folder,
    get full() {
      return log === undefined || size > Math.max(limit, stateSize);
    },
    async claim({ epoch, by }) {
      await drop();
      place = undefined;
      const [before = 0] = await claims().catch(whenThere);
      if (before >= epoch) throw new StaleEpoch(before);
      try {
        await writeFile(at(`claim-${digits(epoch)}`), by, { flag: 'wx', mode: 0o600, flush: true });
      } catch (error) {
        throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? new StaleEpoch(epoch) : error;
      }
      await syncFolder(folder);
      const [newest = 0] = await claims();
      if (newest > epoch) throw new StaleEpoch(newest);
      // the version without looking: the state is read next
      return { version: zero, holding: (await places()).length === 0 ? 'new' : 'whole' };
    },
    load: read,
    async resume(reign) {
      await assertOurs(reign);
      return log === undefined ? zero : last; // without a log the whole state is written
    },
    async append(reign, entries) {
      if (log === undefined) throw new Error('no log is open');
      const data = Buffer.concat(entries.map((entry) => encodeEntry(reign, entry, last.sequence)));
      try {
        await writeAll(log, data, size);
      } catch (error) {
        await log.truncate(size).catch(drop); // no room is the usual reason
        throw error;
      }
      try {
        await log.datasync();
      } catch (error) {
        await drop(); // nobody knows what is there: the whole state is written anew
        throw error;
      }
      await assertOurs(reign);
      size += data.length;
      last = entries.at(-1)!.version;
    },
    replace,
    release: drop,
    close: drop,
  };
}
