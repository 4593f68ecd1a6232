/** What an instance says that carries its state itself. */
import test from 'ava';
import { readReport, whatIsMissing } from '../../../src/ocf/vnfc/report.ts';

test('lag and epoch, among other words', (t) => {
  t.deepEqual(readReport('lag=0\n'), { lag: 0, epoch: undefined });
  t.deepEqual(readReport('epoch=7 lag=512 role=slave what=a=b\n'), { lag: 512, epoch: 7 });
  t.deepEqual(readReport(' lag=unknown\nepoch=3'), { lag: undefined, epoch: 3 });
});

test('whatever else is no report', (t) => {
  for (const output of [
    '',
    'lag',
    'lag=',
    'lag=-1',
    'lag=1.5',
    'lag=1e3',
    'lag=1 epoch=x',
    'lag=1 epoch=',
    'epoch=7',
    `lag=${'9'.repeat(16)}`,
  ])
    t.is(readReport(output), undefined, output);
});

test('what is missing: nothing up to what is allowed', (t) => {
  const missing = (lag: number | undefined) => whatIsMissing({ lag, epoch: 1 }, 10);
  t.is(missing(0), undefined);
  t.is(missing(10), undefined);
  t.is(missing(11), 'its state is behind by more than 10');
  t.regex(missing(undefined)!, /doesn't know/);
});
