import test from 'ava';
import { addEntry, emptyJournal, type Journal, type JournalEntry } from '../../../../src/decide/incident-journal.ts';
import { backoff, incidentTiming } from '../../../../src/decide/incident-policy.ts';
import { duplicates } from '../../../../src/decide/incident-raise.ts';

const common = (incident: string, at = 0) => ({ v: 1, vnf: 'sip', incident, at, by: 'node1' }) as const;
const raised = (incident: string, at: number): JournalEntry => ({
  ...common(incident, at),
  kind: 'raised',
  vnfc: 'web',
  node: 'node3',
  reason: 'failed 2 times',
  severity: 'MAJOR',
});

const story: readonly JournalEntry[] = [
  raised('one', 1),
  { ...common('one'), kind: 'heal-requested', attempt: 1, owner: '1.1' },
  { ...common('one'), kind: 'heal-rejected', attempt: 1, reason: '400' },
  { ...common('one'), kind: 'heal-requested', attempt: 2, owner: '2.1' },
  { ...common('one'), kind: 'heal-accepted', attempt: 2, operation: 'op-2' },
  { ...common('one'), kind: 'alarm-sent' },
  { ...common('one'), kind: 'heal-failed', attempt: 2, reason: 'FAILED' },
  { ...common('one'), kind: 'heal-requested', attempt: 3, owner: '2.1' },
  { ...common('one'), kind: 'heal-accepted', attempt: 3, operation: 'op-3' },
  { ...common('one'), kind: 'heal-completed', attempt: 3 },
  { ...common('one'), kind: 'cleaned-up', attempt: 3 },
  { ...common('one'), kind: 'recovered', outcome: 'healed' },
  { ...common('one'), kind: 'alarm-cleared' },
  { ...common('one'), kind: 'closed' },
];
const journalOf = (entries: readonly JournalEntry[]): Journal =>
  entries.reduce((journal, entry) => addEntry(journal, entry, 0), emptyJournal);

test('the incident follows from the set of its entries, whatever their order and however often they come', (t) => {
  for (let length = 1; length <= story.length; length++) {
    const told = story.slice(0, length);
    const straight = journalOf(told).get('one')!.incident;
    t.deepEqual(journalOf(told.toReversed()).get('one')!.incident, straight);
    t.deepEqual(journalOf([...told.slice(length / 2), ...told]).get('one')!.incident, straight);
    t.is(journalOf([...told, ...told]).get('one')!.entries.length, length);
  }
});

test('its phases, one entry after the other', (t) => {
  const phases = story.map((_, n) => journalOf(story.slice(0, n + 1)).get('one')!.incident!.phase);
  t.deepEqual(phases, [
    ...['raised', 'requested', 'rejected', 'requested', 'accepted', 'accepted', 'failed'],
    ...['requested', 'accepted', 'completed', 'cleaned', 'recovered', 'recovered', 'closed'],
  ] as typeof phases);
});

test('of two incidents of one instance, the one that got further stands, else the older', (t) => {
  const old = raised('old', 1);
  const young = raised('young', 2);
  t.deepEqual([...duplicates(journalOf([young, old]))], ['young']);
  const asked: JournalEntry = { ...common('young'), kind: 'heal-requested', attempt: 1, owner: '1.1' };
  t.deepEqual([...duplicates(journalOf([old, young, asked]))], ['old']);
  const over: JournalEntry = { ...common('young'), kind: 'recovered', outcome: 'healed' };
  t.deepEqual([...duplicates(journalOf([old, young, over]))], []);
});

test('backoff doubles to its cap, and chance takes up to half of it', (t) => {
  const waits = [1, 2, 3, 6, 7, 40].map((failures) => backoff(failures, 0.999999, incidentTiming));
  t.deepEqual(waits, [1000, 2000, 4000, 32_000, 60_000, 60_000]);
  t.is(backoff(3, 0, incidentTiming), 2000);
});
