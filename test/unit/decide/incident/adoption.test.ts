import test from 'ava';
import { instanceNow, successorOf } from '../../../../src/decide/adoption.ts';
import { addEntry, compacted, emptyJournal, type JournalEntry } from '../../../../src/decide/incident-journal.ts';

const change = (changeType: string, id: string, vduId = 'WEB') => ({ id, vduId, changeType });

test('what was added where it was removed is it now', (t) => {
  t.is(successorOf('a1', [change('REMOVED', 'a1'), change('ADDED', 'b2')]), 'b2');
  t.is(successorOf('WEB-a1', [change('ADDED', 'b2'), change('REMOVED', 'a1')]), 'WEB-b2', 'as Tacker names it');
  const others = [change('REMOVED', 'x', 'DB'), change('ADDED', 'y', 'DB')];
  t.is(successorOf('a1', [...others, change('REMOVED', 'a1'), change('ADDED', 'b2')]), 'b2');
});

test('what stayed, or can not be told, has no successor', (t) => {
  t.is(successorOf('a1', [change('MODIFIED', 'a1')]), undefined);
  t.is(successorOf('a1', []), undefined);
  t.is(successorOf('a1', [change('REMOVED', 'a1')]), undefined);
  t.is(successorOf('a1', [change('REMOVED', 'a2'), change('ADDED', 'b2')]), undefined);
  t.is(successorOf('a1', [change('REMOVED', 'a1'), change('ADDED', 'b2'), change('ADDED', 'b3')]), undefined);
  const two = [change('REMOVED', 'a1'), change('REMOVED', 'a2'), change('ADDED', 'b1'), change('ADDED', 'b2')];
  t.is(successorOf('a1', two.slice(0, 3)), undefined, 'whose place it took is not said');
  t.is(successorOf('a1', [change('REMOVED', 'a1'), change('ADDED', 'a1')]), undefined, 'the same');
});

const common = (incident: string, at: number) => ({ v: 1, vnf: 'sip', incident, at, by: 'node1' }) as const;
const healed = (at: number, was?: string, instance?: string): JournalEntry[] => [
  { ...common(`i${at}`, at), kind: 'raised', vnfc: 'web', node: 'node3', reason: '', severity: 'MAJOR' },
  { ...common(`i${at}`, at), kind: 'heal-completed', attempt: 1, ...(was && instance && { was, instance }) },
  { ...common(`i${at}`, at), kind: 'recovered', outcome: 'healed' },
  { ...common(`i${at}`, at), kind: 'closed' },
];
const journalOf = (entries: readonly JournalEntry[]) =>
  entries.reduce((journal, entry) => addEntry(journal, entry, 0), emptyJournal);

test('heal after heal it is followed, until the description says it itself', (t) => {
  const journal = journalOf([...healed(2, 'b', 'c'), ...healed(1, 'a', 'b'), ...healed(3)]);
  t.is(instanceNow(journal, 'a'), 'c');
  t.is(instanceNow(journal, 'c'), 'c');
  t.is(instanceNow(journal, 'z'), 'z');
  t.is(instanceNow(journal, undefined), undefined);
  const ring = journalOf([...healed(1, 'a', 'b'), ...healed(2, 'b', 'a')]);
  t.is(instanceNow(ring, 'a'), 'a');
});

test('a journal that is made shorter keeps it', (t) => {
  const day = 86_400_000;
  const later = Array.from({ length: 500 }, (_, n) => healed((n + 1) * day)).flat();
  const shorter = journalOf(compacted(journalOf([...healed(1, 'a', 'b'), ...later])));
  t.true(shorter.size < 300);
  t.is(instanceNow(shorter, 'a'), 'b');
});
