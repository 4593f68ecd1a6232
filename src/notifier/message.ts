/**
 * What notifiers say in their CPG group, and the entries of the journal, read back into typed values.
 */
import type { JournalEntry } from '../decide/incident-journal.ts';

export type NotifierMessage =
  /** A new fact. */
  | { readonly v: 1; readonly type: 'entry'; readonly entry: JournalEntry }
  /**
   * What the sender has in its journal, after the group changed. `view` names the membership that it answers to, `last` the
   * last part, `missing` the members (NODEID.PID) that the sender has not heard yet and asks to tell theirs again.
   */
  | {
      readonly v: 1;
      readonly type: 'journal';
      readonly view: string;
      readonly entries: readonly JournalEntry[];
      readonly last: boolean;
      readonly missing: readonly string[];
    };

/** Reads a message; undefined: it isn't one of this version. @throws SyntaxError when it isn't JSON */
export function decodeNotifierMessage(data: Buffer): NotifierMessage | undefined {
  const message = asRecord(JSON.parse(data.toString('utf8')));
  if (message?.v !== 1) return undefined;
  if (message.type === 'entry') {
    const entry = decodeEntry(message.entry);
    return entry && { v: 1, type: 'entry', entry };
  }
  const { type, view, entries, last } = message;
  if (type !== 'journal' || typeof view !== 'string' || typeof last !== 'boolean' || !Array.isArray(entries))
    return undefined;
  // What one member can't read, a newer one wrote: the rest is still good.
  const known = entries.map(decodeEntry).filter((entry) => entry !== undefined);
  // an older one doesn't say whom it misses
  const missing = Array.isArray(message.missing) ? message.missing.filter((name) => typeof name === 'string') : [];
  return { v: 1, type: 'journal', view, entries: known, last, missing };
}

const text = 'string';
const number = 'number';

const fields: { readonly [K in JournalEntry['kind']]: Readonly<Record<string, 'string' | 'number'>> } = {
  raised: { vnfc: text, node: text, reason: text, severity: text },
  'alarm-sent': {},
  'alarm-cleared': {},
  'heal-requested': { attempt: number, owner: text },
  'heal-rejected': { attempt: number, reason: text },
  'heal-failed': { attempt: number, reason: text },
  'heal-accepted': { attempt: number, operation: text },
  'heal-held': { next: number, why: text, reason: text },
  'operation-stuck': { attempt: number, n: number, reason: text },
  'operation-resolved': { attempt: number, n: number, how: text },
  'heal-completed': { attempt: number },
  'cleaned-up': { attempt: number },
  'node-restart-requested': { owner: text },
  'node-restarted': {},
  'node-not-restarted': { reason: text },
  'given-up': { reason: text },
  recovered: { outcome: text },
  closed: {},
};

/** Reads an entry; undefined: it isn't one of this version. */
export function decodeEntry(value: unknown): JournalEntry | undefined {
  const entry = asRecord(value);
  if (entry?.v !== 1 || typeof entry.kind !== 'string' || !Object.hasOwn(fields, entry.kind)) return undefined;
  const wanted = {
    vnf: text,
    incident: text,
    at: number,
    by: text,
    ...fields[entry.kind as JournalEntry['kind']],
  };
  const complete = Object.entries(wanted).every(([name, type]) => typeof entry[name] === type);
  return complete ? (entry as unknown as JournalEntry) : undefined;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}
