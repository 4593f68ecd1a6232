/** The pure parts together, with a network that delivers late, in part or never: what was acknowledged is there after any promotion that was sure. */
import test from 'ava';
import fc from 'fast-check';
import { copiesFor, reached } from '../../../src/sync/confirmations.ts';
import { createFollower, type Follower } from '../../../src/sync/follower.ts';
import { defaultLimits } from '../../../src/sync/limits.ts';
import { chooseBeginning, type Copy } from '../../../src/sync/promotion.ts';
import { createStore } from '../../../src/sync/store.ts';
import { type Entry, type Level, levels } from '../../../src/sync/types.ts';
import { next, put } from './arbitrary.ts';

type Step =
  | { readonly do: 'write'; readonly who: number; readonly level: Level }
  | { readonly do: 'deliver'; readonly who: number; readonly to: number }
  | { readonly do: 'promote'; readonly who: number; readonly asked: number }
  | { readonly do: 'restart'; readonly who: number };

const who = fc.nat(4);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('write' as const), who, level: fc.constantFrom(...levels) }) },
  { weight: 9, arbitrary: fc.record({ do: fc.constant('deliver' as const), who, to: who }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('promote' as const),
      who,
      asked: fc.integer({ min: 0, max: 63 }).map((bits) => (bits > 31 ? 31 : bits)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), who }) },
);

interface Instance {
  follower: Follower;
  /** While it believes itself active; it may be wrong. */
  lead: { epoch: number; log: Entry[]; acked: Map<number, number> } | undefined;
}

const name = (at: number): string => `n${at}`;
const fresh = (promised = { epoch: 0, by: '' }, holding: 'new' | 'blank' = 'new'): Instance => ({
  follower: createFollower(createStore(defaultLimits), { promised, holding }),
  lead: undefined,
});

/** Plays the steps; returns the writes that were acknowledged at a sure level and are missing after a promotion. */
function play(copies: number, steps: readonly Step[]): { missing: string[]; acknowledged: number } {
  const all = Array.from({ length: copies }, () => fresh());
  let epoch = 0;
  let count = 0;
  /** Acknowledged, by the sequence that it needs from the leader of that moment. */
  const waiting: { key: string; level: Level; lead: Instance['lead']; sequence: number }[] = [];
  const acknowledged: { key: string; level: Level }[] = [];
  const missing: string[] = [];

  const look = (lead: NonNullable<Instance['lead']>, own: number): void => {
    for (const each of [...waiting].filter((one) => one.lead === lead)) {
      if (reached(own, [...lead.acked.values()], copiesFor(each.level, copies)) < each.sequence) continue;
      acknowledged.push({ key: each.key, level: each.level });
      waiting.splice(waiting.indexOf(each), 1);
    }
  };

  for (const each of steps) {
    const leads = all.flatMap(({ lead }, at) => (lead === undefined ? [] : [at]));
    const pick = each.do === 'write' || each.do === 'deliver' ? leads : [...all.keys()];
    const at = pick[each.who % pick.length];
    if (at === undefined) continue;
    const one = all[at]!;
    const { store } = one.follower;
    if (each.do === 'restart') {
      all[at] = fresh(one.follower.promised, one.follower.holding === 'new' ? 'new' : 'blank');
    } else if (each.do === 'write' && one.lead !== undefined && one.follower.promised.epoch === one.lead.epoch) {
      const key = `k${++count}`;
      const entry = next(store.version, one.lead.epoch, [put(key, key)]);
      store.apply(entry);
      one.lead.log.push(entry);
      waiting.push({ key, level: each.level, lead: one.lead, sequence: entry.version.sequence });
      look(one.lead, store.version.sequence);
    } else if (each.do === 'deliver' && one.lead !== undefined && each.to % copies !== at) {
      // one message of the stream: the next write, or else the whole state
      const other = all[each.to % copies]!.follower;
      const reign = { epoch: one.lead.epoch, by: name(at) };
      const entry = one.lead.log.find(({ after }) => after.sequence === other.store.version.sequence);
      let answer = entry && other.take({ type: 'entry', ...reign, entry });
      if (answer === undefined || answer.type === 'behind') {
        const part = { ...store.snapshot(), first: true, last: true };
        answer = other.take({ type: 'state', ...reign, part });
      }
      if (answer?.type === 'stale') one.lead = undefined;
      if (answer?.type !== 'ack') continue;
      one.lead!.acked.set(each.to % copies, answer.version.sequence);
      look(one.lead!, store.version.sequence);
    } else if (each.do === 'promote') {
      epoch += 1;
      const reign = { epoch, by: name(at) };
      one.follower.promise(reign);
      const copy = (other: number): Copy => {
        const { holding, store } = all[other]!.follower;
        return { node: String(other), version: store.version, holding };
      };
      const asked = [...all.keys()].filter((other) => other !== at && ((each.asked >> other) & 1) === 1);
      for (const other of asked) {
        all[other]!.follower.promise(reign);
        if (all[other]!.follower.promised.by !== reign.by) throw new Error('two reigns of one epoch');
      }
      const beginning = chooseBeginning(copy(at), asked.map(copy), copies);
      if (!beginning.sure.includes('standby')) continue; // policy: wait
      if (beginning.from !== String(at)) store.restore(all[Number(beginning.from)]!.follower.store.snapshot());
      one.follower.made();
      const begun = next(store.version, epoch);
      store.apply(begun);
      one.lead = { epoch, log: [begun], acked: new Map() };
      for (const { key, level } of acknowledged)
        if (level !== 'local' && store.get(Buffer.from(key)) === undefined) missing.push(key);
    }
  }
  return { missing, acknowledged: acknowledged.filter(({ level }) => level !== 'local').length };
}

test('no acknowledged write is missing after a promotion that was sure', (t) => {
  let acknowledged = 0;
  const steps = fc.array(step, { minLength: 40, maxLength: 150, size: 'max' });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), steps, (copies, steps) => {
      const played = play(copies, steps);
      acknowledged += played.acknowledged;
      t.deepEqual(played.missing, []);
    }),
    { numRuns: 1000 },
  );
  t.true(acknowledged > 1000, `${acknowledged} were acknowledged`);
});

test('who is sure, by how many have the state', (t) => {
  const copy = (node: string, sequence: number, holding: Copy['holding'] = 'whole'): Copy => ({
    node,
    version: { epoch: 1, sequence },
    holding,
  });
  t.deepEqual(chooseBeginning(copy('a', 3), [copy('b', 4)], 3), {
    from: 'b',
    version: { epoch: 1, sequence: 4 },
    sure: ['quorum', 'standby'],
    counted: 2,
  });
  t.deepEqual(chooseBeginning(copy('a', 3), [], 3).sure, []);
  t.deepEqual(chooseBeginning(copy('a', 3), [copy('b', 9, 'blank'), copy('c', 2)], 4).sure, ['quorum']);
  t.deepEqual(chooseBeginning(copy('a', 3), [copy('b', 3), copy('c', 3)], 5).sure, ['quorum']);
  t.deepEqual(chooseBeginning(copy('a', 3), [], 2).sure, ['quorum', 'standby']);
  t.deepEqual(chooseBeginning(copy('a', 0, 'new'), [copy('b', 0, 'new')], 2).sure, ['quorum', 'standby']);
});
