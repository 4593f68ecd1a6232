import test from 'ava';
import fc from 'fast-check';
import { createFollower, type Follower, type Sent } from '../../../src/sync/follower.ts';
import { defaultLimits } from '../../../src/sync/limits.ts';
import { createStore } from '../../../src/sync/store.ts';
import { type Entry, type Operation, type Pair, type Version, versionText, zero } from '../../../src/sync/types.ts';
import { batches, next, put } from './arbitrary.ts';

const follower = (): Follower =>
  createFollower(createStore(defaultLimits), { promised: { epoch: 0, by: '' }, holding: 'new' });
const reign = (epoch: number, by = 'a') => ({ epoch, by });
const entry = (epoch: number, after: Version, ...operations: Operation[]): Sent => ({
  type: 'entry',
  ...reign(epoch),
  entry: next(after, epoch, operations),
});
const part = (epoch: number, version: Version, first: boolean, last: boolean, pairs: readonly Pair[] = []): Sent => ({
  type: 'state',
  ...reign(epoch),
  part: { version, first, last, pairs },
});

test('nothing of an older epoch is taken once a newer one began', (t) => {
  const message = fc.record({ epoch: fc.nat(4), begins: fc.boolean(), kind: fc.nat(2), guess: fc.nat(5) });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 40 }), (messages) => {
      const one = follower();
      let highest = 0;
      for (const { epoch, begins, kind, guess } of messages) {
        if (begins && one.accepts(reign(epoch))) one.promise(reign(epoch));
        if (begins) highest = Math.max(highest, epoch);
        const before = versionText(one.store.version);
        const after = guess === 0 ? one.store.version : { epoch, sequence: guess };
        const sent =
          kind === 0 ? entry(epoch, after) : kind === 1 ? part(epoch, { epoch, sequence: guess }, true, true) : { type: 'begin' as const, ...reign(epoch) }; // prettier-ignore
        const answer = one.take(sent);
        t.is(one.promised.epoch, highest);
        if (epoch >= highest) continue;
        t.deepEqual(answer, { type: 'stale', epoch: highest });
        t.is(versionText(one.store.version), before);
      }
    }),
  );
});

test('an epoch belongs to one instance', (t) => {
  const one = follower();
  one.promise(reign(3, 'a'));
  t.false(one.accepts(reign(3, 'b')));
  one.promise(reign(3, 'b'));
  t.deepEqual(one.take({ type: 'begin', ...reign(3, 'b') }), { type: 'stale', epoch: 3 });
  t.is(one.take({ type: 'begin', ...reign(3, 'a') })?.type, 'promise');
});

test('writes that come between the parts of a state wait for it', (t) => {
  fc.assert(
    fc.property(batches, fc.array(fc.boolean(), { maxLength: 60 }), (writes, turns) => {
      const source = createStore(defaultLimits);
      source.apply(next(zero, 1, [put('a', '1'), put('b', '2'), put('c', '3')]));
      const { version, pairs } = source.snapshot();
      const one = follower();
      one.promise(reign(1));
      const parts = [0, 1, 2].map((at) => part(1, version, at === 0, at === 2, pairs.slice(at, at + 1)));
      let last = one.take(parts.shift()!);
      const left: Entry[] = writes.map((operations) => {
        const write = next(source.version, 1, operations);
        source.apply(write);
        return write;
      });
      for (const turn of turns) {
        if (turn && parts.length > 0) last = one.take(parts.shift()!);
        else if (left.length > 0) last = one.take({ type: 'entry', ...reign(1), entry: left.shift()! });
      }
      for (const each of parts) last = one.take(each);
      for (const each of left) last = one.take({ type: 'entry', ...reign(1), entry: each });
      t.deepEqual(last, { type: 'ack', epoch: 1, version: source.version });
      t.deepEqual(one.store.list(Buffer.alloc(0), undefined, 99), source.list(Buffer.alloc(0), undefined, 99));
    }),
  );
});

test('a gap, a part without its beginning, and a lost memory are answered with what is here', (t) => {
  const one = follower();
  one.promise(reign(1));
  t.deepEqual(one.take(entry(1, { epoch: 1, sequence: 5 })), { type: 'behind', epoch: 1, version: zero });
  t.deepEqual(one.take(part(1, { epoch: 1, sequence: 5 }, false, true)), { type: 'behind', epoch: 1, version: zero });
  const blank = createFollower(createStore(defaultLimits), { promised: reign(1), holding: 'blank' });
  t.deepEqual(blank.take(entry(1, zero)), { type: 'behind', epoch: 1, version: zero });
  t.is(blank.take(part(1, { epoch: 1, sequence: 5 }, true, true))?.type, 'ack');
  t.is(blank.holding, 'whole');
});

test('a state that is older than what is here is acknowledged, and not taken', (t) => {
  const one = follower();
  one.promise(reign(1));
  one.take(entry(1, zero, put('a', '1')));
  one.take(entry(1, one.store.version, put('a', '2')));
  t.deepEqual(one.take(part(1, { epoch: 1, sequence: 1 }, true, true)), {
    type: 'ack',
    epoch: 1,
    version: { epoch: 1, sequence: 2 },
  });
  t.is(one.store.get(Buffer.from('a'))!.value.toString(), '2');
});
