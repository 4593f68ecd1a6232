/**
 * The decisions about incidents: when a VNFC instance that Pacemaker gave up on becomes an incident, who tells the VNFM, and what
 * comes next until the error is cleared. Pure: the caller brings the events, their time and their chance, and does the actions.
 *
 * The journal is the truth and is the same on every member: an incident's phase follows from its entries alone (see
 * incident-journal.ts). Everything else here (what is under way, how long to wait) may be lost at any moment.
 */
import type { ClusterStatus } from '../model/cluster.ts';
import type { BridgeMessage } from '../model/wire.ts';
import { advance } from './incident-advance.ts';
import type { IncidentAction } from './incident-action.ts';
import { addEntry, emptyJournal, entryKey, type Journal, type JournalEntry } from './incident-journal.ts';
import { lostSince } from './incident-lost.ts';
import { type Episodes, withStatus, withWord } from './episode.ts';
import { brokenSince } from './incident-raise.ts';
import type { IncidentPolicy } from './incident-policy.ts';
import { applyResult, type ActionResult } from './incident-result.ts';

/** A process in the notifiers' group; a restarted one is another member. */
export interface Member {
  readonly nodeId: number;
  readonly pid: number;
}

export type IncidentEvent = { readonly at: number; /** in [0, 1), for jitter */ readonly chance: number } & (
  | { readonly type: 'joined'; readonly self: Member; readonly node: string; readonly members: readonly Member[] }
  /** Every member's journal has arrived since the group last changed. */
  | { readonly type: 'synced' }
  | { readonly type: 'disconnected' }
  /** Delivered by the group to all, and written to this node's disk; or read from it after a start. */
  | { readonly type: 'entry'; readonly entry: JournalEntry }
  /** An entry that could not be sent. */
  | { readonly type: 'unsent'; readonly key: string }
  /** What Pacemaker said to a question asked at `startedAt`; undefined: it gave no answer. */
  | { readonly type: 'status'; readonly startedAt: number; readonly status: ClusterStatus | undefined }
  /** A word in the group of the bridges, where failures and exclusions are told first. */
  | { readonly type: 'heard'; readonly message: BridgeMessage }
  | { readonly type: 'result'; readonly result: ActionResult }
  | { readonly type: 'tick' }
);

export interface IncidentState {
  readonly journal: Journal;
  readonly group: GroupView | undefined;
  readonly status: { readonly startedAt: number; readonly value: ClusterStatus } | undefined;
  readonly lanes: ReadonlyMap<string, Lane>;
  /** When the first of the statuses in a row was asked for that showed an instance broken, by key. */
  readonly broken: ReadonlyMap<string, number>;
  /** The same of nodes that are away. */
  readonly lost: ReadonlyMap<string, number>;
  /** When failures were seen and excluded, for the incidents that may come of them. */
  readonly episodes: Episodes;
}

export interface GroupView {
  readonly self: Member;
  /** This node's name, for the journal. */
  readonly node: string;
  readonly members: readonly Member[];
  readonly since: number;
  readonly synced: boolean;
}

/** One thing at a time: an incident has a lane for its heal and one for its alarm. */
export interface Lane {
  /** An action is under way. */
  readonly busy: boolean;
  /** The key of the entry that was multicast and is not delivered yet. */
  readonly awaiting: string | undefined;
  readonly notBefore: number;
  /** Failures in a row, for the backoff. */
  readonly failures: number;
  /** The state of the operation that was last told to the log. */
  readonly told: string | undefined;
}

export interface IncidentStep {
  readonly state: IncidentState;
  readonly actions: readonly IncidentAction[];
  /** When a tick is due, in ms; undefined: only events can change anything. */
  readonly wakeAt: number | undefined;
}

export const initialIncidentState: IncidentState = {
  journal: emptyJournal,
  group: undefined,
  status: undefined,
  lanes: new Map(),
  broken: new Map(),
  lost: new Map(),
  episodes: new Map(),
};

/** Takes in one event and says what is to be done about it. Times are ms since the epoch. */
export function step(state: IncidentState, event: IncidentEvent, policy: IncidentPolicy): IncidentStep {
  const absorbed = absorb(state, event, policy);
  const advanced = advance(absorbed.state, event.at, policy);
  return { ...advanced, actions: [...absorbed.actions, ...advanced.actions] };
}

interface Absorbed {
  readonly state: IncidentState;
  readonly actions: readonly IncidentAction[];
}

function absorb(state: IncidentState, event: IncidentEvent, policy: IncidentPolicy): Absorbed {
  const quietly = (next: IncidentState): Absorbed => ({ state: next, actions: [] });
  switch (event.type) {
    case 'joined': {
      const { self, node, members } = event;
      return quietly({ ...state, group: { self, node, members, since: event.at, synced: false } });
    }
    case 'synced':
      return quietly(state.group === undefined ? state : { ...state, group: { ...state.group, synced: true } });
    case 'disconnected':
      return quietly({ ...state, group: undefined, lanes: withoutAwaiting(state.lanes, () => true) });
    case 'entry': {
      const key = entryKey(event.entry);
      return quietly({
        ...state,
        journal: addEntry(state.journal, event.entry, event.at),
        lanes: withoutAwaiting(state.lanes, (awaited) => awaited === key),
      });
    }
    case 'unsent':
      return quietly({ ...state, lanes: withoutAwaiting(state.lanes, (awaited) => awaited === event.key) });
    case 'status': {
      const { status, startedAt } = event;
      const broken = brokenSince(state.broken, status, startedAt, policy.vnf);
      const lost = lostSince(state.lost, status, startedAt);
      if (status === undefined) return quietly({ ...state, broken, lost, status: undefined });
      const episodes = withStatus(state.episodes, status, startedAt, policy.vnf);
      return quietly({ ...state, broken, lost, episodes, status: { startedAt, value: status } });
    }
    case 'heard': {
      const { message, at } = event;
      const episodes = withWord(state.episodes, message, at, policy.vnf, state.status?.value);
      return quietly(episodes === state.episodes ? state : { ...state, episodes });
    }
    case 'result':
      return applyResult(state, event.result, event, policy);
    case 'tick':
      return quietly(state);
  }
}

function withoutAwaiting(lanes: ReadonlyMap<string, Lane>, which: (key: string) => boolean): ReadonlyMap<string, Lane> {
  return new Map(
    [...lanes].map(([name, lane]) =>
      lane.awaiting !== undefined && which(lane.awaiting) ? [name, { ...lane, awaiting: undefined }] : [name, lane],
    ),
  );
}
