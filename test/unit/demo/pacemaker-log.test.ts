import test from 'ava';
import { promotionsIn } from '../../../src/demo/pacemaker-log.ts';

const line = (time: string, what: string) =>
  `${time} n1 pacemaker-controld  [60] (log_executor_event) \tnotice: Result of ${what} | CIB update 84, graph action confirmed`;

test('promotions that went well, at their local time', (t) => {
  const text = [
    line('Nov 25 17:24:35.582', 'promote operation for sipcore-registrar on n1: ok'),
    line('Nov 25 17:24:35.600', 'promote operation for sipcore-registrar on n1: error (it is dead)'),
    line('Nov 25 17:24:35.700', 'start operation for sipcore-registrar-vip on n1: ok'),
    'Nov 25 17:24:36  IPaddr2(sipcore-registrar-vip)[2382]:    INFO: Adding inet address 10.77.0.50/24 to device eth0',
    '',
  ].join('\n');
  const at = new Date(2026, 10, 25, 17, 24, 35, 582).getTime();
  t.deepEqual(promotionsIn(text, at + 5000), [
    { at: at * 1000, host: 'n1', source: 'pacemaker', event: 'promoted', resource: 'sipcore-registrar', node: 'n1' },
  ]);
});

test("what was logged on New Year's Eve is read on New Year's Day", (t) => {
  const text = line('Dec 31 23:59:59.900', 'promote operation for a on n1: ok');
  const at = new Date(2026, 11, 31, 23, 59, 59, 900).getTime();
  t.is(promotionsIn(text, at + 1000)[0]?.at, at * 1000);
});
