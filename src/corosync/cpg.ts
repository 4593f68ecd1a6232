/** One connection to corosync's closed process groups (CPG). It ends with corosync; group.ts is the one that comes again. */
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../process/failure.ts';
import { corosyncFailure, csOk, csTryAgain } from './errors.ts';
import { type Handle, type Libcpg, loadLibcpg, type RawAddress } from './libcpg.ts';

export interface CpgMember {
  readonly nodeid: number;
  /** As the process itself sees its pid. */
  readonly pid: number;
}

/**
 * Why a process came or went. 'leave': it said so; 'procdown': it died; 'nodedown': its whole node left the ring; 'nodeup': it came with a node that joined the ring.
 */
export type CpgReason = 'undefined' | 'join' | 'leave' | 'nodedown' | 'nodeup' | 'procdown';
const reasons: readonly CpgReason[] = ['undefined', 'join', 'leave', 'nodedown', 'nodeup', 'procdown'];

export interface CpgChange extends CpgMember {
  readonly reason: CpgReason;
}

/** The processes in the group after a change. */
export interface CpgMembership {
  readonly members: readonly CpgMember[];
  readonly left: readonly CpgChange[];
  readonly joined: readonly CpgChange[];
}

/** Totem's membership: the nodes of this partition, whoever of them is in the group. */
export interface Ring {
  /** 'NODEID.SEQUENCE' in hexadecimal, as corosync's log writes it; another one for every formation. */
  readonly ringId: string;
  readonly nodeids: readonly number[];
}

export interface CpgEvents {
  message: [data: Buffer, from: CpgMember];
  membership: [membership: CpgMembership];
  ring: [ring: Ring];
  /** Corosync is gone; nothing follows, and `close` need not be called. */
  closed: [reason: Failure];
}

/** Bytes in one message: corosync's own bound is 1 MiB with its header. */
const maxMessageBytes = 1_000_000;
/** How long flow control may hold up a call. */
const tryAgainLimitMs = 30_000;

/**
 * Connects to the local corosync. Waits for as long as corosync is frozen.
 * @throws Failure 'corosync' (not running), 'permission', 'missing' (no libcpg)
 */
export async function connectCpg(): Promise<Cpg> {
  const lib = await loadLibcpg();
  const { handle } = await retried('connecting', () => lib.initialize());
  try {
    const { nodeid } = await retried('asking for the local node', () => lib.localNodeId(handle));
    return new Cpg(lib, handle, nodeid);
  } catch (error) {
    await lib.finalize(handle);
    throw error;
  }
}

export class Cpg extends EventEmitter<CpgEvents> {
  readonly #lib: Libcpg;
  readonly #handle: Handle;
  readonly #stopWatching: () => void;
  readonly localNodeId: number;
  #group: string | undefined;
  #open = true;
  /** Requests go one after the other: libcpg's request channel takes no two at once. */
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(lib: Libcpg, handle: Handle, localNodeId: number) {
    super();
    this.#lib = lib;
    this.#handle = handle;
    this.localNodeId = localNodeId;
    this.#stopWatching = lib.watch(handle, () => this.#dispatch());
  }

  /**
   * Joins `group` (1 to 128 bytes); a connection is in at most one, and a process at most once in a group. The first
   * 'membership' and 'ring' follow.
   * @throws Failure 'corosync'
   */
  async join(group: string): Promise<void> {
    await this.#request(`joining the group ${group}`, () => this.#lib.join(this.#handle, group));
    this.#group = group;
  }

  /** Leaves the group: the others see the reason 'leave'. */
  async leave(): Promise<void> {
    const group = this.#group;
    if (group === undefined) return;
    this.#group = undefined;
    await this.#request(`leaving the group ${group}`, () => this.#lib.leave(this.#handle, group));
  }

  /**
   * Sends to every member, the sender included, in one total order. Resolves once corosync has taken it over, which is
   * before it is delivered; calls keep their order. Flow control is waited for, up to 30 s.
   * @throws Failure 'corosync' (not joined, flow control too long, corosync died), 'input' (over maxMessageBytes)
   */
  multicast(data: Buffer): Promise<void> {
    if (data.length > maxMessageBytes) {
      const message = `a message of ${data.length} bytes is over corosync's limit of ${maxMessageBytes}`;
      return Promise.reject(new Failure('input', message));
    }
    // at once where nothing is before it: what the caller does next, in the same turn, must not hold it up
    if (this.#open && this.#waiting === 0 && this.#lib.multicast(this.#handle, data) === csOk) return Promise.resolve();
    return this.#request('a message', () => this.#lib.multicast(this.#handle, data));
  }

  /** Leaves and disconnects. Waits for as long as corosync is frozen. No event follows the call. */
  async close(): Promise<void> {
    if (!this.#open) return;
    this.#end();
    await this.#last;
    // without it the others would be told 'procdown'
    if (this.#group !== undefined) await this.#lib.leave(this.#handle, this.#group);
    await this.#lib.finalize(this.#handle);
  }

  #request(what: string, call: () => number | Promise<number>): Promise<void> {
    const done = this.#last.then(async () => {
      await retried(what, async () => {
        if (!this.#open) throw new Failure('corosync', `the connection to corosync is closed (${what})`);
        return { rc: await call() };
      });
    });
    this.#waiting += 1;
    this.#last = done.catch(() => undefined).finally(() => (this.#waiting -= 1));
    return done;
  }

  #dispatch(): void {
    if (!this.#open) return;
    const { rc, events } = this.#lib.dispatch(this.#handle);
    for (const event of events) {
      if (!this.#open) return; // a listener closed it
      switch (event.type) {
        case 'message':
          this.emit('message', event.data, { nodeid: event.nodeid, pid: event.pid });
          break;
        case 'membership':
          this.emit('membership', {
            members: event.members.map(({ nodeid, pid }) => ({ nodeid, pid })),
            left: event.left.map(toChange),
            joined: event.joined.map(toChange),
          });
          break;
        case 'ring':
          this.emit('ring', { ringId: ringName(event.nodeid, event.seq), nodeids: event.nodeids });
          break;
      }
    }
    if (rc === csOk || rc === csTryAgain || !this.#open) return;
    this.#end();
    void this.#last.then(() => this.#lib.finalize(this.#handle));
    this.emit('closed', corosyncFailure(rc, 'the connection broke'));
  }

  #end(): void {
    this.#open = false;
    this.#stopWatching();
  }
}

const toChange = ({ nodeid, pid, reason }: RawAddress): CpgChange => ({
  nodeid,
  pid,
  reason: reasons[reason] ?? 'undefined',
});

const ringName = (nodeid: number, seq: bigint): string => `${nodeid.toString(16)}.${seq.toString(16)}`;

/** Repeats `call` while corosync says 'try again' (flow control, or a ring being formed), 1 ms to 50 ms apart. */
async function retried<T extends { readonly rc: number }>(what: string, call: () => Promise<T>): Promise<T> {
  const giveUp = performance.now() + tryAgainLimitMs;
  for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
    const result = await call();
    if (result.rc === csOk) return result;
    if (result.rc !== csTryAgain || performance.now() > giveUp) throw corosyncFailure(result.rc, what);
    await sleep(pause);
  }
}
