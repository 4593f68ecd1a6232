/**
 * The journal on this node's disk: one entry a line, on the disk before anything is done about it. A last line that a power cut tore is
 * dropped: nothing had been done about it.
 */
import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { JournalEntry } from '../decide/incident-journal.ts';
import { Failure, messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import { decodeEntry } from './message.ts';

export interface JournalFile {
  /** What was in it when it was opened. */
  readonly entries: readonly JournalEntry[];
  /** How many lines it has now. */
  readonly lines: number;
  /** Returns when they are on the disk. @throws Failure 'unexpected' */
  append(entries: readonly JournalEntry[]): void;
  /** Puts these in place of all; at any moment either the old or the new is there. @throws Failure 'unexpected' */
  replace(entries: readonly JournalEntry[]): void;
  close(): void;
}

/**
 * Opens the journal at `path`, makes it if need be (0600).
 * @throws Failure 'permission'
 */
export function openJournal(path: string, vnf: string, log: Log): JournalFile {
  let fd = openAt(path);
  const { entries, length } = readEntries(readFileSync(path), vnf, path, log);
  ftruncateSync(fd, length);
  let lines = entries.length;
  return {
    entries,
    get lines() {
      return lines;
    },
    append(added) {
      attempt(path, () => {
        writeAll(fd, textOf(added));
        fdatasyncSync(fd);
      });
      lines += added.length;
    },
    replace(all) {
      attempt(path, () => {
        const fresh = openSync(`${path}.new`, 'w', 0o600);
        writeAll(fresh, textOf(all));
        fsyncSync(fresh);
        closeSync(fresh);
        renameSync(`${path}.new`, path);
        syncDirectory(path);
        closeSync(fd);
        fd = openSync(path, 'a', 0o600);
      });
      lines = all.length;
    },
    close: () => closeSync(fd),
  };
}

const textOf = (entries: readonly JournalEntry[]): string =>
  entries.map((entry) => JSON.stringify(entry) + '\n').join('');

function openAt(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    const fd = openSync(path, 'a', 0o600);
    syncDirectory(path);
    return fd;
  } catch (error) {
    throw new Failure('permission', `the journal of incidents can't be opened: ${messageOf(error)}`, {
      cure: 'Run as root, and look at the file system that it is on.',
      cause: error,
    });
  }
}

/** The entries, and how many bytes of the file are whole lines. */
function readEntries(data: Buffer, vnf: string, path: string, log: Log): { entries: JournalEntry[]; length: number } {
  const length = data.lastIndexOf(0x0a) + 1;
  if (length < data.length) log.warn('journal-torn', { path, dropped: data.length - length });
  const entries: JournalEntry[] = [];
  for (const [index, line] of data.toString('utf8', 0, length).split('\n').slice(0, -1).entries()) {
    const entry = parseLine(line);
    if (entry === undefined) log.error('journal-malformed', { path, line: index + 1, start: line.slice(0, 100) });
    else if (entry.vnf === vnf) entries.push(entry);
  }
  return { entries, length };
}

function parseLine(line: string): JournalEntry | undefined {
  try {
    return decodeEntry(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function writeAll(fd: number, text: string): void {
  const data = Buffer.from(text);
  for (let written = 0; written < data.length;) written += writeSync(fd, data, written);
}

function syncDirectory(path: string): void {
  const directory = openSync(dirname(path), 'r');
  fsyncSync(directory);
  closeSync(directory);
}

function attempt(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new Failure('unexpected', `the journal of incidents can't be written (${path}): ${messageOf(error)}`, {
      cure: 'Make room on that file system, then start the notifier again.',
      cause: error,
    });
  }
}
