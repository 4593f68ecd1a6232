/**
 * One heartbeat of a node, as it goes over the wire: 'vnhb', version, nodeid, incarnation, sequence, and an HMAC-SHA256 of all that.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';

export interface Heartbeat {
  readonly nodeId: number;
  /** When the sender was started, in microseconds since the epoch: a later one starts its sequence anew. */
  readonly incarnation: bigint;
  readonly sequence: bigint;
}

const magic = Buffer.from('vnhb\x01\0\0\0', 'latin1');
const bodyBytes = magic.length + 4 + 8 + 8;
const macBytes = 32;
/** Every heartbeat has so many bytes. */
export const heartbeatBytes = bodyBytes + macBytes;

export function encodeHeartbeat({ nodeId, incarnation, sequence }: Heartbeat, key: Buffer): Buffer {
  const data = Buffer.alloc(heartbeatBytes);
  magic.copy(data);
  data.writeUInt32BE(nodeId, 8);
  data.writeBigUInt64BE(incarnation, 12);
  data.writeBigUInt64BE(sequence, 20);
  macOf(data, key).copy(data, bodyBytes);
  return data;
}

/** Undefined: it is none, of another version, or of somebody without the key. */
export function decodeHeartbeat(data: Buffer, key: Buffer): Heartbeat | undefined {
  if (data.length !== heartbeatBytes || !data.subarray(0, magic.length).equals(magic)) return undefined;
  if (!timingSafeEqual(data.subarray(bodyBytes), macOf(data, key))) return undefined;
  return {
    nodeId: data.readUInt32BE(8),
    incarnation: data.readBigUInt64BE(12),
    sequence: data.readBigUInt64BE(20),
  };
}

const macOf = (data: Buffer, key: Buffer): Buffer =>
  createHmac('sha256', key).update(data.subarray(0, bodyBytes)).digest();

/** Corosync's key where there is one; else the cluster's name, which keeps clusters apart but no attacker out. */
export async function heartbeatKey(clusterName: string, authkey = '/etc/corosync/authkey'): Promise<Buffer> {
  try {
    return await readFile(authkey);
  } catch {
    return createHash('sha256').update(clusterName).digest();
  }
}
