/**
 * Membership in a CPG group that outlives corosync: it joins, says what happens there in typed messages, and when corosync
 * dies says 'down', comes again on a timer, and says 'up'.
 */
import { EventEmitter } from 'node:events';
import { Failure, messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import { connectCpg, type Cpg, type CpgMember, type CpgMembership, type Ring } from './cpg.ts';

export interface GroupOptions<T> {
  /** 1 to 128 bytes. */
  readonly group: string;
  /** Reads one message; undefined (or a throw) means that it isn't one: it is logged and passed over. */
  readonly decode: (data: Buffer) => T | undefined;
  /** Writes one; default: JSON. */
  readonly encode?: (message: T) => Buffer;
  readonly log: Log;
  /** Milliseconds between two attempts to reach corosync; default 1000. */
  readonly retryMs?: number;
}

export interface GroupEvents<T> {
  /** In the same order at every member, the sender included. */
  message: [message: T, from: CpgMember];
  /** Every change of who is in the group, the first (our own joining) included. */
  membership: [membership: CpgMembership];
  /** Every formation of the ring, and the present one after 'up'. */
  ring: [ring: Ring];
  /** In the group: `send` works. Comes before the first 'membership' of this connection, with the same value. */
  up: [membership: CpgMembership];
  /** Not, or no longer, in the group, said once until the next 'up'; what was sent and not yet delivered is lost. */
  down: [reason: Failure];
}

/**
 * Joins `group`, now and again after every loss. Listen at once: events follow asynchronously. It never throws; that
 * corosync isn't there is the event 'down'. It keeps the process alive until `close`.
 */
export function connectGroup<T>(options: GroupOptions<T>): Group<T> {
  return new Group(options);
}

export class Group<T> extends EventEmitter<GroupEvents<T>> {
  readonly #options: GroupOptions<T>;
  #cpg: Cpg | undefined;
  #joined = false;
  #saidDown = false;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: GroupOptions<T>) {
    super();
    this.#options = options;
    void this.#connect();
  }

  /** This node's id, once connected. */
  get localNodeId(): number | undefined {
    return this.#cpg?.localNodeId;
  }

  /** Whether `from` is this very process. */
  isSelf(from: CpgMember): boolean {
    return from.nodeid === this.localNodeId && from.pid === process.pid;
  }

  /**
   * Multicasts `message` (encoded at most maxMessageBytes of cpg.ts). Resolves when corosync has taken it over.
   * @throws Failure 'corosync' when down (retryable), 'input' when it is too long
   */
  async send(message: T): Promise<void> {
    if (this.#cpg === undefined || !this.#joined) {
      const why = `not in the group ${this.#options.group}: corosync is away`;
      throw new Failure('corosync', why, { retryable: true });
    }
    const { encode = (value: T) => Buffer.from(JSON.stringify(value)) } = this.#options;
    await this.#cpg.multicast(encode(message));
  }

  /** Leaves for good; no event follows. Resolves when corosync has been told (late, if it is frozen). */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const cpg = this.#cpg;
    this.#cpg = undefined;
    await cpg?.close();
  }

  async #connect(): Promise<void> {
    let cpg: Cpg | undefined;
    try {
      cpg = await connectCpg();
      if (this.#closed) return void (await cpg.close());
      this.#cpg = cpg;
      this.#listen(cpg);
      await cpg.join(this.#options.group);
    } catch (error) {
      if (this.#closed) return;
      const reason = error instanceof Failure ? error : new Failure('corosync', messageOf(error), { cause: error });
      if (cpg === undefined) return this.#lost(reason);
      if (cpg !== this.#cpg) return; // 'closed' came first, and was dealt with
      this.#lost(reason);
      void cpg.close();
    }
  }

  #listen(cpg: Cpg): void {
    cpg.on('membership', (membership) => {
      if (!this.#joined) {
        this.#joined = true;
        this.#saidDown = false;
        this.emit('up', membership);
      }
      if (!this.#closed) this.emit('membership', membership);
    });
    cpg.on('ring', (ring) => this.emit('ring', ring));
    cpg.on('message', (data, from) => {
      const message = this.#decode(data, from);
      if (message !== undefined) this.emit('message', message, from);
    });
    cpg.on('closed', (reason) => this.#lost(reason));
  }

  #decode(data: Buffer, from: CpgMember): T | undefined {
    let why = 'not a message of this version';
    try {
      const message = this.#options.decode(data);
      if (message !== undefined) return message;
    } catch (error) {
      why = messageOf(error);
    }
    const { group, log } = this.#options;
    log.warn('message-malformed', { group, ...from, why, bytes: data.length, start: data.toString('utf8', 0, 100) });
    return undefined;
  }

  #lost(reason: Failure): void {
    this.#cpg = undefined;
    this.#joined = false;
    this.#timer = setTimeout(() => void this.#connect(), this.#options.retryMs ?? 1000);
    if (this.#saidDown) return;
    this.#saidDown = true;
    this.emit('down', reason);
  }
}
