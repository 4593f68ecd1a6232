/** What a key, a value, a batch and the whole state may have at most. */
import type { Operation } from './types.ts';

export interface SyncLimits {
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly batchOperations: number;
  /** Keys and values of one batch. */
  readonly batchBytes: number;
  /** The whole state: see costOf. */
  readonly totalBytes: number;
}

const MiB = 2 ** 20;
export const defaultLimits: SyncLimits = {
  keyBytes: 512,
  valueBytes: MiB,
  batchOperations: 1000,
  batchBytes: 4 * MiB,
  totalBytes: 256 * MiB,
};

/** What a key costs beside its bytes: the map's entry, the buffer's head, its version. */
const overhead = 64;

/** What a pair counts of the whole state, in bytes. */
export const costOf = (keyBytes: number, valueBytes: number): number => keyBytes + valueBytes + overhead;

/** Bytes of keys and values. */
export const bytesOf = (operations: readonly Operation[]): number =>
  operations.reduce((sum, each) => sum + each.key.length + (each.op === 'put' ? each.value.length : 0), 0);

/** What is wrong with a write by itself, as a sentence; undefined: nothing. */
export function refusalOf(operations: readonly Operation[], limits: SyncLimits): string | undefined {
  if (operations.length > limits.batchOperations)
    return `${operations.length} operations in one batch: ${limits.batchOperations} are allowed`;
  for (const each of operations) {
    if (each.key.length === 0) return 'a key is empty';
    if (each.key.length > limits.keyBytes) return `a key has ${each.key.length} bytes: ${limits.keyBytes} are allowed`;
    if (each.op === 'put' && each.value.length > limits.valueBytes)
      return `a value has ${each.value.length} bytes: ${limits.valueBytes} are allowed`;
  }
  const bytes = bytesOf(operations);
  return bytes > limits.batchBytes ? `a batch has ${bytes} bytes: ${limits.batchBytes} are allowed` : undefined;
}
