import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { JournalEntry } from '../../../src/decide/incident-journal.ts';
import { openJournal } from '../../../src/notifier/journal-file.ts';
import { lockJournal } from '../../../src/notifier/lock.ts';
import { Failure } from '../../../src/process/failure.ts';
import { createLog } from '../../../src/process/log.ts';

const entry = (incident: string): JournalEntry => ({ v: 1, vnf: 'sip', incident, at: 1, by: 'node1', kind: 'closed' });

function journalIn(t: ExecutionContext) {
  const directory = mkdtempSync(path.join(tmpdir(), 'vnfha-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const file = path.join(directory, 'deep', 'incidents.jsonl');
  const lines: string[] = [];
  return {
    file,
    lines,
    open: () =>
      openJournal(
        file,
        'sip',
        createLog('test', (line) => lines.push(line)),
      ),
  };
}

test('what is appended is there after opening it again; nobody else may read it', (t) => {
  const { file, open } = journalIn(t);
  const journal = open();
  t.deepEqual(journal.entries, []);
  journal.append([entry('one'), entry('two')]);
  journal.append([entry('three')]);
  t.is(journal.lines, 3);
  journal.close();
  t.deepEqual(open().entries, [entry('one'), entry('two'), entry('three')]);
  t.is(statSync(file).mode & 0o777, 0o600);
});

test('a torn last line is dropped wherever it was torn, and appending goes on behind the whole ones', (t) => {
  const whole = JSON.stringify(entry('one')) + '\n';
  const torn = JSON.stringify(entry('two'));
  for (let length = 1; length <= torn.length; length += 7) {
    const { file, open } = journalIn(t);
    open().close();
    writeFileSync(file, whole + torn.slice(0, length));
    const journal = open();
    t.deepEqual(journal.entries, [entry('one')]);
    journal.append([entry('three')]);
    t.deepEqual(open().entries, [entry('one'), entry('three')]);
  }
});

test('malformed lines and those of another VNF are passed over, the former loudly', (t) => {
  const { file, lines, open } = journalIn(t);
  open().close();
  appendFileSync(
    file,
    `garbage\n${JSON.stringify({ ...entry('x'), vnf: 'other' })}\n${JSON.stringify(entry('one'))}\n`,
  );
  t.deepEqual(open().entries, [entry('one')]);
  t.is(lines.length, 1);
  t.regex(lines[0]!, /journal-malformed/);
});

test('replacing keeps the new ones only, and goes on from there', (t) => {
  const { file, open } = journalIn(t);
  const journal = open();
  journal.append([entry('one'), entry('two'), entry('three')]);
  journal.replace([entry('three')]);
  journal.append([entry('four')]);
  t.is(journal.lines, 2);
  t.deepEqual(open().entries, [entry('three'), entry('four')]);
  t.is(readFileSync(file, 'utf8').split('\n').length, 3);
});

test('a journal that cannot be opened is a Failure', (t) => {
  const error = t.throws(() =>
    openJournal(
      '/proc/incidents.jsonl',
      'sip',
      createLog('test', () => undefined),
    ),
  );
  t.true(error instanceof Failure && error.kind === 'permission');
});

test('the lock is held once, given back, and taken over from a dead one', async (t) => {
  const { file } = journalIn(t);
  const lock = await lockJournal(file);
  const error = await t.throwsAsync(lockJournal(file));
  t.true(error instanceof Failure && error.kind === 'conflict');
  await lock.release();
  const again = await lockJournal(file);
  await again.release();
  // a socket that nobody listens on: what kill -9 leaves
  const dead = createServer();
  await new Promise<void>((resolve) => dead.listen(`${file}.dead`, resolve));
  renameSync(`${file}.dead`, `${file}.lock`);
  await new Promise((resolve) => dead.close(resolve));
  await (await lockJournal(file)).release();
  t.pass();
});
