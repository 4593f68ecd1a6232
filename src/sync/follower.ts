/** What an instance does with what an active one sends. Pure, but for the store that it changes. */
import { bytesOf } from './limits.ts';
import type { Holding } from './status.ts';
import type { Store } from './store.ts';
import { compareVersions, type Entry, type Pair, type Snapshot, type Version } from './types.ts';

/** Whose reign: an epoch belongs to one instance. */
export interface Reign {
  readonly epoch: number;
  /** The instance that is active in it. */
  readonly by: string;
}

/** What an active instance sends. A state comes in parts, in order. */
export type Sent = Reign &
  (
    | { readonly type: 'begin' }
    | { readonly type: 'fetch' }
    | { readonly type: 'state'; readonly part: StatePart }
    | { readonly type: 'entry'; readonly entry: Entry }
  );

export interface StatePart {
  readonly version: Version;
  readonly first: boolean;
  readonly last: boolean;
  readonly pairs: readonly Pair[];
}

/** What it is answered. */
export type Answer =
  | { readonly type: 'promise'; readonly epoch: number; readonly version: Version; readonly holding: Holding }
  | { readonly type: 'whole'; readonly epoch: number; readonly snapshot: Snapshot }
  | { readonly type: 'ack'; readonly epoch: number; readonly version: Version }
  | { readonly type: 'behind'; readonly epoch: number; readonly version: Version }
  | { readonly type: 'stale'; readonly epoch: number };

export interface Follower {
  readonly store: Store;
  /** The newest reign it has heard of: nothing of an older one is taken. */
  readonly promised: Reign;
  readonly holding: Holding;
  /** Whether it takes this reign: it is the promised one, or a newer one. */
  accepts(reign: Reign): boolean;
  /** Raises `promised`; whoever calls has it on the disk first. */
  promise(reign: Reign): void;
  /** It has the whole state now, by itself being active. */
  made(): void;
  /** Takes what an active instance sends; undefined: nothing to say yet. A reign that is new was promised before. */
  take(sent: Sent): Answer | undefined;
}

/** Writes that come while a state is on its way wait for it, up to so many bytes. */
const waitingLimit = 64 * 2 ** 20;

export function createFollower(store: Store, initial: { promised: Reign; holding: Holding }): Follower {
  let { promised, holding } = initial;
  let incoming: { version: Version; pairs: Pair[]; waiting: Entry[]; bytes: number } | undefined;

  const same = (reign: Reign): boolean => reign.epoch === promised.epoch && reign.by === promised.by;
  const behind = (): Answer => ({ type: 'behind', epoch: promised.epoch, version: store.version });
  const ack = (): Answer => ({ type: 'ack', epoch: promised.epoch, version: store.version });

  function takePart(part: StatePart): Answer | undefined {
    if (part.first) incoming = { version: part.version, pairs: [], waiting: [], bytes: 0 };
    if (incoming === undefined || compareVersions(incoming.version, part.version) !== 0) return behind();
    for (const pair of part.pairs) incoming.pairs.push(pair);
    if (!part.last) return undefined;
    const { version, pairs, waiting } = incoming;
    incoming = undefined;
    // one that came late: what came after it is here already
    if (holding !== 'whole' || compareVersions(version, store.version) > 0) store.restore({ version, pairs });
    holding = 'whole';
    for (const entry of waiting) if (store.apply(entry) === 'gap') return behind();
    return ack();
  }

  function takeEntry(entry: Entry): Answer | undefined {
    if (incoming !== undefined) {
      incoming.waiting.push(entry);
      incoming.bytes += bytesOf(entry.operations);
      if (incoming.bytes <= waitingLimit) return undefined;
      incoming = undefined;
      return behind();
    }
    if (holding === 'blank' || store.apply(entry) === 'gap') return behind();
    // only one whose last write is the sender's has the sender's state
    if (store.version.epoch !== promised.epoch) return behind();
    holding = 'whole';
    return ack();
  }

  return {
    store,
    get promised() {
      return promised;
    },
    get holding() {
      return holding;
    },
    accepts: (reign) => reign.epoch > promised.epoch || same(reign),
    promise(reign) {
      if (reign.epoch <= promised.epoch) return;
      promised = { epoch: reign.epoch, by: reign.by };
      incoming = undefined;
    },
    made() {
      holding = 'whole';
    },
    take(sent) {
      if (!same(sent)) return { type: 'stale', epoch: promised.epoch };
      switch (sent.type) {
        case 'begin':
          incoming = undefined;
          return { type: 'promise', epoch: promised.epoch, version: store.version, holding };
        case 'fetch':
          return { type: 'whole', epoch: promised.epoch, snapshot: store.snapshot() };
        case 'state':
          return takePart(sent.part);
        case 'entry':
          return takeEntry(sent.entry);
      }
    },
  };
}
