/**
 * What comes next for one incident, by its phase and by how the instance is. One table for its heal, one for its alarm.
 */
import type { ClusterStatus } from '../model/cluster.ts';
import type { Vnf } from '../model/vnf.ts';
import { instanceNow } from './adoption.ts';
import { escalationOf } from './escalation.ts';
import { episodeKey, type Episodes, readmittedAt } from './episode.ts';
import { type Healable, healableOf } from './healable.ts';
import type { Alarm, HealRequest, IncidentAction } from './incident-action.ts';
import type { Condition } from './incident-condition.ts';
import {
  type Incident,
  type Journal,
  type JournalEntry,
  type Outcome,
  type Recorded,
  resolutionsOf,
} from './incident-journal.ts';
import { isGone } from './incident-lost.ts';
import type { IncidentPolicy } from './incident-policy.ts';

/** What the actor knows. */
export interface Situation {
  readonly status: { readonly startedAt: number; readonly value: ClusterStatus };
  /** Since when which nodes have been away (incident-lost.ts). */
  readonly lost: ReadonlyMap<string, number>;
  readonly journal: Journal;
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
  const gone = condition === 'node-lost' && isGone(incident.node, situation.lost, status.startedAt, vnf);
  const broken = condition === 'broken' || gone;
  const whole = condition === 'whole' && status.startedAt > recorded.since;
  const fact = (known: Fact): Next => ({ action: write(authorOf(situation), known) });
  const outcome: Outcome = recorded.entries.some((entry) => entry.kind === 'heal-completed') ? 'healed' : 'recovered';
  const back = readmittedAt(situation.episodes.get(episodeKey(incident.vnfc, incident.node)), incident.raisedAt);
  const recovered = () => fact({ kind: 'recovered', incident: id, outcome, ...(back === undefined ? {} : { readmittedAt: back }) }); // prettier-ignore
  switch (incident.phase) {
    case 'raised':
      if (duplicate) return fact({ kind: 'recovered', incident: id, outcome: 'duplicate' });
      if (whole) return recovered();
      if (!broken) return undefined;
      return gone ? nextRequest(incident, recorded, situation) : nextEscalation(incident, recorded, situation);
    case 'restarting':
      if (whole) return recovered();
      // it is down: who was to do it did, or somebody else
      if (condition === 'node-lost') return fact({ kind: 'node-restarted', incident: id });
      return {
        action: { type: 'restart-node', incident: id, node: incident.node, since: restartAskedAt(recorded) },
      };
    case 'restarted':
    case 'failed':
    case 'rejected':
      if (duplicate) return fact({ kind: 'recovered', incident: id, outcome: 'duplicate' });
      if (whole) return recovered();
      if (!broken) return undefined;
      // what was seen before its restart is no word about it
      if (incident.phase === 'restarted' && status.startedAt <= recorded.since) return undefined;
      return nextRequest(incident, recorded, situation);
    case 'requested': {
      const request = healRequest(incident, recorded, situation);
      // Whatever has become of the instance: the VNFM may have been told, and only the VNFM knows.
      return {
        action: { type: broken && !duplicate ? 'heal' : 'find', incident: id, attempt, request },
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
      if (gone && status.startedAt - recorded.since >= vnf.vnfm!.heals.lostNodesMs!)
        return fact({ kind: 'heal-failed', incident: id, attempt, reason: "its node didn't come back" });
      if (condition !== 'broken') return undefined;
      const counted = vnfc?.counted(incident.node);
      if (counted === undefined) return fact({ kind: 'cleaned-up', incident: id, attempt });
      return { action: { type: 'cleanup', incident: id, attempt, ...counted } };
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
  const alarm = alarmOf(incident, vnfc, situation.journal);
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

/** The node is restarted first where the description says so, and it may be. */
function nextEscalation(incident: Incident, recorded: Recorded, situation: Situation): Next {
  const { journal, now, policy, self, status } = situation;
  const escalation = escalationOf(incident, journal, status.value, policy.vnf, now);
  if (escalation === undefined) return nextRequest(incident, recorded, situation);
  if (escalation === 'wait') return undefined;
  const fact: Fact =
    escalation === 'restart'
      ? { kind: 'node-restart-requested', incident: incident.id, owner: self }
      : { kind: 'node-not-restarted', incident: incident.id, reason: escalation.not };
  return { action: write(authorOf(situation), fact) };
}

const restartAskedAt = ({ entries }: Recorded): number =>
  entries.find(({ kind }) => kind === 'node-restart-requested')!.at;

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

function healRequest(incident: Incident, { entries }: Recorded, { policy, journal }: Situation): HealRequest {
  const mark = `vnfha:${incident.id}#`;
  const key = `${mark}${incident.attempt}`;
  const restarted = entries.some(({ kind }) => kind === 'node-restarted');
  const reason = `${incident.reason}${restarted ? ', and again after a restart of its node' : ''}`;
  const cause = `${key} ${incident.vnfc} on ${incident.node} ${reason}`.slice(0, 255);
  const known = entries.flatMap((entry) => (entry.kind === 'heal-accepted' ? [entry.operation] : []));
  const { vnfc: name, node } = incident;
  const vnfcInstanceId = instanceNow(journal, healableOf(policy.vnf, name)?.instanceId(node));
  return { mark, key, cause, known, vnfc: name, node, vnfcInstanceId };
}

function alarmOf(incident: Incident, vnfc: Healable | undefined, journal: Journal): Alarm {
  const { id, node, severity, reason, raisedAt } = incident;
  return {
    id,
    vnfcInstanceId: instanceNow(journal, vnfc?.instanceId(node)),
    vnfc: incident.vnfc,
    node,
    severity,
    reason,
    raisedAt,
  };
}
