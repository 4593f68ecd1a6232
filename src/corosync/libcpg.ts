/**
 * libcpg.so.4 of corosync, function by function: the only file that knows its functions (by koffi). Return codes are given as they
 * are (errors.ts has the words). See docs/cpg.md for why koffi, and which calls block.
 *
 * libcpg calls back only within cpg_dispatch, on the thread that calls it; so the callbacks merely collect, and `dispatch`
 * returns what they collected. Nothing of ours ever runs, or throws, inside a callback.
 */
import { Failure, messageOf } from '../process/failure.ts';
import { type Koffi, loadKoffi } from '../process/koffi.ts';
import { csTryAgain } from './errors.ts';

/** A process in the group; `reason` is the number libcpg gives with a joined or left one. */
export interface RawAddress {
  readonly nodeid: number;
  readonly pid: number;
  readonly reason: number;
}

export type RawEvent =
  | { readonly type: 'message'; readonly nodeid: number; readonly pid: number; readonly data: Buffer }
  | {
      readonly type: 'membership';
      readonly members: readonly RawAddress[];
      readonly left: readonly RawAddress[];
      readonly joined: readonly RawAddress[];
    }
  | { readonly type: 'ring'; readonly nodeid: number; readonly seq: bigint; readonly nodeids: readonly number[] };

/** libcpg's name for a connection. */
export type Handle = number | bigint;

/** The calls that return a promise may block for as long as corosync is frozen: they run on a thread of the pool. */
export interface Libcpg {
  initialize(): Promise<{ readonly rc: number; readonly handle: Handle }>;
  localNodeId(handle: Handle): Promise<{ readonly rc: number; readonly nodeid: number }>;
  join(handle: Handle, group: string): Promise<number>;
  leave(handle: Handle, group: string): Promise<number>;
  finalize(handle: Handle): Promise<number>;
  /** 'try again' also when corosync takes nothing more at present. Never blocks. */
  multicast(handle: Handle, data: Buffer): number;
  dispatch(handle: Handle): { readonly rc: number; readonly events: readonly RawEvent[] };
  /** Calls `ready` whenever there is something to dispatch; returns what ends that. */
  watch(handle: Handle, ready: () => void): () => void;
}

let loaded: Promise<Libcpg> | undefined;

/**
 * Loads koffi and the library at the first call.
 * @throws Failure 'missing'
 */
export function loadLibcpg(): Promise<Libcpg> {
  return (loaded ??= loadKoffi().then(bind));
}

/**
 * Ends the process with `code`, now. process.exit waits for the threads of calls under way, and so for a frozen corosync.
 */
export function exitNow(code: number): void {
  exitOfLibc?.(code);
  process.exit(code);
}
let exitOfLibc: ((code: number) => void) | undefined;

function openLibrary(koffi: Koffi) {
  try {
    return koffi.load('libcpg.so.4');
  } catch (error) {
    throw new Failure('missing', `libcpg.so.4 cannot be loaded: ${messageOf(error)}`, {
      cure: 'Install corosync (Debian: libcpg4).',
      cause: error,
    });
  }
}

const modelV1 = 1;
const deliverInitialRing = 1;
const dispatchAll = 2;
const agreedOrder = 2;
const writable = 4; // POLLOUT

