/** One instance of a VNFC: its state, its role, its writes; what it is told goes to its channel, and what others send comes in. */
import { messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import { type Backlog, createBacklog } from './backlog.ts';
import type { Channel } from './channel.ts';
import { copiesFor } from './confirmations.ts';
import { type Answer, createFollower, type Reign, type Sent } from './follower.ts';
import { bytesOf, type SyncLimits } from './limits.ts';
import { type Beginning, chooseBeginning, chooseFromStore, type Copy, isFresh } from './promotion.ts';
import type { InstanceStatus, Unsure } from './status.ts';
import type { Promised } from './promises.ts';
import { busy, notActive, notSure, staleRole, tooLarge, unavailable } from './refusals.ts';
import { createStore, type Store } from './store.ts';
import { type Level, type Operation, type Role, StaleEpoch, type Version } from './types.ts';
import { createWaiters, type Waiters } from './waiters.ts';

export interface InstanceOptions {
  /** As certificates, stores and other instances call it. */
  readonly node: string;
  readonly channel: Channel;
  readonly limits: SyncLimits;
  readonly promised: Promised;
  /** Has it on the disk when it resolves. */
  readonly save: (promised: Promised) => Promise<void>;
  readonly unsure: Unsure;
  readonly log: Log;
  /** Bytes of recent writes that are kept for copies that are behind. */
  readonly backlogBytes?: number;
  /** Bytes of writes that may wait for their level. */
  readonly waitingBytes?: number;
  /** ms that a write waits for its level. */
  readonly confirmMs?: number;
}

export interface Instance {
  readonly store: Store;
  readonly role: Role;
  status(): InstanceStatus;
  /** Resolves when the level is reached. @throws Refusal */
  write(operations: readonly Operation[], level: Level): Promise<Version>;
  /** Begins the reign of `epoch`. @throws Refusal; the instance is `standby` then, or `fenced` */
  activate(epoch: number, unsure?: Unsure): Promise<void>;
  /** Gives up the active role. */
  rest(): Promise<void>;
  close(): Promise<void>;
}

/** Others give a state to whoever heard of their epoch; of a store's state only one knows that was active. */
const isNew = ({ epoch, led }: Promised, { kind }: Channel): boolean => epoch === 0 || (kind === 'store' && !led);

const defaults = { backlogBytes: 64 * 2 ** 20, waitingBytes: 16 * 2 ** 20, confirmMs: 5000 };

export async function startInstance(options: InstanceOptions): Promise<Instance> {
  const { node, channel, log } = options;
  const { backlogBytes, waitingBytes, confirmMs } = { ...defaults, ...options };
  const store = createStore(options.limits);
  const follower = createFollower(store, {
    promised: options.promised,
    holding: isNew(options.promised, channel) ? 'new' : 'blank', // whatever was in the memory is gone
  });
  let { led } = options.promised;
  let role: Role = 'none';
  let lead: { readonly epoch: number; readonly backlog: Backlog; readonly waiters: Waiters } | undefined;
  let mayLack: readonly Level[] = [];
  let turn: Promise<unknown> = Promise.resolve();

  /** One after the other: what raises the epoch waits for the disk. */
  function inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = turn.then(task);
    turn = result.catch(() => undefined);
    return result;
  }

  /** Resolves when nothing is held open any more; all else is done when it returns. */
  function stop(next: Role, why: string): Promise<void> {
    const had = lead;
    lead = undefined;
    role = next;
    const rested = channel.rest();
    had?.waiters.giveUp(why);
    return rested;
  }

  function fenced(epoch: number): void {
    if (lead === undefined || epoch < lead.epoch) return;
    log.warn('fenced', { epoch: lead.epoch, by: epoch });
    void stop('fenced', `epoch ${epoch} has begun elsewhere`);
  }

  async function take(sent: Sent): Promise<Answer | undefined> {
    if (!follower.accepts(sent)) return { type: 'stale', epoch: follower.promised.epoch };
    if (sent.epoch > follower.promised.epoch) {
      if (sent.type !== 'begin') return undefined; // its reign was never announced here
      fenced(sent.epoch);
      await options.save({ ...sent, led });
      follower.promise(sent);
      log.info('epoch', { epoch: sent.epoch, by: sent.by });
    }
    return follower.take(sent);
  }

  async function receive(sent: Sent): Promise<Answer | undefined> {
    // the stream needs no disk
    const { promised } = follower;
    if (sent.type !== 'begin' && sent.epoch === promised.epoch) return follower.take(sent);
    return inTurn(() => take(sent));
  }

  async function activate(epoch: number, unsure: Unsure): Promise<void> {
    const before = follower.promised.epoch;
    if (role === 'active' && lead?.epoch === epoch) return;
    if (epoch <= before) throw staleRole(epoch, before);
    const reign = { epoch, by: node };
    void stop('standby', `epoch ${epoch} begins here`);
    await options.save({ ...reign, led });
    follower.promise(reign);
    try {
      await begin(reign, unsure);
    } catch (error) {
      await channel.rest();
      if (!(error instanceof StaleEpoch)) throw error;
      throw staleRole(epoch, error.epoch);
    }
  }

  async function begin(reign: Reign, unsure: Unsure): Promise<void> {
    const own = (): Copy => ({ node, version: store.version, holding: follower.holding });
    const choose = (copies: readonly Copy[]): Beginning =>
      channel.kind === 'peers' ? chooseBeginning(own(), copies, channel.copies) : chooseFromStore(copies[0], own());
    const isSure = ({ sure }: Beginning): boolean => sure.includes('standby');
    const begun = await channel.begin(reign, (copies) => isSure(choose(copies)));
    const beginning = choose(begun.copies);
    if (!isSure(beginning) && unsure === 'wait') throw notSure(beginning, begun, channel);
    if (beginning.from !== node) store.restore(await channel.fetch(beginning.from));
    if (!led) await options.save({ ...reign, led: true });
    led = true;
    if (follower.promised.epoch !== reign.epoch) throw new StaleEpoch(follower.promised.epoch);
    mayLack = (['standby', 'quorum'] as const).filter((level) => !beginning.sure.includes(level));
    follower.made();
    const backlog = createBacklog(store.version, backlogBytes);
    lead = { epoch: reign.epoch, backlog, waiters: createWaiters(channel.copies, confirmMs) };
    role = 'active';
    append([]);
    const { waiters } = lead;
    channel.lead({
      reign,
      backlog,
      snapshot: () => store.snapshot(),
      acked: (copy, sequence) => waiters.acked(copy, sequence),
      stale: fenced,
    });
    log.info('active', { epoch: reign.epoch, version: store.version, from: beginning.from, mayLack });
  }

  /** A write here, and on its way. */
  function append(operations: readonly Operation[]): Version {
    const { epoch, backlog } = lead!;
    const entry = { after: store.version, version: { epoch, sequence: store.version.sequence + 1 }, operations };
    store.apply(entry);
    backlog.add(entry);
    return entry.version;
  }

  async function write(operations: readonly Operation[], level: Level): Promise<Version> {
    if (lead === undefined) throw notActive(role);
    const refused = store.refuse(operations);
    if (refused !== undefined) throw tooLarge(refused);
    const bytes = bytesOf(operations);
    if (level !== 'local') {
      const connected = channel.status().filter((copy) => copy.connected).length + 1;
      if (connected < copiesFor(level, channel.copies)) throw unavailable(level, channel);
      if (lead.waiters.bytes + bytes > waitingBytes) throw busy(lead.waiters.bytes);
    }
    const { waiters } = lead;
    const version = append(operations);
    const done = level === 'local' ? undefined : waiters.add(version.sequence, level, bytes);
    channel.wake();
    await done;
    return version;
  }

  await channel.start(receive);
  return {
    store,
    get role() {
      return role;
    },
    status: () => ({
      node,
      role,
      epoch: follower.promised.epoch,
      version: store.version,
      holding: follower.holding,
      fresh:
        channel.kind === 'store' ||
        isFresh({
          role,
          epoch: follower.promised.epoch,
          version: store.version,
          holding: follower.holding,
          followed: channel.followed?.() ?? true,
        }),
      keys: store.keys,
      bytes: store.bytes,
      copies: channel.status(),
      mayLack,
    }),
    write,
    activate: (epoch, unsure) =>
      inTurn(() => activate(epoch, unsure ?? options.unsure)).catch((error: unknown) => {
        log.warn('not-active', { epoch, why: messageOf(error) });
        throw error;
      }),
    rest: () => inTurn(() => stop('standby', 'this instance gave up the active role')),
    async close() {
      void stop('none', 'the sidecar ends');
      await channel.close();
    },
  };
}
