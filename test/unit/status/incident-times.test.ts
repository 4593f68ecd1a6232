/** What was measured of an incident, held against what the description asks for. */
import test from 'ava';
import type { JournalEntry } from '../../../src/decide/incident-journal.ts';
import { targetOf } from '../../../src/model/recovery.ts';
import { incidentTimes, secondsText } from '../../../src/status/incident-times.ts';

const sal1 = targetOf('SAL1'); // noticed within 1 s, back within 6 s
const raised = (times: object, more: object = {}): JournalEntry =>
  ({ v: 1, vnf: 'v', incident: 'i', by: 'n1', kind: 'raised', at: 13_000, vnfc: 'web', node: 'n3', reason: 'x', severity: 'MAJOR', ...times, ...more }); // prettier-ignore
const recovered = (at: number, more: object = {}): JournalEntry => ({
  v: 1,
  vnf: 'v',
  incident: 'i',
  by: 'n1',
  kind: 'recovered',
  outcome: 'healed',
  at,
  ...more,
});
const seen = { failedAt: 10_000, noticedAt: 10_006 };

const cases: Readonly<Record<string, readonly [JournalEntry[], string, string]>> = {
  'others serve once it is excluded': [
    [raised({ ...seen, excludedAt: 10_015 }), recovered(40_000, { readmittedAt: 38_000 })],
    'within',
    'within SAL1: noticed in 0.006 s of 1 s, excluded in 0.015 s, the service back in 0.015 s of 6 s, the instance back in 28 s',
  ],
  'noticed too late': [
    [raised({ failedAt: 10_000, noticedAt: 11_500, excludedAt: 11_520 })],
    'over',
    'over SAL1: noticed in 1.5 s of 1 s, excluded in 1.5 s, the service back in 1.5 s of 6 s',
  ],
  'excluded too late': [
    [raised({ ...seen, excludedAt: 16_400 })],
    'over',
    'over SAL1: noticed in 0.006 s of 1 s, excluded in 6.4 s, the service back in 6.4 s of 6 s',
  ],
  'nobody else was left: until the instance is back': [
    [raised({ ...seen, excludedAt: 10_015 }, { severity: 'CRITICAL' }), recovered(40_000, { readmittedAt: 38_000 })],
    'over',
    'over SAL1: noticed in 0.006 s of 1 s, excluded in 0.015 s, the service back in 28 s of 6 s, the instance back in 28 s',
  ],
  'another became active, as far as Pacemaker was asked': [
    [raised({ ...seen, role: 'active', servedAt: 12_000 })],
    'within',
    'within SAL1: noticed in 0.006 s of 1 s, the service back in at most 2 s of 6 s',
  ],
  'asked too late to know': [
    [raised({ ...seen, role: 'active', servedAt: 17_000 })],
    'unclear',
    'perhaps not within SAL1: noticed in 0.006 s of 1 s, the service back in at most 7 s of 6 s',
  ],
  'a standby failed': [
    [raised({ ...seen, role: 'standby' }), recovered(40_000)],
    'within',
    'within SAL1: noticed in 0.006 s of 1 s, the service not touched, the instance back in at most 30 s',
  ],
  'a monitor found it: nobody knows since when': [
    [raised({ noticedAt: 10_006, excludedAt: 10_026 })],
    'within',
    'within SAL1: noticed: not measured, excluded in 0.02 s, the service back in 0.02 s of 6 s',
  ],
  'nothing was heard': [[raised({}), recovered(40_000)], 'unclear', 'not measured (SAL1 asks for 6 s)'],
  'of the beginning nothing is left': [[recovered(40_000)], 'unclear', 'its beginning is no longer known'],
  'nonsense of another version': [[raised({ failedAt: '10', noticedAt: NaN })], 'unclear', 'not measured (SAL1 asks for 6 s)'], // prettier-ignore
};
for (const [name, [entries, verdict, sentence]] of Object.entries(cases)) {
  test(name, (t) => {
    const times = incidentTimes(entries, sal1, 13_000);
    t.is(times.sentence, sentence);
    t.is(times.verdict, verdict as typeof times.verdict);
  });
}

test('an open one, of which nobody serves: still within, then over', (t) => {
  const entries = [raised(seen, { severity: 'CRITICAL' })];
  t.is(incidentTimes(entries, sal1, 14_000).verdict, 'open');
  t.is(incidentTimes(entries, sal1, 16_001).verdict, 'over');
  t.is(incidentTimes(entries, sal1, 14_000).sentence, 'still within SAL1: noticed in 0.006 s of 1 s, the service not back yet'); // prettier-ignore
});

test('where nothing was asked for, only what was measured is said; clocks that differ give no time before the failure', (t) => {
  const { sentence, verdict } = incidentTimes([raised({ failedAt: 10_000, noticedAt: 9_990, excludedAt: 10_015 })], undefined, 13_000); // prettier-ignore
  t.is(verdict, 'no target');
  t.is(sentence, 'noticed in 0 s, excluded in 0.015 s, the service back in 0.015 s');
});

test('seconds, as exact as they were measured', (t) => {
  t.deepEqual([6, 420, 1234, 12_345, 60_000].map(secondsText), ['0.006 s', '0.42 s', '1.2 s', '12.3 s', '60 s']);
});
