/**
 * The journal of incidents: facts that are only ever added. The phase of an incident follows from the *set* of its entries, whatever
 * their order, so two journals are merged by putting them together, and hearing a fact twice changes nothing.
 */

export type JournalEntry = {
  readonly v: 1;
  readonly vnf: string;
  readonly incident: string;
  /** ms since the epoch, by the author's clock. */
  readonly at: number;
  /** The node that wrote it. */
  readonly by: string;
} & (
  | {
      readonly kind: 'raised';
      readonly vnfc: string;
      readonly node: string;
      readonly reason: string;
      readonly severity: Severity;
    }
  | { readonly kind: 'alarm-sent' | 'alarm-cleared'; /** why the receiver did not want it */ readonly refused?: string }
  /** The intent, on every disk before the VNFM hears of it. `owner` is the member (nodeid.pid) that will send it. */
  | { readonly kind: 'heal-requested'; readonly attempt: number; readonly owner: string }
  | { readonly kind: 'heal-rejected' | 'heal-failed'; readonly attempt: number; readonly reason: string }
  | { readonly kind: 'heal-accepted'; readonly attempt: number; readonly operation: string }
  | { readonly kind: 'heal-completed' | 'cleaned-up'; readonly attempt: number }
  | { readonly kind: 'given-up'; readonly reason: string }
  | { readonly kind: 'recovered'; readonly outcome: Outcome }
  | { readonly kind: 'closed' }
);

export type Severity = 'CRITICAL' | 'MAJOR';
/** healed: after a heal; recovered: without one; duplicate: another incident stands for the same failure. */
export type Outcome = 'healed' | 'recovered' | 'duplicate';

export type Phase =
  | 'raised'
  | 'requested'
  | 'rejected'
  | 'accepted'
  | 'completed'
  | 'cleaned'
  | 'failed'
  | 'given-up'
  | 'recovered'
  | 'closed';

export interface Incident {
  readonly id: string;
  readonly vnfc: string;
  readonly node: string;
  readonly reason: string;
  readonly severity: Severity;
  readonly raisedAt: number;
  readonly phase: Phase;
  /** The number of the latest heal, from 1; 0 before the first. */
  readonly attempt: number;
  readonly owner: string | undefined;
  readonly operation: string | undefined;
  /** Heals that the VNFM accepted and that did not help. */
  readonly failedHeals: number;
  readonly alarm: 'unsent' | 'sent' | 'cleared';
  readonly recoveredAt: number | undefined;
}

export interface Recorded {
  readonly entries: readonly JournalEntry[];
  /** undefined: only the closing of it is known any more. */
  readonly incident: Incident | undefined;
  /** When this node learned of the present phase, by its own clock. */
  readonly since: number;
}

/** Incident id -> what is recorded of it, in order of arrival. */
export type Journal = ReadonlyMap<string, Recorded>;

export const emptyJournal: Journal = new Map();

/** What makes an entry the same fact as another. */
export function entryKey(entry: JournalEntry): string {
  return `${entry.incident}/${entry.kind}/${'attempt' in entry ? entry.attempt : 0}`;
}

/** The journal with one more fact, learned at `now`; the same journal if it was known. */
export function addEntry(journal: Journal, entry: JournalEntry, now: number): Journal {
  const known = journal.get(entry.incident);
  const key = entryKey(entry);
  if (known?.entries.some((other) => entryKey(other) === key)) return journal;
  const entries = [...(known?.entries ?? []), entry];
  const incident = incidentOf(entries);
  const since =
    known !== undefined && phaseOf(known.entries) === phaseOf(entries) && known.incident?.attempt === incident?.attempt
      ? known.since
      : now;
  return new Map(journal).set(entry.incident, { entries, incident, since });
}

/** Nothing more will come of it. */
function isClosed(recorded: Recorded): boolean {
  return recorded.entries.some((entry) => entry.kind === 'closed');
}

/** Whether something may still come of any incident. */
export function hasOpenIncident(journal: Journal): boolean {
  return [...journal.values()].some((recorded) => !isClosed(recorded));
}

