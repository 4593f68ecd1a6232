import path from 'node:path';
import test from 'ava';
import { addressNow, instanceNow, moved, moveOf, movesIn, successorOf } from '../../../../src/decide/adoption.ts';
import {
  addEntry,
  compacted,
  emptyJournal,
  type Incident,
  type JournalEntry,
} from '../../../../src/decide/incident-journal.ts';
import { loadVnf } from '../../../../src/model/load.ts';

const vnf = await loadVnf(path.resolve(import.meta.dirname, '../../../../examples/lb-managed.yaml'));
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

const of = (node: string, vnfc = 'media') => ({ vnfc, node }) as Incident;
const move = { vnfc: 'media', server: 'media-2', described: '10.77.0.102', address: '10.77.0.112' };
const movedAt = (at: number, change: Partial<typeof move> = {}): JournalEntry[] =>
  healed(at).map((entry) => (entry.kind === 'heal-completed' ? { ...entry, ...move, ...change } : entry));

test('a server is where its VM is, if that is in the network in which it was', (t) => {
  const at = (addresses: readonly string[] | undefined, journal = emptyJournal) => moveOf(vnf, journal, of('media-2'), addresses); // prettier-ignore
  t.deepEqual(at(['10.77.0.112']), move);
  t.deepEqual(at(['192.0.2.9', '10.77.0.112', 'fe80::1']), move, 'its other networks are no matter');
  t.is(at(['10.77.0.102']), undefined, 'it stayed');
  t.is(at(['10.77.0.112', '10.77.0.113']), undefined, 'it can’t be told which');
  t.is(at(['10.77.0.102', '10.77.0.112']), undefined);
  t.is(at(['192.0.2.9']), undefined, 'the load balancer may not reach it there');
  t.is(at([]), undefined);
  t.is(at(undefined), undefined);
  const journal = journalOf(movedAt(1));
  t.is(at(['10.77.0.112'], journal), undefined, 'known');
  t.deepEqual(at(['10.77.0.102'], journal), { ...move, address: '10.77.0.102' }, 'it is back');
});

test('a pair’s address is the cluster’s, and a node’s is Corosync’s', (t) => {
  t.is(moveOf(vnf, emptyJournal, of('a', 'store'), ['10.77.0.112']), undefined);
  t.is(moveOf(vnf, emptyJournal, of('node1', 'store-a'), ['10.77.0.112']), undefined);
  t.is(moveOf(vnf, emptyJournal, of('media-9'), ['10.77.0.112']), undefined);
});

test('the last move holds, for as long as the description says what it did then', (t) => {
  const journal = journalOf([...movedAt(2, { address: '10.77.0.113' }), ...movedAt(1)]);
  t.is(addressNow(journal, 'media', 'media-2', '10.77.0.102'), '10.77.0.113');
  t.is(addressNow(journal, 'media', 'media-2', '10.77.0.120'), '10.77.0.120', 'it was written anew');
  t.is(addressNow(journal, 'media', 'media-1', '10.77.0.101'), '10.77.0.101');
  const now = moved(vnf, movesIn(journal, vnf));
  t.deepEqual(
    now.loadBalancer!.manages.map(({ servers }) => servers.map(({ address }) => address)),
    [
      ['10.77.0.101', '10.77.0.113', '10.77.0.103'],
      ['10.77.0.51', '10.77.0.52'],
    ],
  );
  t.is(moved(vnf, movesIn(emptyJournal, vnf)), vnf);
});

test('what is no address moves nothing: the journal is another program’s', (t) => {
  for (const address of ['10.77.0.112 disabled', '', 'host', '10.77.0.112\n', '::1%eth0'])
    t.deepEqual(movesIn(journalOf(movedAt(1, { address })), vnf), [], address);
  t.deepEqual(movesIn(journalOf(movedAt(1, { address: 7 as never })), vnf), []);
});

test('a journal that is made shorter keeps the address, too', (t) => {
  const later = Array.from({ length: 500 }, (_, n) => healed((n + 1) * 86_400_000)).flat();
  t.deepEqual(movesIn(journalOf(compacted(journalOf([...movedAt(1), ...later]))), vnf), [move]);
});
