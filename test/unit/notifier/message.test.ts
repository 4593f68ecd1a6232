import test from 'ava';
import { decodeEntry, decodeNotifierMessage } from '../../../src/notifier/message.ts';

const entry = {
  v: 1,
  vnf: 'sip',
  incident: 'i',
  at: 1,
  by: 'node1',
  kind: 'heal-accepted',
  attempt: 1,
  operation: 'op',
};
const decode = (message: unknown) => decodeNotifierMessage(Buffer.from(JSON.stringify(message)));

test('entries and journals are read back', (t) => {
  t.deepEqual(decode({ v: 1, type: 'entry', entry }), { v: 1, type: 'entry', entry } as never);
  const journal = { v: 1, type: 'journal', view: '1.2 2.3', entries: [entry], last: true, missing: ['2.3'] };
  t.deepEqual(decode(journal), journal as never);
  const { missing, ...older } = journal;
  t.deepEqual(missing, ['2.3']);
  t.deepEqual(decode(older), { ...journal, missing: [] } as never);
});

test('what this version does not know in a journal is left out, and the rest is kept', (t) => {
  const newer = { ...entry, kind: 'migrated' };
  const message = decode({ v: 1, type: 'journal', view: 'x', entries: [newer, entry, 7], last: false });
  t.deepEqual(message?.type === 'journal' && message.entries, [entry] as never);
});

for (const [why, message] of Object.entries({
  'another version': { v: 2, type: 'entry', entry },
  'another type': { v: 1, type: 'hello' },
  'no object': 7,
  'an entry without its operation': { v: 1, type: 'entry', entry: { ...entry, operation: undefined } },
  'an attempt that is no number': { v: 1, type: 'entry', entry: { ...entry, attempt: '1' } },
  'a kind that every object has': { v: 1, type: 'entry', entry: { ...entry, kind: 'toString' } },
  'a journal without its view': { v: 1, type: 'journal', entries: [], last: true },
})) {
  test(`no message: ${why}`, (t) => t.is(decode(message), undefined));
}

test('no JSON throws', (t) => {
  t.throws(() => decodeNotifierMessage(Buffer.from('{')), { instanceOf: SyntaxError });
});

test('an entry of another version is none', (t) => t.is(decodeEntry({ ...entry, v: 2 }), undefined));
