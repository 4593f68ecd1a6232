import test from 'ava';
import fc from 'fast-check';
import { createBacklog } from '../../../src/sync/backlog.ts';
import { type Entry, zero } from '../../../src/sync/types.ts';
import { next, put } from './arbitrary.ts';

test('whoever reads on gets every write in order, or is told that it needs the whole state', (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat(300), { maxLength: 3000 }), fc.nat(5000), (sizes, limit) => {
      const backlog = createBacklog(zero, limit);
      const all: Entry[] = [];
      for (const size of sizes) {
        const entry = next(all.at(-1)?.version ?? zero, 3, [put('k', 'x'.repeat(size))]);
        all.push(entry);
        backlog.add(entry);
      }
      let gone = 0;
      for (const [at, entry] of all.entries()) {
        const found = backlog.following(entry.after);
        if (found === 'gone') gone = at + 1;
        else t.is(found, entry);
      }
      for (let at = 0; at < gone; at += 1) t.is(backlog.following(all[at]!.after), 'gone');
      t.is(backlog.following(backlog.newest), undefined);
      t.true(backlog.bytes <= limit || gone === all.length - 1);
    }),
    { numRuns: 50 },
  );
});

test('a version of another history is told that it needs the whole state', (t) => {
  const backlog = createBacklog(zero, 1000);
  for (const epoch of [1, 2, 2]) backlog.add(next(backlog.newest, epoch));
  t.is(backlog.following({ epoch: 1, sequence: 2 }), 'gone');
  t.is(backlog.following({ epoch: 1, sequence: 9 }), 'gone');
  t.deepEqual(backlog.following({ epoch: 1, sequence: 1 }), next({ epoch: 1, sequence: 1 }, 2));
});