function bind(koffi: Koffi): Libcpg {
  const lib = openLibrary(koffi);
  koffi.struct('cpg_name', { length: 'uint32_t', value: koffi.array('char', 128) });
  koffi.struct('cpg_iovec', { base: 'void *', length: 'size_t' });
  koffi.struct('cpg_pollfd', { fd: 'int', events: 'short', revents: 'short' });
  koffi.struct('cpg_ring_id', { nodeid: 'uint32_t', seq: 'uint64_t' });
  const address = koffi.struct('cpg_address', { nodeid: 'uint32_t', pid: 'uint32_t', reason: 'uint32_t' });
  const deliver = koffi.proto(
    'void cpg_deliver_fn(uint64_t handle, void *group, uint32_t nodeid, uint32_t pid, void *msg, size_t length)',
  );
  const change = koffi.proto(
    'void cpg_confchg_fn(uint64_t handle, void *group, void *m, size_t nm, void *l, size_t nl, void *j, size_t nj)',
  );
  const totem = koffi.proto('void cpg_totem_fn(uint64_t handle, cpg_ring_id ring, uint32_t n, void *nodeids)');
  koffi.struct('cpg_model_v1', {
    model: 'int',
    deliver: koffi.pointer(deliver),
    change: koffi.pointer(change),
    totem: koffi.pointer(totem),
    flags: 'uint',
  });

  const initialize = lib.func('int cpg_model_initialize(_Out_ uint64_t *h, int model, cpg_model_v1 *data, void *ctx)');
  const fdGet = lib.func('int cpg_fd_get(uint64_t h, _Out_ int *fd)');
  const localGet = lib.func('int cpg_local_get(uint64_t h, _Out_ uint *nodeid)');
  const join = lib.func('int cpg_join(uint64_t h, cpg_name *group)');
  const leave = lib.func('int cpg_leave(uint64_t h, cpg_name *group)');
  const multicast = lib.func('int cpg_mcast_joined(uint64_t h, int guarantee, cpg_iovec *parts, uint count)');
  const dispatch = lib.func('int cpg_dispatch(uint64_t h, int which)');
  const finalize = lib.func('int cpg_finalize(uint64_t h)');
  const libc = koffi.load('libc.so.6');
  exitOfLibc = libc.func('void _exit(int code)');
  const poll = libc.func('int poll(cpg_pollfd *fds, ulong count, int timeout)');

  let collected: RawEvent[] = [];
  const addresses = (at: unknown, count: number | bigint): RawAddress[] =>
    Number(count) === 0 ? [] : (koffi.decode(at, address, Number(count)) as RawAddress[]);
  const callbacks = {
    model: modelV1,
    deliver: koffi.register(
      (_handle: Handle, _group: unknown, nodeid: number, pid: number, at: unknown, length: number | bigint) => {
        const data = Buffer.from(Number(length) === 0 ? [] : new Uint8Array(koffi.view(at, Number(length))));
        collected.push({ type: 'message', nodeid, pid, data });
      },
      koffi.pointer(deliver),
    ),
    change: koffi.register(
      (_handle: Handle, _group: unknown, m: unknown, nm: number, l: unknown, nl: number, j: unknown, nj: number) => {
        const event = { members: addresses(m, nm), left: addresses(l, nl), joined: addresses(j, nj) };
        collected.push({ type: 'membership', ...event });
      },
      koffi.pointer(change),
    ),
    totem: koffi.register(
      (_handle: Handle, ring: { nodeid: number; seq: number | bigint }, count: number, at: unknown) => {
        const nodeids = count === 0 ? [] : Array.from(koffi.decode(at, 'uint32_t', count) as Iterable<number>);
        collected.push({ type: 'ring', nodeid: ring.nodeid, seq: BigInt(ring.seq), nodeids });
      },
      koffi.pointer(totem),
    ),
    flags: deliverInitialRing,
  };

  const threaded = (fn: typeof join, ...args: unknown[]): Promise<number> =>
    new Promise((resolve, reject) => {
      fn.async(...args, (error: Error | null, rc: number) => (error ? reject(error) : resolve(rc)));
    });
  const named = (group: string) => ({ length: Buffer.byteLength(group), value: group });

  const fdOf = (handle: Handle): number => {
    const fd = [-1];
    fdGet(handle, fd);
    return fd[0]!;
  };

  return {
    async initialize() {
      const handle: Handle[] = [0];
      const rc = await threaded(initialize, handle, modelV1, callbacks, null);
      return { rc, handle: handle[0]! };
    },
    async localNodeId(handle) {
      const nodeid = [0];
      const rc = await threaded(localGet, handle, nodeid);
      return { rc, nodeid: nodeid[0]! };
    },
    join: (handle, group) => threaded(join, handle, named(group)),
    leave: (handle, group) => threaded(leave, handle, named(group)),
    finalize: (handle) => threaded(finalize, handle),
    multicast(handle, data) {
      // libqb tells corosync of each message by one byte on this socket, and spins for ever when a frozen corosync lets it fill up
      if (poll({ fd: fdOf(handle), events: writable, revents: 0 }, 1, 0) === 0) return csTryAgain;
      return multicast(handle, agreedOrder, { base: data, length: data.length }, 1) as number;
    },
    dispatch(handle) {
      collected = [];
      const rc = dispatch(handle, dispatchAll) as number;
      return { rc, events: collected };
    },
    watch(handle, ready) {
      const polling = koffi.node.poll(fdOf(handle), { readable: true, disconnect: true }, ready);
      return () => polling.close();
    },
  };
}
