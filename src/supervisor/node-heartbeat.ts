/**
 * This node's heartbeats to the nodes of a VNF's load balancer, as its description says; without a description there are none.
 */
import { unwatchFile, watchFile } from 'node:fs';
import { heartbeatKey } from '../heartbeat/datagram.ts';
import { sendHeartbeats, type Target } from '../heartbeat/sender.ts';
import { lbNodes } from '../model/names.ts';
import type { Vnf } from '../model/vnf.ts';
import { messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import type { Metronome } from '../process/metronome.ts';
import type { Sockets } from '../process/sockets.ts';

export interface NodeHeartbeatOptions {
  readonly node: string;
  readonly description: string;
  readonly metronome: Metronome;
  readonly sockets: Sockets;
  readonly log: Log;
}

/** How soon a changed description is noticed. */
const lookMs = 5000;

/** Sends until it is ended by what it returns. */
export function startNodeHeartbeat(options: NodeHeartbeatOptions): () => void {
  const { node, description, metronome, sockets, log } = options;
  let end = (): void => undefined;
  let stopped = false;

  async function begin(): Promise<void> {
    try {
      const { loadVnfOn } = await import('../model/load.ts');
      const vnf = await loadVnfOn(node, description);
      const key = await heartbeatKey(vnf.cluster.name);
      const nodeId = vnf.nodes.find(({ name }) => name === node)!.id;
      const { intervalMs } = vnf.cluster.heartbeat;
      const targets = targetsOf(vnf, node);
      if (stopped) return;
      end();
      end =
        targets.length === 0
          ? () => undefined
          : sendHeartbeats({ nodeId, targets, intervalMs, key, metronome, sockets, log });
      log.info('heartbeats', { to: targets.map(({ address }) => address), intervalMs });
    } catch (error) {
      log.warn('heartbeats-as-before', { description, why: messageOf(error) });
    }
  }

  let busy = begin();
  const look = (): void => void (busy = busy.then(begin));
  watchFile(description, { interval: lookMs, persistent: false }, look);
  return () => {
    stopped = true;
    unwatchFile(description, look);
    end();
  };
}

/** The load balancer's other nodes, on each of corosync's networks. */
function targetsOf(vnf: Vnf, node: string): Target[] {
  const { links, heartbeat } = vnf.cluster;
  return lbNodes(vnf.loadBalancer)
    .filter((name) => name !== node)
    .flatMap((name) => {
      const { addresses } = vnf.nodes.find((each) => each.name === name)!;
      return links.map((link) => ({ address: addresses[link]!, port: heartbeat.port }));
    });
}
