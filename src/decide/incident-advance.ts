/**
 * Who acts, and in which order. Only the speaker does anything: the lowest member, in a partition with quorum, once the group has
 * settled and every journal has been put together. One exception: who wrote down the intent of a heal sends it, as long as it lives, so
 * that no two members ever ask for the same one. In each lane one thing at a time.
 */
import type { IncidentState, IncidentStep, Lane, Member } from './incident.ts';
import type { IncidentAction } from './incident-action.ts';
import { type Hold, heldBack } from './heal-governor.ts';
import { entryKey, type Incident, type Journal } from './incident-journal.ts';
import { authorOf, nextOfAlarm, nextOfHeal, type Next, type Situation, write } from './incident-next.ts';
import type { IncidentPolicy } from './incident-policy.ts';
import { duplicates, newIncidents } from './incident-raise.ts';

const idleLane: Lane = { busy: false, awaiting: undefined, notBefore: 0, failures: 0, told: undefined };

/** Where one thing at a time is done for an incident; it is raised in the lane of its key. */
export const laneName = (kind: 'heal' | 'alarm' | 'raise', incidentOrKey: string): string => `${kind} ${incidentOrKey}`;

export const laneOf = (state: IncidentState, name: string): Lane => state.lanes.get(name) ?? idleLane;

/** nodeid.pid */
const memberName = (member: Member): string => `${member.nodeId}.${member.pid}`;

/** Says what is to be done now, marks it as under way, and says when to look again. */
export function advance(state: IncidentState, now: number, policy: IncidentPolicy): IncidentStep {
  const { group, status } = state;
  const nothing = { state, actions: [], wakeAt: undefined };
  if (group === undefined || !group.synced || status === undefined) return nothing;
  const settledAt = group.since + policy.timing.settle;
  if (now < settledAt) return { ...nothing, wakeAt: settledAt };
  if (status.startedAt < group.since || !status.value.quorate) return nothing;

  const self = memberName(group.self);
  const speaker = group.members.every((other) => !precedes(other, group.self));
  const situation: Situation = {
    status,
    lost: state.lost,
    journal: state.journal,
    node: group.node,
    self,
    now,
    policy,
    episodes: state.episodes,
  };
  const wanted: Wanted[] = [];
  const due: Incident[] = [];
  const doubled = duplicates(state.journal);
  for (const recorded of state.journal.values()) {
    const { incident } = recorded;
    if (incident === undefined || incident.phase === 'closed') continue;
    const owner = ownerOf(incident, group.members);
    if (owner === undefined ? speaker : owner === self) {
      const next = nextOfHeal(incident, recorded, doubled.has(incident.id), situation);
      const lane = laneName('heal', incident.id);
      if (beginsHeal(next) && isDue(next, laneOf(state, lane), now)) due.push(incident);
      wanted.push([lane, next]);
    }
    if (speaker) wanted.push([laneName('alarm', incident.id), nextOfAlarm(incident, situation)]);
  }
  if (speaker) {
    for (const [key, next] of newIncidents(state.journal, state.broken, situation))
      wanted.push([laneName('raise', key), next]);
  }
  return start(state, governed(wanted, due, state, situation), now);
}

type Doing = NonNullable<Next>;

const beginsHeal = (next: Next): next is Doing =>
  next?.action.type === 'journal' && ['heal-requested', 'node-restart-requested'].includes(next.action.entry.kind);

const dueAt = (next: Doing, lane: Lane): number => Math.max(next.notBefore ?? 0, lane.notBefore);
const isFree = (lane: Lane): boolean => !lane.busy && lane.awaiting === undefined;
const isDue = (next: Doing, lane: Lane, now: number): boolean => isFree(lane) && dueAt(next, lane) <= now;

/** Heals, and restarts of nodes before them, that have to wait are written down as held, once, and looked at again later. */
function governed(
  wanted: readonly Wanted[],
  due: readonly Incident[],
  { journal, lanes }: IncidentState,
  situation: Situation,
): readonly Wanted[] {
  const rules = situation.policy.vnf.vnfm?.heals;
  if (rules === undefined || due.length === 0) return wanted;
  const underway = [...lanes.values()].filter(
    ({ awaiting }) => awaiting !== undefined && /\/(heal|node-restart)-requested\//.test(awaiting),
  ).length;
  // those that are on the wire are wanted still
  const raising = wanted.filter(
    ([, next]) => next?.action.type === 'journal' && next.action.entry.kind === 'raised',
  ).length;
  const holds = heldBack({ due, journal, underway, raising, now: situation.now }, rules);
  return wanted.map(([lane, next]) => {
    const id = beginsHeal(next) && next.action.type === 'journal' ? next.action.entry.incident : undefined;
    const hold = id === undefined ? undefined : holds.get(id);
    return hold === undefined ? [lane, next] : [lane, held(id!, hold, next!, journal, situation)];
  });
}

function held(id: string, { why, detail, until }: Hold, next: Doing, journal: Journal, situation: Situation): Next {
  const { entries, incident } = journal.get(id)!;
  const action = write(authorOf(situation), {
    kind: 'heal-held',
    incident: id,
    next: incident!.attempt + 1,
    why,
    reason: detail,
    ...(until === undefined ? {} : { until }),
  });
  const known = entries.some((entry) => entryKey(entry) === entryKey(action.entry));
  if (!known) return { action };
  return until === undefined ? undefined : { ...next, notBefore: until };
}

type Wanted = readonly [lane: string, next: Next];

function start(state: IncidentState, wanted: readonly Wanted[], now: number): IncidentStep {
  const lanes = new Map(state.lanes);
  const actions: IncidentAction[] = [];
  const waits: number[] = [];
  for (const [name, next] of wanted) {
    const lane = laneOf(state, name);
    if (next === undefined || !isFree(lane)) continue;
    const due = dueAt(next, lane);
    if (due > now) {
      waits.push(due);
      continue;
    }
    actions.push(next.action);
    const mark = next.action.type === 'journal' ? { awaiting: entryKey(next.action.entry) } : { busy: true };
    lanes.set(name, { ...lane, ...mark });
  }
  return { state: { ...state, lanes }, actions, wakeAt: waits.length === 0 ? undefined : Math.min(...waits) };
}

/** The member that alone may act on this incident, if there is one: the owner of an intent that is not known to be accepted, or done. */
function ownerOf(incident: Incident, members: readonly Member[]): string | undefined {
  if (incident.phase !== 'requested' && incident.phase !== 'restarting') return undefined;
  return members.map(memberName).find((name) => name === incident.owner);
}

function precedes(one: Member, other: Member): boolean {
  return one.nodeId !== other.nodeId ? one.nodeId < other.nodeId : one.pid < other.pid;
}
