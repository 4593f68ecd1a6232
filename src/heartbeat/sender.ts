/**
 * Sends this node's heartbeats: one at each interval to every target. What can't be sent is not made up for: its absence is the
 * message.
 */
import { createSocket } from 'node:dgram';
import { nowMicros, type Log } from '../process/log.ts';
import type { Metronome } from '../process/metronome.ts';
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
  readonly log: Log;
}

/** Returns what ends it. */
export function sendHeartbeats({ nodeId, targets, intervalMs, key, metronome, log }: SenderOptions): () => void {
  const incarnation = BigInt(nowMicros());
  let sequence = 0n;
  let ended = false;
  const complaints = new Map<string, string>();
  const socket = createSocket('udp4');
  socket.on('error', (error) => log.warn('heartbeat-socket', { why: error.message }));
  socket.unref();

  function beat(): void {
    const data = encodeHeartbeat({ nodeId, incarnation, sequence: ++sequence }, key);
    for (const { address, port } of targets) {
      socket.send(data, port, address, (error) => {
        if (error === null) complaints.delete(address);
        else if (complaints.get(address) !== error.message) {
          complaints.set(address, error.message);
          log.warn('heartbeat-not-sent', { address, port, why: error.message });
        }
      });
    }
  }

  const stop = metronome.every(intervalMs, beat);
  beat();
  return () => {
    if (ended) return;
    ended = true;
    stop();
    socket.close();
  };
}
