/**
 * What comes next for one incident, by its phase and by how the instance is. One table for its heal, one for its alarm.
 */
import type { ClusterStatus } from '../model/cluster.ts';
import type { Vnf } from '../model/vnf.ts';
import { episodeKey, type Episodes, readmittedAt } from './episode.ts';
import { type Healable, healableOf } from './healable.ts';
import type { Alarm, HealRequest, IncidentAction } from './incident-action.ts';
import type { Condition } from './incident-condition.ts';
import { type Incident, type JournalEntry, type Outcome, type Recorded, resolutionsOf } from './incident-journal.ts';
import type { IncidentPolicy } from './incident-policy.ts';

/** What the actor knows. */
export interface Situation {
  readonly status: { readonly startedAt: number; readonly value: ClusterStatus };
  readonly node: string;
  /** nodeid.pid of this member. */
  readonly self: string;
  readonly now: number;
  readonly policy: IncidentPolicy;
  readonly episodes: Episodes;
}

/** What to do, perhaps not yet; or nothing until something happens. */
export type Next = { readonly action: IncidentAction; readonly notBefore?: number } | undefined;

/** The next step of the incident itself. `duplicate`: another one stands for the same failure. */
export function nextOfHeal(incident: Incident, recorded: Recorded, duplicate: boolean, situation: Situation): Next {
  const { policy, status } = situation;
  const { timing, vnf } = policy;
  const { attempt, id } = incident;
  const vnfc = healableOf(vnf, incident.vnfc);
  const condition = conditionNow(status.value, vnf, incident.vnfc, incident.node);
  const whole = condition === 'whole' && status.startedAt > recorded.since;
  const fact = (known: Fact): Next => ({ action: write(authorOf(situation), known) });
  const outcome: Outcome = recorded.entries.some((entry) => entry.kind === 'heal-completed') ? 'healed' : 'recovered';
  const back = readmittedAt(situation.episodes.get(episodeKey(incident.vnfc, incident.node)), incident.raisedAt);
  const recovered = () => fact({ kind: 'recovered', incident: id, outcome, ...(back === undefined ? {} : { readmittedAt: back }) }); // prettier-ignore
  switch (incident.phase) {
    case 'raised':
    case 'failed':
    case 'rejected':
      if (duplicate) return fact({ kind: 'recovered', incident: id, outcome: 'duplicate' });
      if (whole) return recovered();
      return condition === 'broken' ? nextRequest(incident, recorded, situation) : undefined;
    case 'requested': {
      const request = healRequest(incident, recorded, vnfc);
      // Whatever has become of the instance: the VNFM may have been told, and only the VNFM knows.
      return {
        action: { type: condition === 'broken' && !duplicate ? 'heal' : 'find', incident: id, attempt, request },
      };
    }
    case 'accepted':
      return (
        nextResolution(incident, recorded, policy) ?? {
          action: { type: 'poll', incident: id, attempt, operation: incident.operation! },
        }
      );
    case 'completed': {
      if (whole) return recovered();
      if (condition !== 'broken') return undefined;
      const resource = vnfc?.resource;
      if (resource === undefined) return fact({ kind: 'cleaned-up', incident: id, attempt });
      return { action: { type: 'cleanup', incident: id, attempt, resource, node: incident.node } };
    }
    case 'cleaned':
      if (whole) return recovered();
      if (condition !== 'broken' || status.startedAt < recorded.since + timing.recover) return undefined;
      return fact({ kind: 'heal-failed', incident: id, attempt, reason: 'it failed again after the heal' });
    case 'given-up':
      return whole ? recovered() : undefined;
    case 'recovered': {
      if (vnf.vnfm?.alarms !== undefined && incident.alarm !== 'cleared') return undefined;
      return fact({ kind: 'closed', incident: id });
    }
    case 'closed':
      return undefined;
  }
}