/** Its failure still stands: another one of the same instance is the same incident. */
export function isOpen(incident: Incident): boolean {
  return incident.phase !== 'recovered' && incident.phase !== 'closed';
}

function incidentOf(entries: readonly JournalEntry[]): Incident | undefined {
  const raised = entries.find((entry) => entry.kind === 'raised');
  if (raised === undefined) return undefined;
  const attempt = Math.max(0, ...entries.map((entry) => ('attempt' in entry ? entry.attempt : 0)));
  const ofAttempt = entries.filter((entry) => 'attempt' in entry && entry.attempt === attempt);
  const has = (kind: JournalEntry['kind']) => entries.some((entry) => entry.kind === kind);
  return {
    id: raised.incident,
    vnfc: raised.vnfc,
    node: raised.node,
    reason: raised.reason,
    severity: raised.severity,
    raisedAt: raised.at,
    phase: phaseOf(entries),
    attempt,
    owner: ofAttempt.find((entry) => entry.kind === 'heal-requested')?.owner,
    operation: ofAttempt.find((entry) => entry.kind === 'heal-accepted')?.operation,
    failedHeals: entries.filter((entry) => entry.kind === 'heal-failed').length,
    alarm: has('alarm-cleared') ? 'cleared' : has('alarm-sent') ? 'sent' : 'unsent',
    recoveredAt: entries.find((entry) => entry.kind === 'recovered')?.at,
  };
}

/** Per kind: the phase it stands for, and its place among the entries of one attempt. */
const stages: Partial<Record<JournalEntry['kind'], { readonly phase: Phase; readonly place: number }>> = {
  raised: { phase: 'raised', place: 0 },
  'heal-requested': { phase: 'requested', place: 1 },
  'heal-rejected': { phase: 'rejected', place: 2 },
  'heal-accepted': { phase: 'accepted', place: 3 },
  'heal-completed': { phase: 'completed', place: 4 },
  'cleaned-up': { phase: 'cleaned', place: 5 },
  'heal-failed': { phase: 'failed', place: 6 },
  'given-up': { phase: 'given-up', place: 1e6 },
  recovered: { phase: 'recovered', place: 2e6 },
  closed: { phase: 'closed', place: 3e6 },
};

function phaseOf(entries: readonly JournalEntry[]): Phase {
  let best = { phase: 'raised' as Phase, rank: -1 };
  for (const entry of entries) {
    const stage = stages[entry.kind];
    if (stage === undefined) continue;
    const rank = stage.place + ('attempt' in entry ? entry.attempt * 10 : 0);
    if (rank > best.rank) best = { phase: stage.phase, rank };
  }
  return best.phase;
}

/** Closed incidents of which all is kept, and of which only that they are closed. */
const keptWhole = 20;
const keptClosed = 200;

/**
 * The entries that are worth keeping: all of the open incidents but for heals that came to nothing, the newest closed ones, and of
 * the next newest the last entry, so that nobody who was away can open them again.
 */
export function compacted(journal: Journal): readonly JournalEntry[] {
  const all = [...journal.values()];
  const closed = all.filter(isClosed).toSorted((one, other) => closedAt(other) - closedAt(one));
  return [
    ...closed
      .slice(keptWhole, keptWhole + keptClosed)
      .flatMap(({ entries }) => entries.filter(({ kind }) => kind === 'closed')),
    ...closed.slice(0, keptWhole).flatMap(({ entries }) => entries),
    ...all.filter((recorded) => !isClosed(recorded)).flatMap(withoutRejected),
  ];
}

const closedAt = ({ entries }: Recorded): number => entries.find(({ kind }) => kind === 'closed')?.at ?? 0;

function withoutRejected({ entries, incident }: Recorded): readonly JournalEntry[] {
  const rejected = entries.flatMap((entry) => (entry.kind === 'heal-rejected' ? [entry.attempt] : []));
  const accepted = entries.flatMap((entry) => (entry.kind === 'heal-accepted' ? [entry.attempt] : []));
  return entries.filter(
    (entry) =>
      !('attempt' in entry) ||
      entry.attempt === incident?.attempt ||
      !rejected.includes(entry.attempt) ||
      accepted.includes(entry.attempt),
  );
}
