/**
 * The other nodes' heartbeats at this bridge: who is to be heard at all (by the group and the ring), and who is suspected.
 */
import type { CpgMember } from '../corosync/cpg.ts';
import { type HeartbeatWatch, stepHeartbeats, suspectedNodes } from '../decide/heartbeat-watch.ts';
import type { Suspicion } from '../decide/rotation-types.ts';
import { heartbeatKey } from '../heartbeat/datagram.ts';
import { receiveHeartbeats, type Receiver } from '../heartbeat/receiver.ts';
import type { Vnf } from '../model/vnf.ts';
import { now } from '../process/clock.ts';
import type { Log } from '../process/log.ts';
import { loadSockets } from '../process/sockets.ts';

export interface NodeWatch {
  /** The nodes whose silence would be noticed. */
  readonly heard: readonly number[];
  /** Listens as the description says; again after a change of it. */
  use(vnf: Vnf): Promise<void>;
  ring(nodeids: readonly number[]): void;
  /** A supervisor said that it is there. */
  supervisor(from: CpgMember): void;
  members(present: readonly CpgMember[]): void;
  /** Corosync is gone: nobody is to be heard. */
  lost(): void;
  stop(): void;
}

export interface NodeWatchOptions {
  readonly node: string;
  readonly suspects: (nodes: ReadonlyMap<number, Suspicion>) => void;
  readonly supervisorGone: (nodeId: number) => void;
  readonly log: Log;
}

/** Corosync needs its token and consensus, and some time to say it. */
const corosyncSlackMs = 2000;

export function watchNodes({ node, suspects, supervisorGone, log }: NodeWatchOptions): NodeWatch {
  const supervisors = new Map<number, number>();
  let ring: ReadonlySet<number> = new Set();
  let watch: HeartbeatWatch = new Map();
  let said = '';
  let receiver: Receiver | undefined;
  let end = (): void => undefined;
  let stopped = false;
  /** Who was not heard for so long is not heard any more. */
  let silentMs = Infinity;

  function forget(nodeId: number): void {
    watch = new Map([...watch].filter(([id]) => id !== nodeId));
    receiver?.forget(nodeId);
  }

  function tell(): void {
    const nodes = suspectedNodes(watch);
    const saying = [...nodes].map(([id, { at }]) => `${id} ${at}`).join();
    if (saying === said) return;
    said = saying;
    log.info('suspected-nodes', { nodeids: [...nodes.keys()], heartbeats: receiver?.counts });
    suspects(nodes);
  }

  function drop(nodeId: number): void {
    supervisors.delete(nodeId);
    forget(nodeId);
    supervisorGone(nodeId);
  }

  return {
    get heard() {
      return [...watch].flatMap(([id, { heardAt, suspicion }]) =>
        heardAt !== undefined && suspicion === undefined && now() - heardAt < silentMs ? [id] : [],
      );
    },
    async use(vnf) {
      const { intervalMs, misses, port } = vnf.cluster.heartbeat;
      const { tokenMs, consensusMs, name } = vnf.cluster;
      const [key, sockets] = await Promise.all([heartbeatKey(name), loadSockets()]);
      const own = vnf.nodes.find((each) => each.name === node)?.id;
      end();
      if (stopped) return;
      watch = new Map();
      const listening = receiveHeartbeats({ port, key, sockets, log });
      receiver = listening;
      const policy = { intervalMs, misses, corosyncMs: tokenMs + consensusMs + corosyncSlackMs };
      silentMs = 2 * misses * intervalMs;
      let timer: NodeJS.Timeout | undefined;
      const look = (due: number): void => {
        const watched = new Set([...supervisors.keys()].filter((id) => id !== own && ring.has(id)));
        const heard = listening.take(); // first: what has come by `at` is in it
        const at = now();
        const step = stepHeartbeats(watch, { at, late: at - due > intervalMs, heard, watched }, policy);
        watch = step.watch;
        tell();
        timer = setTimeout(() => look(step.wakeAt), Math.max(1, Math.ceil(step.wakeAt - now())));
      };
      look(now());
      end = () => {
        clearTimeout(timer);
        listening.stop();
      };
    },
    ring(nodeids) {
      ring = new Set(nodeids);
      for (const id of watch.keys()) if (!ring.has(id)) forget(id);
      tell();
    },
    supervisor({ nodeid, pid }) {
      if (supervisors.get(nodeid) === pid) return;
      supervisors.set(nodeid, pid);
      forget(nodeid);
    },
    members(present) {
      const there = new Set(present.map(({ nodeid, pid }) => `${nodeid} ${pid}`));
      for (const [nodeid, pid] of supervisors) if (!there.has(`${nodeid} ${pid}`)) drop(nodeid);
      tell();
    },
    lost() {
      for (const nodeid of [...supervisors.keys()]) drop(nodeid);
      ring = new Set();
      tell();
    },
    stop() {
      stopped = true;
      end();
    },
  };
}
