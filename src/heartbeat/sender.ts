/**
 * Sends this node's heartbeats: one at each interval to every target. What can't be sent is not made up for: its absence is the
 * message.
 */
import { nowMicros, type Log } from '../process/log.ts';
import type { Metronome } from '../process/metronome.ts';
import type { Sockets } from '../process/sockets.ts';
import { encodeHeartbeat } from './datagram.ts';

export interface Target {
  readonly address: string;
  readonly port: number;
}

export interface SenderOptions {
  readonly nodeId: number;
  readonly targets: readonly Target[];
  readonly intervalMs: number;
  readonly key: Buffer;
  readonly metronome: Metronome;
  readonly sockets: Sockets;
  readonly log: Log;
}

/** So many are signed at the same time: to find all that it takes in no cache, for each one anew, costs an idle process more than the signature. */
const together = 10;

/** Returns what ends it. */
export function sendHeartbeats(options: SenderOptions): () => void {
  const { nodeId, targets, intervalMs, key, metronome, sockets, log } = options;
  const incarnation = BigInt(nowMicros());
  let sequence = 0n;
  let ended = false;
  const complaints = new Map<string, string>();
  const opened = sockets.udp();
  if (!('close' in opened)) {
    log.warn('heartbeat-socket', { why: opened.message });
    return () => undefined;
  }

  const signed: Buffer[] = [];
  function next(): Buffer {
    if (signed.length === 0)
      for (let count = 0; count < together; count += 1)
        signed.push(encodeHeartbeat({ nodeId, incarnation, sequence: ++sequence }, key));
    return signed.shift()!;
  }

  const beat = (): void => {
    const data = next();
    for (const { address, port } of targets) {
      const why = opened.send(data, address, port)?.message;
      if (why === complaints.get(address)) continue;
      if (why === undefined) complaints.delete(address);
      else {
        complaints.set(address, why);
        log.warn('heartbeat-not-sent', { address, port, why });
      }
    }
  };

  const stop = metronome.every(intervalMs, beat);
  beat();
  return () => {
    if (ended) return;
    ended = true;
    stop();
    opened.close();
  };
}
