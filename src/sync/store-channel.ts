/** A channel whose one copy is a store outside of all instances: a log on shared storage, Redis, PostgreSQL. */
import { messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import type { Channel, Lead } from './channel.ts';
import type { Reign } from './follower.ts';
import { bytesOf } from './limits.ts';
import { compareVersions, type Entry, Refusal, type Snapshot, StaleEpoch, type Version } from './types.ts';

export interface Stored {
  /** Of the state that it holds. */
  readonly version: Version;
  /** `new`: nothing was ever written here. */
  readonly holding: 'new' | 'whole';
}

/** Calls come one after the other; whatever changes something throws StaleEpoch once a newer epoch has begun. */
export interface StoreBackend {
  readonly name: string;
  /** Raises the epoch: nothing of an older one is taken any more. */
  claim(reign: Reign): Promise<Stored>;
  /** The whole state, after `claim`. */
  load(): Promise<Snapshot>;
  /** What it has, after trouble, in a reign that was claimed. @throws Error also when it has lost it */
  resume(reign: Reign): Promise<Version>;
  /** Safe, as the channel's documentation says, when it resolves. */
  append(reign: Reign, entries: readonly Entry[]): Promise<void>;
  /** The same for a whole state in place of what is there. */
  replace(reign: Reign, snapshot: Snapshot): Promise<void>;
  /** Whether it would rather have the whole state than more writes. */
  readonly full: boolean;
  /** Lets go of what a reign holds open. */
  release?(): Promise<void>;
  close(): Promise<void>;
}

/** ms between two attempts; what is appended together at most. */
const retryMs = 300;
const together = { entries: 1000, bytes: 4 * 2 ** 20 };

export function createStoreChannel(backend: StoreBackend, log: Log): Channel {
  let lead: Lead | undefined;
  let version: Version | undefined;
  let problem: string | undefined;
  let running: Promise<void> | undefined;
  let resting: Promise<void> | undefined;
  let woken: (() => void) | undefined;
  let reign: Reign | undefined;

  /** Writes on, as long as `mine` leads. */
  async function run(mine: Lead): Promise<void> {
    let cursor: Version | undefined = version;
    while (lead === mine) {
      try {
        cursor ??= await resume(mine);
        if (problem !== undefined) log.info('store-back', { store: backend.name });
        problem = undefined;
        const next = mine.backlog.following(cursor);
        if (next === undefined) {
          await new Promise<void>((resolve) => (woken = resolve));
          continue;
        }
        if (next === 'gone' || backend.full) {
          const snapshot = mine.snapshot();
          await backend.replace(mine.reign, snapshot);
          cursor = snapshot.version;
        } else {
          const entries = collect(mine, next);
          await backend.append(mine.reign, entries);
          cursor = entries.at(-1)!.version;
        }
        version = cursor;
        mine.acked(backend.name, cursor.sequence);
      } catch (error) {
        if (lead !== mine) return;
        if (error instanceof StaleEpoch) return mine.stale(error.epoch);
        if (problem === undefined) log.warn('store-lost', { store: backend.name, why: messageOf(error) });
        problem = messageOf(error);
        cursor = undefined;
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  }

  async function resume(mine: Lead): Promise<Version> {
    const found = await backend.resume(mine.reign);
    // it has broken its promise; all of it is in the memory here, and is written again (zero: it only wants the whole state)
    if (version !== undefined && found.sequence > 0 && compareVersions(found, version) < 0)
      log.warn('store-went-back', { store: backend.name, from: version, to: found });
    return found;
  }

  function collect({ backlog }: Lead, first: Entry): Entry[] {
    const entries = [first];
    let bytes = bytesOf(first.operations);
    while (entries.length < together.entries && bytes < together.bytes) {
      const next = backlog.following(entries.at(-1)!.version);
      if (next === undefined || next === 'gone') break;
      entries.push(next);
      bytes += bytesOf(next.operations);
    }
    return entries;
  }

  function wake(): void {
    const resolve = woken;
    woken = undefined;
    resolve?.();
  }

  return {
    kind: 'store',
    copies: 2,
    async start() {},
    async begin(next) {
      await running; // the last word of the reign before
      await resting;
      reign = next;
      try {
        const stored = await backend.claim(next);
        version = stored.version;
        return { copies: [{ node: backend.name, ...stored }], missing: [] };
      } catch (error) {
        throw refused(error);
      }
    },
    async fetch() {
      try {
        const snapshot = await backend.load();
        version = snapshot.version;
        return snapshot;
      } catch (error) {
        throw refused(error);
      }
    },
    lead(next) {
      lead = next;
      running = run(next).finally(() => (running = undefined));
    },
    wake,
    rest() {
      lead = undefined;
      wake();
      resting = Promise.resolve(running).then(() => backend.release?.());
      return resting;
    },
    status: () => [{ copy: backend.name, connected: lead !== undefined && problem === undefined, version, problem }],
    async close() {
      lead = undefined;
      wake();
      await running;
      await backend.close();
    },
  };

  function refused(error: unknown): unknown {
    if (error instanceof StaleEpoch || error instanceof Refusal) return error;
    log.warn('store-lost', { store: backend.name, why: messageOf(error), epoch: reign?.epoch });
    return new Refusal(
      'storage',
      `${backend.name} can't be used: ${messageOf(error)}`,
      'Nothing can be promoted without it: see that it is there and healthy, and promote again.',
    );
  }
}