/** The next step of its alarm: sent while it is open, cleared when it has recovered; both, in this order, whatever else happens. */
export function nextOfAlarm(incident: Incident, situation: Situation): Next {
  const { vnf } = situation.policy;
  if (vnf.vnfm?.alarms === undefined) return undefined;
  const vnfc = healableOf(vnf, incident.vnfc);
  const alarm = alarmOf(incident, vnfc);
  if (incident.alarm === 'unsent') return { action: { type: 'raise-alarm', incident: incident.id, alarm } };
  if (incident.alarm === 'cleared' || incident.recoveredAt === undefined) return undefined;
  return {
    action: { type: 'clear-alarm', incident: incident.id, alarm: { ...alarm, clearedAt: incident.recoveredAt } },
  };
}

/** How the instance of an incident is; one that the description no longer names is nobody's to heal. */
export function conditionNow(status: ClusterStatus, vnf: Vnf, vnfcName: string, node: string): Condition {
  return healableOf(vnf, vnfcName)?.condition(status, node) ?? 'whole';
}

/** An entry without what every entry has. */
export type Fact<E = JournalEntry> = E extends JournalEntry ? Omit<E, 'v' | 'vnf' | 'at' | 'by'> : never;

/** Who writes, and when. */
interface Author {
  readonly vnf: string;
  readonly node: string;
  readonly now: number;
}

/** The action that makes a fact known to all. */
export function write(author: Author, fact: Fact): Extract<IncidentAction, { type: 'journal' }> {
  return { type: 'journal', entry: { v: 1, vnf: author.vnf, at: Math.round(author.now), by: author.node, ...fact } };
}

/** The next heal, if there may be one more. */
function nextRequest(incident: Incident, recorded: Recorded, situation: Situation): Next {
  const { timing } = situation.policy;
  const { id, failedHeals, phase } = incident;
  if (failedHeals >= timing.heals) {
    const reason = `${failedHeals} heals did not help`;
    return { action: write(authorOf(situation), { kind: 'given-up', incident: id, reason }) };
  }
  const pause = phase === 'rejected' ? timing.rejected : phase === 'failed' ? timing.betweenHeals * failedHeals : 0;
  const fact: Fact = { kind: 'heal-requested', incident: id, attempt: incident.attempt + 1, owner: situation.self };
  return { action: write(authorOf(situation), fact), notBefore: recorded.since + pause };
}

/** What the VNFM is to do with an operation that is stuck; undefined: nothing, or it was told. */
function nextResolution({ id, attempt, operation }: Incident, { entries }: Recorded, policy: IncidentPolicy): Next {
  const { stuck, since, resolved } = resolutionsOf(entries, attempt);
  const { onFailedTemp: wanted = 'wait', dryRun = false } = policy.vnf.vnfm?.heals ?? {};
  if (stuck <= resolved.length || wanted === 'wait' || dryRun) return undefined;
  const patience = { retry: policy.timing.retries, rollback: 1, fail: 0 }[wanted];
  const how = stuck <= patience ? wanted : 'fail';
  const action = { type: 'resolve', incident: id, attempt, n: stuck, operation: operation!, how } as const;
  return { action, notBefore: since + policy.timing.resolve };
}

/** The author of what is written in this situation. */
export function authorOf({ policy, node, now }: Situation): Author {
  return { vnf: policy.vnf.name, node, now };
}

function healRequest(incident: Incident, { entries }: Recorded, vnfc: Healable | undefined): HealRequest {
  const mark = `vnfha:${incident.id}#`;
  const key = `${mark}${incident.attempt}`;
  const cause = `${key} ${incident.vnfc} on ${incident.node} ${incident.reason}`.slice(0, 255);
  const known = entries.flatMap((entry) => (entry.kind === 'heal-accepted' ? [entry.operation] : []));
  const { vnfc: name, node } = incident;
  return { mark, key, cause, known, vnfc: name, node, vnfcInstanceId: vnfc?.instanceId(node) };
}

function alarmOf(incident: Incident, vnfc: Healable | undefined): Alarm {
  const { id, node, severity, reason, raisedAt } = incident;
  return { id, vnfcInstanceId: vnfc?.instanceId(node), vnfc: incident.vnfc, node, severity, reason, raisedAt };
}
