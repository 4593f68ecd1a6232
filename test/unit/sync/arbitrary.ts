/** Random writes for the property tests: few keys, so that they meet. */
import fc from 'fast-check';
import type { Entry, Operation, Version } from '../../../src/sync/types.ts';

const key = fc.constantFrom('a', 'b', 'c', '\u00ff', 'aa').map((text) => Buffer.from(text, 'latin1'));
const value = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes));

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ op: fc.constant('put' as const), key, value }),
  fc.record({ op: fc.constant('delete' as const), key }),
);
export const batch = fc.array(operation, { minLength: 1, maxLength: 5 });
export const batches = fc.array(batch, { maxLength: 30 });

/** The write that comes after `after` in the reign of `epoch`. */
export const next = (after: Version, epoch: number, operations: readonly Operation[] = []): Entry => ({
  after,
  version: { epoch, sequence: after.sequence + 1 },
  operations,
});

export const put = (key: string, value: string): Operation => ({
  op: 'put',
  key: Buffer.from(key),
  value: Buffer.from(value),
});
