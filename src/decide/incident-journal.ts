/**
 * The journal of incidents: facts that are only ever added. The phase of an incident follows from the *set* of its entries, whatever
 * their order, so two journals are merged by putting them together, and hearing a fact twice changes nothing.
 */
import type { OnFailedTemp } from '../model/heals.ts';

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
      // as the group of the bridges heard it (episode.ts); absent: it wasn't heard, or an older member wrote this
      readonly failedAt?: number;
      readonly noticedAt?: number;
      readonly excludedAt?: number;
      readonly servedAt?: number;
      readonly role?: 'active' | 'standby';
    }
  | { readonly kind: 'alarm-sent' | 'alarm-cleared'; /** why the receiver did not want it */ readonly refused?: string }
  /** The intent, on every disk before the VNFM hears of it. `owner` is the member (nodeid.pid) that will send it. */
  | { readonly kind: 'heal-requested'; readonly attempt: number; readonly owner: string }
  | { readonly kind: 'heal-rejected' | 'heal-failed'; readonly attempt: number; readonly reason: string }
  | { readonly kind: 'heal-accepted'; readonly attempt: number; readonly operation: string }
  /** The next heal has to wait (heal-governor.ts). */
  | {
      readonly kind: 'heal-held';
      readonly next: number;
      readonly why: string;
      readonly reason: string;
      /** Looked at again then (ms since the epoch), as it was known when this was written. */
      readonly until?: number;
    }
  /** Its operation is in FAILED_TEMP, for the nth time, and something is to be done about it. */
  | {
      readonly kind: 'operation-stuck';
      readonly attempt: number;
      readonly n: number;
      readonly reason: string;
      /** Since when, by the VNFM's clock and in its spelling: what makes it another time. */
      readonly entered?: string;
    }
  | {
      readonly kind: 'operation-resolved';
      readonly attempt: number;
      readonly n: number;
      readonly how: Resolution;
      /** why the VNFM would not */
      readonly refused?: string;
    }
  /**
   * The VM was made anew (adoption.ts). `instance`: the VNFM knows the instance `was` as that from now on. `address`: of the VNFC
   * `vnfc`, that the load balancer manages, the server `server`, at `described` in the description, is there from now on.
   */
  | {
      readonly kind: 'heal-completed';
      readonly attempt: number;
      readonly was?: string;
      readonly instance?: string;
      readonly vnfc?: string;
      readonly server?: string;
      readonly described?: string;
      readonly address?: string;
    }
  | { readonly kind: 'cleaned-up'; readonly attempt: number }
  /** Before the VNFM is asked (escalation.ts): the intent of restarting the instance's node, and what came of it. */
  | { readonly kind: 'node-restart-requested'; readonly owner: string }
  | { readonly kind: 'node-restarted' }
  | { readonly kind: 'node-not-restarted'; readonly reason: string }
  | { readonly kind: 'given-up'; readonly reason: string }
  | {
      readonly kind: 'recovered';
      readonly outcome: Outcome;
      /** When the last HAProxy had it in rotation again; absent: it wasn't heard. */
      readonly readmittedAt?: number;
    }
  | { readonly kind: 'closed' }
);

/** What the VNFM is told to do with an operation in FAILED_TEMP (SOL003 §5.4.14 to §5.4.16). */
export type Resolution = 'retry' | 'rollback' | 'fail';
export type Severity = 'CRITICAL' | 'MAJOR';
/** healed: after a heal; recovered: without one; duplicate: another incident stands for the same failure. */
export type Outcome = 'healed' | 'recovered' | 'duplicate';

export type Phase =
  | 'raised'
  | 'restarting'
  | 'restarted'
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
  const which = 'attempt' in entry ? entry.attempt : entry.kind === 'heal-held' ? `${entry.next}.${entry.why}` : 0;
  return `${entry.incident}/${entry.kind}/${which}${'n' in entry ? `.${entry.n}` : ''}`;
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

/** Its operation was seen in FAILED_TEMP, and only the VNFM's operator goes on with it. */
export function isLeftAlone({ entries, incident }: Recorded, onFailedTemp: OnFailedTemp): boolean {
  const { stuck, resolved } = resolutionsOf(entries, incident!.attempt);
  return resolved.at(-1)?.refused !== undefined || (onFailedTemp === 'wait' && stuck > resolved.length);
}

/** How often the operation of `attempt` was stuck, and what came of it. */
export function resolutionsOf(entries: readonly JournalEntry[], attempt: number) {
  const ofAttempt = entries.filter((entry) => 'attempt' in entry && entry.attempt === attempt);
  const resolved = ofAttempt.flatMap((entry) => (entry.kind === 'operation-resolved' ? [entry] : []));
  const stuck = ofAttempt.flatMap((entry) => (entry.kind === 'operation-stuck' ? [entry] : []));
  return {
    stuck: stuck.length,
    since: Math.max(0, ...stuck.map(({ at }) => at)),
    entered: stuck.find(({ n }) => n === stuck.length)?.entered,
    resolved: resolved.sort((a, b) => a.n - b.n),
  };
}

