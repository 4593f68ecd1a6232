import test from 'ava';
import fc from 'fast-check';
import { changesOf, decodeRecord, encodeRecord } from '../../../src/sync/record.ts';
import { createStore } from '../../../src/sync/store.ts';
import { defaultLimits } from '../../../src/sync/limits.ts';
import { zero, type Entry } from '../../../src/sync/types.ts';
import { batches, next } from './arbitrary.ts';

const bytes = fc.uint8Array({ maxLength: 50 }).map((each) => Buffer.from(each));
const number = fc.nat(Number.MAX_SAFE_INTEGER);
const pairs = fc.record({ key: bytes, value: bytes, version: fc.record({ epoch: number, sequence: number }) });

test('a record is read as it was written; damaged in a bit, cut or of another key it is none', (t) => {
  fc.assert(
    fc.property(pairs, fc.nat(), fc.nat(7), bytes, (pair, at, bit, other) => {
      const record = encodeRecord(pair);
      t.deepEqual(decodeRecord(pair.key, record), pair);
      const damaged = Buffer.from(record);
      damaged[at % record.length]! ^= 1 << bit;
      t.is(decodeRecord(pair.key, damaged), undefined);
      t.is(decodeRecord(pair.key, record.subarray(0, at % record.length)), undefined);
      if (!other.equals(pair.key)) t.is(decodeRecord(other, record), undefined);
      t.is(decodeRecord(pair.key, other), undefined);
    }),
  );
});

const inOrder = <T>(pairs: Iterable<readonly [string, T]>) => [...pairs].sort(([a], [b]) => (a < b ? -1 : 1));

test('the changes of some writes make of a state what the writes make, whatever was there', (t) => {
  fc.assert(
    fc.property(batches, batches, (first, then) => {
      const store = createStore(defaultLimits);
      for (const operations of first) store.apply(next(store.version, 1, operations));
      const state = new Map(store.snapshot().pairs.map((pair) => [pair.key.toString('latin1'), pair]));
      const entries: Entry[] = [];
      for (const operations of [[], ...then]) {
        const entry = next(store.version, 2, operations);
        entries.push(entry);
        store.apply(entry);
      }
      const { puts, deletes, version, after } = changesOf(entries);
      t.deepEqual([after, version], [first.length === 0 ? zero : entries[0]!.after, store.version]);
      for (const key of deletes) state.delete(key.toString('latin1'));
      for (const pair of puts) state.set(pair.key.toString('latin1'), pair);
      t.is(new Set([...deletes, ...puts.map(({ key }) => key)].map((key) => key.toString('latin1'))).size, puts.length + deletes.length); // prettier-ignore
      const wanted = store.snapshot().pairs.map((pair) => [pair.key.toString('latin1'), pair] as const);
      t.deepEqual(inOrder(state), inOrder(wanted));
    }),
  );
});
