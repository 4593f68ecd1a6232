/**
 * Which of the heals that could be asked for now are held back, and why. What has been asked for goes on. Counted is what the journal says,
 * so that another speaker comes to the same.
 */
import { endOfWindows, type HealRules, type StormRules } from '../model/heals.ts';
import { type Incident, isLeftAlone, type Journal, type Recorded, refusedHeals } from './incident-journal.ts';

export type HoldReason = 'dry-run' | 'maintenance' | 'storm' | 'per-hour' | 'at-once';

export interface Hold {
  readonly why: HoldReason;
  readonly detail: string;
  /** When it is to be looked at again (ms since the epoch); undefined: when something happens. */
  readonly until: number | undefined;
}

export interface Asked {
  /** Those whose next heal is due. */
  readonly due: readonly Incident[];
  readonly journal: Journal;
  /** Intents on their way into the journal. */
  readonly underway: number;
  /** Incidents on their way into it. */
  readonly raising: number;
  readonly now: number;
}

const hourMs = 3_600_000;

/** Incident id -> why its heal has to wait; the most urgent ones go first. */
export function heldBack(asked: Asked, rules: HealRules): ReadonlyMap<string, Hold> {
  const { due, journal, underway, now } = asked;
  const all = holdOfAll(asked, rules);
  // facts of tomorrow, by a clock that runs ahead, are not of this hour
  const hourly = heals(journal).filter((at) => Math.abs(now - at) < hourMs);
  const running = [...journal.values()].filter((recorded) => isUnderWay(recorded, rules)).length;
  let begun = underway;
  const holdOf = (): Hold | undefined => {
    if (all !== undefined) return all;
    if (hourly.length + begun >= rules.perHour) {
      // so many of them must be an hour old for one more
      const oldest = hourly.toSorted((one, other) => one - other)[hourly.length + begun - rules.perHour] ?? now;
      const detail = `${hourly.length + begun} asked for within an hour (vnfm.heals.perHour: ${rules.perHour})`;
      return { why: 'per-hour', detail, until: oldest + hourMs };
    }
    if (running + begun < rules.atOnce) return undefined;
    const detail = `${running + begun} under way (vnfm.heals.atOnce: ${rules.atOnce})`;
    return { why: 'at-once', detail, until: undefined };
  };
  const holds = new Map<string, Hold>();
  for (const { id } of due.toSorted(byUrgency)) {
    const hold = holdOf();
    if (hold === undefined) begun += 1;
    else holds.set(id, hold);
  }
  return holds;
}

/** A dry run comes last: it says what would be asked for, and that is nothing while the others hold it back. */
function holdOfAll({ journal, raising, now }: Asked, { dryRun, maintenance, storm }: HealRules): Hold | undefined {
  const end = endOfWindows(maintenance, now);
  if (end !== undefined) {
    return { why: 'maintenance', detail: `maintenance until ${new Date(end).toISOString()}`, until: end };
  }
  const over = endOfStorm(journal, raising, now, storm);
  if (over !== undefined && now < over) {
    const { incidents: number, withinMs } = storm;
    const detail = `${number} incidents within ${withinMs / 1000} s: something larger has failed; until ${new Date(over).toISOString()}`;
    return { why: 'storm', detail, until: over };
  }
  if (!dryRun) return undefined;
  return { why: 'dry-run', detail: 'it would be asked for now (vnfm.heals.dryRun: true)', until: undefined };
}

/**
 * When the latest storm is over, be that past or to come; undefined: there was none. One instance that fails again and again is none; what a
 * clock that runs ahead has written counts when it is at hand.
 */
function endOfStorm(journal: Journal, raising: number, now: number, rules: StormRules): number | undefined {
  const { incidents: number, withinMs, pauseMs } = rules;
  const raised = [...journal.values()]
    .flatMap(({ incident }) => incident ?? [])
    .map(({ raisedAt, vnfc, node }) => ({ at: raisedAt, instance: `${vnfc} ${node}` }))
    .concat(Array.from({ length: raising }, (_, n) => ({ at: now, instance: `${n}` })))
    .filter(({ at }) => Math.abs(now - at) < pauseMs + withinMs)
    .sort((one, other) => one.at - other.at);
  const last = raised.findLast(({ at }, index) => {
    const close = raised.slice(0, index + 1).filter((each) => at - each.at <= withinMs);
    return at < now + pauseMs && new Set(close.map(({ instance }) => instance)).size >= number;
  });
  return last && Math.min(last.at, now) + pauseMs;
}

/** One that waits for the VNFM's operator keeps no other from being healed. */
function isUnderWay(recorded: Recorded, { onFailedTemp }: HealRules): boolean {
  const phase = recorded.incident?.phase;
  return (
    phase === 'requested' || phase === 'restarting' || (phase === 'accepted' && !isLeftAlone(recorded, onFailedTemp))
  );
}

/** When heals were asked for that the VNFM did not refuse, and nodes restarted. */
const heals = (journal: Journal): number[] =>
  [...journal.values()].flatMap(({ entries }) => {
    const refused = refusedHeals(entries);
    return entries.flatMap((entry) =>
      entry.kind === 'node-restart-requested' || (entry.kind === 'heal-requested' && !refused.includes(entry.attempt))
        ? [entry.at]
        : [],
    );
  });

function byUrgency(one: Incident, other: Incident): number {
  const rank = ({ severity }: Incident): number => (severity === 'CRITICAL' ? 0 : 1);
  return rank(one) - rank(other) || one.raisedAt - other.raisedAt || (one.id < other.id ? -1 : 1);
}
