/**
 * Takes the heartbeats of other nodes in: whose came since one last asked. Each counts once, however many networks it comes over;
 * old ones and those without the key count for nothing. They wait in the kernel until then, and wake nobody.
 */
import { now } from '../process/clock.ts';
import type { Log } from '../process/log.ts';
import type { Sockets, UdpSocket } from '../process/sockets.ts';
import { decodeHeartbeat, type Heartbeat, heartbeatBytes } from './datagram.ts';

export interface Counts {
  readonly taken: number;
  /** Came before, as by another network, or are older than one that came. */
  readonly repeated: number;
  /** Without the key, or no heartbeats. */
  readonly foreign: number;
}

export interface Receiver {
  /** The nodeids heard since the last call, and when the newest heartbeat of each came (ms since the epoch, as `now`). */
  take(): ReadonlyMap<number, number>;
  /** A node's supervisor is another one: it may start anew, whatever its clock says. */
  forget(nodeId: number): void;
  readonly counts: Counts;
  stop(): void;
}

/** How long until it is tried again to listen. */
const retryMs = 5000;

/** Listens at `port` of every address, sooner or later. */
export function receiveHeartbeats(options: {
  readonly port: number;
  readonly key: Buffer;
  readonly sockets: Sockets;
  readonly log: Log;
}): Receiver {
  const { port, key, sockets, log } = options;
  const newest = new Map<number, Heartbeat>();
  let heard = new Map<number, number>();
  let readAt = now();
  const counts = { taken: 0, repeated: 0, foreign: 0 };
  let socket: UdpSocket | undefined;
  let listenAt = -Infinity;
  let stopped = false;

  function listen(): void {
    if (stopped || socket !== undefined || now() < listenAt) return;
    listenAt = now() + retryMs;
    const opened = sockets.udp(port);
    if ('close' in opened) socket = opened;
    else log.warn('heartbeats-unheard', { port, why: opened.message });
  }

  function readIn(): void {
    listen();
    // one byte more, so that what is longer is seen to be
    const datagrams = socket?.receive(heartbeatBytes + 1) ?? [];
    const [before, clock] = [readAt, Date.now()];
    readAt = now();
    for (const { data, cameAt } of datagrams) {
      // since the last reading, whatever becomes of the machine's clock
      const ageMs = cameAt === undefined ? 0 : Math.min(Math.max(clock - cameAt, 0), readAt - before);
      hear(data, readAt - ageMs);
    }
  }

  function hear(data: Buffer, at: number): void {
    const heartbeat = decodeHeartbeat(data, key);
    if (heartbeat === undefined) {
      counts.foreign += 1;
      return;
    }
    const { nodeId } = heartbeat;
    if (!isNewer(heartbeat, newest.get(nodeId))) {
      counts.repeated += 1;
      return;
    }
    counts.taken += 1;
    newest.set(nodeId, heartbeat);
    heard.set(nodeId, at);
  }

  listen();
  return {
    take() {
      readIn();
      const taken = heard;
      heard = new Map();
      return taken;
    },
    forget(nodeId) {
      readIn(); // what is of the one before
      newest.delete(nodeId);
      heard.delete(nodeId);
    },
    get counts() {
      readIn();
      return counts;
    },
    stop() {
      stopped = true;
      socket?.close();
      socket = undefined;
    },
  };
}

function isNewer(one: Heartbeat, other: Heartbeat | undefined): boolean {
  if (other === undefined || one.incarnation > other.incarnation) return true;
  return one.incarnation === other.incarnation && one.sequence > other.sequence;
}
