/** What the checkpoint stores keep: a record for each key, that shows whether it is one of ours and whole. Pure. */
import { crc32 } from 'node:zlib';
import type { Entry, Pair, Version } from './types.ts';

/** Magic, epoch, sequence, CRC-32 of the key and all else; the value follows. */
const headBytes = 24;
const magic = 0x564e5231; // VNR1

const checksum = (key: Buffer, record: Buffer): number =>
  crc32(record.subarray(headBytes), crc32(record.subarray(0, headBytes - 4), crc32(key)));

export function encodeRecord({ key, value, version }: Pair): Buffer {
  const record = Buffer.concat([Buffer.alloc(headBytes), value]);
  record.writeUInt32BE(magic, 0);
  record.writeBigUInt64BE(BigInt(version.epoch), 4);
  record.writeBigUInt64BE(BigInt(version.sequence), 12);
  record.writeUInt32BE(checksum(key, record), headBytes - 4);
  return record;
}

/** Undefined: it is none of ours, of another key, or damaged. */
export function decodeRecord(key: Buffer, record: Buffer): Pair | undefined {
  if (record.length < headBytes || record.readUInt32BE(0) !== magic) return undefined;
  if (record.readUInt32BE(headBytes - 4) !== checksum(key, record)) return undefined;
  const version = { epoch: Number(record.readBigUInt64BE(4)), sequence: Number(record.readBigUInt64BE(12)) };
  // copied, so that a small value doesn't keep a large chunk in memory
  return { key, value: Buffer.from(record.subarray(headBytes)), version };
}

/** What changes by some writes, each key once. */
export interface Changes {
  readonly after: Version;
  readonly version: Version;
  readonly puts: readonly Pair[];
  readonly deletes: readonly Buffer[];
}

/** @param entries one at least, in order */
export function changesOf(entries: readonly Entry[]): Changes {
  const last = new Map<string, Pair | Buffer>();
  for (const { operations, version } of entries)
    for (const each of operations)
      last.set(each.key.toString('latin1'), each.op === 'put' ? { key: each.key, value: each.value, version } : each.key); // prettier-ignore
  const puts: Pair[] = [];
  const deletes: Buffer[] = [];
  for (const each of last.values())
    if (Buffer.isBuffer(each)) deletes.push(each);
    else puts.push(each);
  return { after: entries[0]!.after, version: entries.at(-1)!.version, puts, deletes };
}
