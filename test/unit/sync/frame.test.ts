import test from 'ava';
import fc from 'fast-check';
import { createFrameReader, encodeFrame } from '../../../src/sync/frame.ts';
import { readLog } from '../../../src/sync/log-file.ts';
import { createStore } from '../../../src/sync/store.ts';
import { defaultLimits } from '../../../src/sync/limits.ts';
import { type Entry, zero } from '../../../src/sync/types.ts';
import { decodeSent, encodeEntry, encodePart, partsOf } from '../../../src/sync/wire.ts';
import { batches, next } from './arbitrary.ts';

const reign = { epoch: 4, by: 'node1' };

test('frames come out of any cut of the stream as they went in', (t) => {
  const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(batches, cuts, (all, sizes) => {
      const entries = all.map((operations) => next(zero, 4, operations));
      const stream = Buffer.concat(entries.map((entry) => encodeEntry(reign, entry)));
      const reader = createFrameReader();
      const found: unknown[] = [];
      for (let at = 0, turn = 0; at < stream.length; turn += 1) {
        const size = sizes[turn % sizes.length]!;
        found.push(...reader.push(stream.subarray(at, at + size)).map(decodeSent));
        at += size;
      }
      t.deepEqual(
        found,
        entries.map((entry) => ({ type: 'entry', ...reign, entry, durable: 0 })),
      );
    }),
  );
});

test('a state is the same after it was cut in parts', (t) => {
  fc.assert(
    fc.property(batches, (all) => {
      const store = createStore(defaultLimits);
      for (const operations of all) store.apply(next(store.version, 4, operations));
      const snapshot = store.snapshot();
      const reader = createFrameReader();
      const parts = [...partsOf(snapshot)].flatMap((part) => reader.push(encodePart('state', reign, part)));
      const pairs = parts.map(decodeSent).flatMap((sent) => (sent.type === 'state' ? sent.part.pairs : []));
      t.deepEqual(pairs, [...snapshot.pairs]);
    }),
  );
});

test('what is no frame, or is damaged, throws', (t) => {
  t.throws(() => createFrameReader().push(Buffer.from('GET / HTTP/1.1\r\n\r\n')), { message: /no frame/ });
  const frame = encodeFrame({ type: 'ack' }, [Buffer.from('abc')]);
  frame[frame.length - 1]! ^= 1;
  t.throws(() => createFrameReader().push(frame), { message: /damaged/ });
  const huge = Buffer.alloc(16);
  huge.write('VNF1');
  huge.writeUInt32BE(2 ** 31, 8);
  t.throws(() => createFrameReader().push(huge), { message: /no frame/ });
});

/** A log whose writer did an fsync after every third write. */
function logOf(all: readonly Entry['operations'][]): { data: Buffer; ends: number[]; durable: number } {
  const ends: number[] = [];
  const records: Buffer[] = [];
  let [version, durable, at] = [zero, 0, 0];
  for (const [n, operations] of all.entries()) {
    if (n % 3 === 0) durable = version.sequence;
    const entry = next(version, 4, operations);
    version = entry.version;
    records.push(encodeEntry(reign, entry, durable));
    at += records.at(-1)!.length;
    ends.push(at);
  }
  return { data: Buffer.concat(records), ends, durable };
}

test('a log torn anywhere is what was written before', (t) => {
  fc.assert(
    fc.property(batches, fc.nat(), (all, cut) => {
      const { data, ends } = logOf(all);
      const at = data.length === 0 ? 0 : cut % data.length;
      const { entries, end } = readLog(data.subarray(0, at), zero);
      t.is(entries.length, ends.filter((each) => each <= at).length);
      t.is(end, ends.filter((each) => each <= at).at(-1) ?? 0);
    }),
  );
});

test('one damaged byte: the log ends before it, or it is said that durable writes are damaged', (t) => {
  let said = 0;
  fc.assert(
    fc.property(batches, fc.nat(), fc.integer({ min: 1, max: 255 }), (all, where, bits) => {
      const { data, ends } = logOf(all);
      if (data.length === 0) return;
      const at = where % data.length;
      data[at]! ^= bits;
      const damaged = ends.findIndex((end) => at < end); // its number; its sequence is one more
      const after = [...all.keys()].filter((n) => n > damaged);
      const known = Math.max(0, ...after.map((n) => n - (n % 3)));
      if (known > damaged) {
        said += 1;
        t.throws(() => readLog(data, zero), { message: /damaged/ });
      } else t.is(readLog(data, zero).entries.length, damaged);
    }),
  );
  t.true(said > 5);
});
