import test from 'ava';
import fc from 'fast-check';
import { defaultLimits } from '../../../src/sync/limits.ts';
import { createStore, type Store } from '../../../src/sync/store.ts';
import { compareVersions } from '../../../src/sync/types.ts';
import { batch, batches, next, put } from './arbitrary.ts';

const none = Buffer.alloc(0);
const contents = (store: Store): [string, string][] =>
  store.list(none, undefined, Infinity).map(({ key, value }) => [key.toString('hex'), value.toString('hex')]);

test('the state is that of a map, and every write makes a newer version', (t) => {
  fc.assert(
    fc.property(batches, (all) => {
      const store = createStore(defaultLimits);
      const model = new Map<string, string>();
      for (const operations of all) {
        const before = store.version;
        if (store.apply(next(before, 1, operations)) !== 'applied') return false;
        if (compareVersions(store.version, before) <= 0) return false;
        for (const each of operations) {
          if (each.op === 'put') model.set(each.key.toString('hex'), each.value.toString('hex'));
          else model.delete(each.key.toString('hex'));
        }
      }
      const cost = [...model].reduce((sum, [key, value]) => sum + (key.length + value.length) / 2 + 64, 0);
      t.is(store.bytes, cost);
      t.is(store.keys, model.size);
      t.deepEqual(contents(store), [...model].sort());
      return true;
    }),
  );
});

test('a state restored from a snapshot is the same; later writes change no snapshot', (t) => {
  fc.assert(
    fc.property(batches, batches, (before, after) => {
      const one = createStore(defaultLimits);
      for (const operations of before) one.apply(next(one.version, 1, operations));
      const [snapshot, then] = [one.snapshot(), contents(one)];
      for (const operations of after) one.apply(next(one.version, 1, operations));
      const two = createStore(defaultLimits);
      two.restore(snapshot);
      t.deepEqual(contents(two), then);
      for (const operations of after) two.apply(next(two.version, 1, operations));
      t.deepEqual(contents(two), contents(one));
      t.is(two.bytes, one.bytes);
      t.deepEqual(two.version, one.version);
    }),
  );
});

test('only the next write in order is done; one that is here already, or too early, changes nothing', (t) => {
  fc.assert(
    fc.property(batches, fc.array(fc.nat(29), { maxLength: 60 }), (all, order) => {
      const entries = all.map((operations, at) => ({
        after: { epoch: at === 0 ? 0 : 1, sequence: at },
        version: { epoch: 1, sequence: at + 1 },
        operations,
      }));
      const store = createStore(defaultLimits);
      for (const at of order.filter((each) => each < entries.length)) {
        const have = store.version.sequence;
        const before = contents(store);
        const applied = store.apply(entries[at]!);
        t.is(applied, at < have ? 'old' : at === have ? 'applied' : 'gap');
        if (applied !== 'applied') t.deepEqual(contents(store), before);
      }
    }),
  );
});

test('the limit on the whole state counts what a batch leaves, and what makes it smaller is welcome', (t) => {
  const limits = { ...defaultLimits, totalBytes: 200 };
  fc.assert(
    fc.property(fc.array(batch, { maxLength: 20 }), (all) => {
      const store = createStore(limits);
      for (const operations of all) {
        const refused = store.refuse(operations);
        const copy = createStore(defaultLimits);
        copy.restore(store.snapshot());
        copy.apply(next(copy.version, 1, operations));
        t.is(refused !== undefined, copy.bytes > 200 && copy.bytes > store.bytes);
        if (refused === undefined) store.apply(next(store.version, 1, operations));
      }
    }),
  );
});

test('each limit is refused with a sentence', (t) => {
  const store = createStore({ keyBytes: 3, valueBytes: 4, batchOperations: 2, batchBytes: 9, totalBytes: 1000 });
  t.is(store.refuse([put('abc', '1234')]), undefined);
  t.is(store.refuse([put('', '1')]), 'a key is empty');
  t.is(store.refuse([put('abcd', '1')]), 'a key has 4 bytes: 3 are allowed');
  t.is(store.refuse([put('a', '12345')]), 'a value has 5 bytes: 4 are allowed');
  t.is(store.refuse([put('a', ''), put('b', ''), put('c', '')]), '3 operations in one batch: 2 are allowed');
  t.is(store.refuse([put('abc', '1234'), put('abc', '1')]), 'a batch has 11 bytes: 9 are allowed');
});

test('a listing goes on after the last key of the page before, within a prefix', (t) => {
  const store = createStore(defaultLimits);
  store.apply(next(store.version, 1, ['b/1', 'a/2', 'a/1', 'a/3', 'c'].map((key) => put(key, key)))); // prettier-ignore
  const page = (after?: string): string[] =>
    store
      .list(Buffer.from('a/'), after === undefined ? undefined : Buffer.from(after), 2)
      .map(({ key }) => key.toString());
  t.deepEqual(page(), ['a/1', 'a/2']);
  t.deepEqual(page('a/2'), ['a/3']);
});
