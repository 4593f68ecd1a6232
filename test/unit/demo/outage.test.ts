import test from 'ava';
import { outageOf } from '../../../src/demo/outage.ts';
import type { Sample } from '../../../src/demo/sample.ts';

const sample = (at: number, ok: boolean, micros = 5): Sample => ({ at, ok, micros, target: 'x', answer: '' });

test('lost requests are counted from the fault on; the service is back with the first answer after the last loss', (t) => {
  const samples = [
    sample(10, false),
    sample(100, true),
    sample(120, false, 50),
    sample(140, true),
    sample(160, false),
    sample(180, true, 7),
  ];
  t.deepEqual(outageOf(samples, 100), { sent: 5, lost: 2, firstLostAt: 120, backAt: 187, longestGap: 42 });
});

test('a service that never came back has no time of being back', (t) => {
  const { lost, backAt } = outageOf([sample(1, true), sample(2, false)], 0);
  t.is(lost, 1);
  t.is(backAt, undefined);
});

test('nothing lost: no outage', (t) => {
  const { lost, firstLostAt, backAt } = outageOf([sample(1, true), sample(2, true)], 0);
  t.deepEqual([lost, firstLostAt, backAt], [0, undefined, undefined]);
});
