/**
 * The state: a map of bytes that only the next write in order, of the present epoch or a newer one, can change.
 */
import { costOf, refusalOf, type SyncLimits } from './limits.ts';
import {
  compareVersions,
  type Entry,
  type Operation,
  type Pair,
  type Snapshot,
  type Version,
  versionText,
  zero,
} from './types.ts';

/** What became of an entry: `old` it has already or a newer epoch replaced it, `gap` something before it is missing. */
export type Applied = 'applied' | 'old' | 'gap';

export type Listener = (entry: Entry | 'replaced') => void;

export interface Store {
  readonly version: Version;
  readonly keys: number;
  /** As the limit on the whole state counts. */
  readonly bytes: number;
  /** Why this write can't be done now, as a sentence; undefined: it can. */
  refuse(operations: readonly Operation[]): string | undefined;
  /** Does one write wholly, or nothing. */
  apply(entry: Entry): Applied;
  get(key: Buffer): Pair | undefined;
  /** Keys that begin with `prefix` and come after `after`, in the order of their bytes; `limit` at most. */
  list(prefix: Buffer, after: Buffer | undefined, limit: number): Pair[];
  /** All of this version; later writes don't change it. */
  snapshot(): Snapshot;
  /** Puts a whole state in place of this one. @throws Error when the limit on the whole state would be exceeded */
  restore(snapshot: Snapshot): void;
  /** Calls `listener` after each change, until the returned function is called. */
  watch(listener: Listener): () => void;
}

/** One character a byte: strings are compared and hashed, buffers aren't. */
const textOf = (key: Buffer): string => key.toString('latin1');

export function createStore(limits: SyncLimits): Store {
  const listeners = new Set<Listener>();
  let pairs = new Map<string, Pair>();
  let version = zero;
  let bytes = 0;

  const tell = (what: Entry | 'replaced'): void => listeners.forEach((listener) => listener(what));

  /** What the state would count after these; a key may occur more than once in a batch. */
  function bytesAfter(operations: readonly Operation[]): number {
    const costs = new Map<string, number>();
    let after = bytes;
    for (const each of operations) {
      const key = textOf(each.key);
      const had = pairs.get(key);
      const before = costs.get(key) ?? (had === undefined ? 0 : costOf(had.key.length, had.value.length));
      const cost = each.op === 'put' ? costOf(each.key.length, each.value.length) : 0;
      costs.set(key, cost);
      after += cost - before;
    }
    return after;
  }

  return {
    get version() {
      return version;
    },
    get keys() {
      return pairs.size;
    },
    get bytes() {
      return bytes;
    },
    refuse(operations) {
      const refusal = refusalOf(operations, limits);
      if (refusal !== undefined) return refusal;
      const after = bytesAfter(operations);
      // what makes it smaller is welcome, even when it is too large (a limit that was lowered)
      return after > limits.totalBytes && after > bytes
        ? `the state would have ${after} bytes: ${limits.totalBytes} are allowed`
        : undefined;
    },
    apply(entry) {
      if (compareVersions(entry.version, version) <= 0) return 'old';
      if (compareVersions(entry.after, version) !== 0) return 'gap';
      if (entry.version.sequence !== version.sequence + 1)
        throw new Error(`${versionText(entry.version)} can't follow ${versionText(version)}`);
      bytes = bytesAfter(entry.operations);
      for (const each of entry.operations) {
        if (each.op === 'put')
          pairs.set(textOf(each.key), { key: each.key, value: each.value, version: entry.version });
        else pairs.delete(textOf(each.key));
      }
      version = entry.version;
      tell(entry);
      return 'applied';
    },
    get: (key) => pairs.get(textOf(key)),
    list(prefix, after, limit) {
      const [begin, behind] = [textOf(prefix), after && textOf(after)];
      const keys = [...pairs.keys()].filter((key) => key.startsWith(begin) && (behind === undefined || key > behind));
      return keys
        .sort((a, b) => (a < b ? -1 : 1))
        .slice(0, limit)
        .map((key) => pairs.get(key)!);
    },
    snapshot: () => ({ version, pairs: [...pairs.values()] }),
    restore(snapshot) {
      const total = snapshot.pairs.reduce((sum, { key, value }) => sum + costOf(key.length, value.length), 0);
      if (total > limits.totalBytes)
        throw new Error(`the state to take over has ${total} bytes: ${limits.totalBytes} are allowed here`);
      pairs = new Map(snapshot.pairs.map((pair) => [textOf(pair.key), pair]));
      version = snapshot.version;
      bytes = total;
      tell('replaced');
    },
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
