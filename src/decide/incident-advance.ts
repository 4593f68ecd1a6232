/**
 * Who acts, and in which order. Only the speaker does anything: the lowest member, in a partition with quorum, once the group has
 * settled and every journal has been put together. One exception: who wrote down the intent of a heal sends it, as long as it lives, so
 * that no two members ever ask for the same one. In each lane one thing at a time.
 */
import type { IncidentState, IncidentStep, Lane, Member } from './incident.ts';
import type { IncidentAction } from './incident-action.ts';
import { entryKey, type Incident } from './incident-journal.ts';
import { nextOfAlarm, nextOfHeal, type Next, type Situation } from './incident-next.ts';
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
  const situation: Situation = { status, node: group.node, self, now, policy };
  const wanted: Wanted[] = [];
  const doubled = duplicates(state.journal);
  for (const recorded of state.journal.values()) {
    const { incident } = recorded;
    if (incident === undefined || incident.phase === 'closed') continue;
    const owner = ownerOf(incident, group.members);
    if (owner === undefined ? speaker : owner === self) {
      const next = nextOfHeal(incident, recorded, doubled.has(incident.id), situation);
      wanted.push([laneName('heal', incident.id), next]);
    }
    if (speaker) wanted.push([laneName('alarm', incident.id), nextOfAlarm(incident, situation)]);
  }
  if (speaker) {
    for (const [key, next] of newIncidents(state.journal, situation)) wanted.push([laneName('raise', key), next]);
  }
  return start(state, wanted, now);
}

type Wanted = readonly [lane: string, next: Next];

function start(state: IncidentState, wanted: readonly Wanted[], now: number): IncidentStep {
  const lanes = new Map(state.lanes);
  const actions: IncidentAction[] = [];
  const waits: number[] = [];
  for (const [name, next] of wanted) {
    const lane = laneOf(state, name);
    if (next === undefined || lane.busy || lane.awaiting !== undefined) continue;
    const due = Math.max(next.notBefore ?? 0, lane.notBefore);
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

/** The member that alone may act on this incident, if there is one: the owner of an intent that is not known to be accepted. */
function ownerOf(incident: Incident, members: readonly Member[]): string | undefined {
  if (incident.phase !== 'requested') return undefined;
  return members.map(memberName).find((name) => name === incident.owner);
}

function precedes(one: Member, other: Member): boolean {
  return one.nodeId !== other.nodeId ? one.nodeId < other.nodeId : one.pid < other.pid;
}
