import test from 'ava';
import { summaryTable } from '../../../src/demo/report.ts';
import { type Entry, type LogRecord, missingFrom, timelineOf } from '../../../src/demo/timeline.ts';

const nodes = new Map([
  [1, 'n1'],
  [2, 'n2'],
]);
const record = (at: number, host: string, event: string, fields: object): LogRecord => ({
  at,
  host,
  source: 'bridge',
  event,
  ...fields,
});
const failed = { kind: 'resource', resource: 'web', task: 'monitor', rc: 7, targetRc: 0, node: 'n2' };
const set = (out: boolean, outcome: unknown = 'done') => ({ servers: [{ server: 'web/n2', out, outcome }] });

test('what two hosts say alike stands once, in the order of time; what was before the fault does not', (t) => {
  const records = [
    record(30, 'n2', 'alert', failed),
    record(20, 'n1', 'alert', failed),
    record(40, 'n1', 'set-servers', set(true)),
    record(50, 'n1', 'set-servers', set(true, { error: 'hung' })),
    record(60, 'n1', 'ring', { nodeids: [1] }),
    record(15, 'n1', 'instance', { node: 'n2', resource: 'web', word: 'died' }),
    record(55, 'n1', 'suspected-nodes', { nodeids: [2] }),
    record(70, 'n1', 'suspected-nodes', { nodeids: [] }),
    record(80, 'n1', 'instance', { node: 'n2', resource: 'web', word: 'well' }),
    record(5, 'n1', 'set-servers', set(false)),
  ];
  t.deepEqual(timelineOf(records, 10, nodes), [
    { at: 15, milestone: 'evidence', what: 'the supervisor of n2: web died' },
    { at: 20, milestone: 'evidence', what: 'Pacemaker: monitor of web on n2 failed' },
    { at: 40, milestone: 'excluded', what: 'web/n2 at the HAProxy of n1' },
    { at: 55, milestone: 'evidence', what: 'no heartbeats from n2' },
    { at: 60, milestone: 'evidence', what: 'Corosync: n2 left' },
  ]);
});

test('a milestone that is not there, or comes too early, is missing', (t) => {
  const timeline: Entry[] = [
    { at: 1, milestone: 're-admitted', what: '' },
    { at: 2, milestone: 'evidence', what: '' },
    { at: 3, milestone: 'excluded', what: '' },
  ];
  t.deepEqual(missingFrom(timeline, ['evidence', 'excluded']), []);
  t.deepEqual(missingFrom(timeline, ['evidence', 'excluded', 're-admitted', 'cleared']), ['re-admitted', 'cleared']);
});

test('the table has the first evidence, and the last of what happens at several places', (t) => {
  const at = (seconds: number) => seconds * 1_000_000;
  const timeline: Entry[] = [
    { at: at(11), milestone: 'evidence', what: 'a' },
    { at: at(12), milestone: 'evidence', what: 'b' },
    { at: at(13), milestone: 'excluded', what: 'a' },
    { at: at(14), milestone: 'excluded', what: 'b' },
    { at: at(15), milestone: 'VIP answering', what: 'a' },
    { at: at(16), milestone: 'VIP answering', what: 'b' },
  ];
  const row = summaryTable([{ title: 'x', faultAt: at(10), timeline, outages: {} }]).split('\n')[2]!;
  t.deepEqual(
    row.split('|').map((cell) => cell.trim()),
    ['', 'x', '1.000', '4.000', '', '', '6.000', '', '', ''],
  );
});
