/** The incidents in this node's journal, read without disturbing the notifier. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { addEntry, emptyJournal, type Journal, type Recorded } from '../decide/incident-journal.ts';
import { decodeEntry } from '../notifier/message.ts';
import { Failure, messageOf } from '../process/failure.ts';

/**
 * The journal at `path`; empty where there is none yet. A last line that is being written is passed over.
 * @param vnf of this VNF only; undefined: of all
 * @throws Failure 'permission'
 */
export async function readJournal(path: string, vnf?: string): Promise<Journal> {
  const text = await readText(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw new Failure('permission', `the journal of incidents can't be read: ${messageOf(error)}`, {
      cure: 'Run as root.',
    });
  });
  return journalOf(text, vnf);
}

/** Far more than a journal ever has: a notifier makes it shorter from 2,000 lines on. */
const mostBytes = 64 * 1024 * 1024;

/** The notifier is another user: what it may have put in the place of its journal holds up nobody. */
async function readText(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > mostBytes) throw new Error(`${path} is no journal`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** What `text`, an entry a line, records. Lines that this version doesn't know are passed over. */
export function journalOf(text: string, vnf?: string): Journal {
  let journal = emptyJournal;
  for (const line of text.split('\n')) {
    const entry = decode(line);
    if (entry !== undefined && (vnf === undefined || entry.vnf === vnf)) journal = addEntry(journal, entry, entry.at);
  }
  return journal;
}

function decode(line: string) {
  try {
    return decodeEntry(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** What every entry has. */
const common = ['v', 'vnf', 'incident', 'kind', 'at', 'by'];

/** What an entry says of what was before it: facts of their own. */
const earlier = { failedAt: 'failed', noticedAt: 'noticed', excludedAt: 'excluded', servedAt: 'served', readmittedAt: 'readmitted' }; // prettier-ignore

/** What happened, in its order: of each fact when (ms since the epoch), since the first (ms), and in words. */
export function timelineOf({ entries }: Recorded) {
  const facts = entries.flatMap((entry) => {
    const { kind, at, by } = entry;
    const fields = Object.entries(entry).filter(([key]) => !common.includes(key));
    const details = Object.fromEntries(fields.filter(([key]) => !Object.hasOwn(earlier, key)));
    const before = fields.flatMap(([key, value]) =>
      Object.hasOwn(earlier, key) && typeof value === 'number'
        ? [{ at: value, by, kind: earlier[key as keyof typeof earlier], details: {} }]
        : [],
    );
    return [...before, { at, by, kind, details }];
  });
  const ordered = facts.toSorted((one, other) => one.at - other.at);
  return ordered.map((fact) => ({ ...fact, afterMs: fact.at - ordered[0]!.at }));
}