/** Whether its next heal is not yet asked for: the governor may hold it back. */
export const isWaiting = ({ phase }: Incident): boolean =>
  ['raised', 'restarted', 'rejected', 'failed'].includes(phase);

/** The latest that was written of why its next heal is held back, while it is; another reason may hold it by now. */
export function lastHold({ entries, incident }: Recorded): Extract<JournalEntry, { kind: 'heal-held' }> | undefined {
  if (incident === undefined || !isWaiting(incident)) return undefined;
  const holds = entries.flatMap((entry) =>
    entry.kind === 'heal-held' && entry.next === incident.attempt + 1 ? [entry] : [],
  );
  return holds.toSorted((one, other) => other.at - one.at)[0];
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
    owner: (attempt === 0 ? entries : ofAttempt).flatMap((entry) => ('owner' in entry ? [entry.owner] : []))[0],
    operation: ofAttempt.find((entry) => entry.kind === 'heal-accepted')?.operation,
    failedHeals: entries.filter((entry) => entry.kind === 'heal-failed').length,
    alarm: has('alarm-cleared') ? 'cleared' : has('alarm-sent') ? 'sent' : 'unsent',
    recoveredAt: entries.find((entry) => entry.kind === 'recovered')?.at,
  };
}

/** Per kind: the phase it stands for, and its place among the entries of one attempt. */
const stages: Partial<Record<JournalEntry['kind'], { readonly phase: Phase; readonly place: number }>> = {
  raised: { phase: 'raised', place: 0 },
  'node-restart-requested': { phase: 'restarting', place: 0.1 },
  'node-restarted': { phase: 'restarted', place: 0.2 },
  'node-not-restarted': { phase: 'restarted', place: 0.2 },
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
/** Of these the heals still count, and the storm (heal-governor.ts). */
const countedMs = 3_600_000;

/**
 * The entries that are worth keeping: all of the open incidents but for heals that came to nothing, the newest closed ones, and of
 * the next newest the last entry, so that nobody who was away can open them again. By which ids the VNFM knows what it made anew is kept of as
 * many as may be.
 */
export function compacted(journal: Journal): readonly JournalEntry[] {
  const all = [...journal.values()];
  const closed = all.filter(isClosed).toSorted((one, other) => closedAt(other) - closedAt(one));
  const since = closedAt(closed[0]) - countedMs;
  const counted = closed.findIndex((recorded) => closedAt(recorded) < since);
  const whole = Math.min(keptClosed, Math.max(keptWhole, counted === -1 ? closed.length : counted));
  return [
    ...closed
      .slice(whole)
      .filter((recorded, at) => at < keptClosed || recorded.entries.some(isAdoption))
      .slice(0, 2 * keptClosed)
      .flatMap(({ entries }) =>
        entries.filter((entry) => entry.kind === 'closed' || isAdoption(entry) || isCounted(entry, entries, since)),
      ),
    ...closed.slice(0, whole).flatMap(({ entries }) => entries),
    ...all.filter((recorded) => !isClosed(recorded)).flatMap(withoutRejected),
  ];
}

const closedAt = (recorded: Recorded | undefined): number =>
  recorded?.entries.find(({ kind }) => kind === 'closed')?.at ?? 0;

const isAdoption = (entry: JournalEntry): boolean =>
  entry.kind === 'heal-completed' && (entry.instance ?? entry.address) !== undefined;

const isCounted = (entry: JournalEntry, entries: readonly JournalEntry[], since: number): boolean =>
  entry.kind === 'heal-requested' && entry.at >= since && !refusedHeals(entries).includes(entry.attempt);

/** The attempts that the VNFM refused, and of which nothing came. */
export function refusedHeals(entries: readonly JournalEntry[]): readonly number[] {
  const accepted = entries.flatMap((entry) => (entry.kind === 'heal-accepted' ? [entry.attempt] : []));
  return entries.flatMap((entry) =>
    entry.kind === 'heal-rejected' && !accepted.includes(entry.attempt) ? [entry.attempt] : [],
  );
}

function withoutRejected({ entries, incident }: Recorded): readonly JournalEntry[] {
  const refused = refusedHeals(entries).filter((attempt) => attempt !== incident?.attempt);
  return entries.filter((entry) => {
    const attempt = 'attempt' in entry ? entry.attempt : entry.kind === 'heal-held' ? entry.next : undefined;
    return attempt === undefined || !refused.includes(attempt);
  });
}
