/** The torture sees what must not be, and only that; its schedule follows from the seed. */
import test from 'ava';
import { nextBlow } from '../../../bench/torture/faults.ts';
import { subjects } from '../../../bench/torture/subjects.ts';
import { createJudge, type Look } from '../../../bench/torture/verdict.ts';

const nodes = ['a', 'b', 'c'];

interface Seen {
  readonly addresses?: readonly string[];
  /** Whether its own server answers; default: it does. */
  readonly web?: boolean;
  readonly rotation?: readonly string[];
}

/** `ms` of looks every 200 ms at each node; who isn't in `at` is off. */
function watching() {
  const servers = nodes.map((node) => `web/${node}`);
  const judge = createJudge({ vips: { '1.1.1.1': 1000, '2.2.2.2': 3000 }, servers, deadMs: 1000, emptyMs: 2000 });
  let now = 1_000_000;
  const see = (ms: number, at: Readonly<Record<string, Seen>>): readonly string[] => {
    const before = judge.violations.length;
    for (const end = now + ms; now < end; now += 200)
      for (const [node, { addresses = [], web = true, rotation }] of Object.entries(at)) {
        const inIt = rotation?.map((name) => `web/${name}`) ?? null;
        const look: Look = { at: now, addresses, answers: { [`web/${node}`]: web }, rotation: inIt };
        judge.heard(node, look);
      }
    return judge.violations.slice(before).map((text) => text.replace(/^\S+: | for \d+ ms$/g, ''));
  };
  return { see };
}
const well = { a: { rotation: nodes, addresses: ['1.1.1.1'] }, b: { rotation: nodes }, c: {} };

test('all is well; an address moves; a node goes, and its server a little later', (t) => {
  const { see } = watching();
  t.deepEqual(see(3000, well), []);
  t.deepEqual(see(400, { ...well, b: { rotation: nodes, addresses: ['1.1.1.1'] } }), [], 'seen twice for a moment');
  t.deepEqual(see(3000, { a: { rotation: nodes }, b: { rotation: nodes, addresses: ['1.1.1.1'] }, c: {} }), []);
  t.deepEqual(see(1200, { a: { rotation: nodes }, b: { rotation: nodes } }), []);
  t.deepEqual(see(3000, { a: { rotation: ['a', 'b'] }, b: { rotation: ['a', 'b'] } }), []);
});

test('two owners', (t) => {
  const { see } = watching();
  see(1000, well);
  t.deepEqual(see(3000, { ...well, b: { rotation: nodes, addresses: ['1.1.1.1'] } }), ['1.1.1.1 has several owners']);
});

test('a dead instance in rotation: of a node that lives, and of one that is off', (t) => {
  const { see } = watching();
  see(1000, well);
  t.deepEqual(see(4000, { ...well, b: { rotation: ['a', 'b'] }, c: { web: false } }), [
    'a sends requests to web/c, which is dead',
  ]);
  see(1000, well);
  t.deepEqual(see(4000, { a: well.a, b: { rotation: ['a', 'b'] } }), ['a sends requests to web/c, which is dead']);
});

test('nobody in rotation while one answers; nobody answers: right', (t) => {
  const { see } = watching();
  see(1000, well);
  const dead = { a: { rotation: [], web: false }, b: { rotation: [], web: false }, c: { web: false } };
  t.deepEqual(see(4000, dead), []);
  t.deepEqual(see(4000, { ...dead, c: { web: true } }), [
    'a sends requests for web to nobody, though an instance answers',
    'b sends requests for web to nobody, though an instance answers',
  ]);
});

test('no HAProxy answers: it sends nothing to anybody', (t) => {
  const { see } = watching();
  see(1000, well);
  t.deepEqual(see(4000, { a: {}, b: {}, c: { web: false } }), []);
});

test('an address that is settled by election may be on two nodes for longer', (t) => {
  const { see } = watching();
  const split = { a: { addresses: ['2.2.2.2'] }, b: { addresses: ['2.2.2.2'] }, c: {} };
  t.deepEqual(see(2800, split), []);
  t.deepEqual(see(1000, split), ['2.2.2.2 has several owners']);
});

test('the same numbers, the same blows', (t) => {
  const numbers = [0.1, 0.9, 0.5, 0.3, 0.7, 0.2];
  const chance = () => {
    let at = 0;
    return () => numbers[at++ % numbers.length]!;
  };
  for (const { faults } of Object.values(subjects)) {
    const names = Object.keys(faults);
    t.deepEqual(nextBlow(chance(), nodes, names), nextBlow(chance(), nodes, names));
    t.is(nextBlow(chance(), nodes, names).node, 'c');
  }
});
