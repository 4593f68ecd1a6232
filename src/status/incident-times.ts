/** How long an incident's failure took to be noticed, excluded and made good for, held against what the description asks for. Pure. */
import type { JournalEntry } from '../decide/incident-journal.ts';
import type { RecoveryTarget } from '../model/vnf.ts';

export interface IncidentTimes {
  /** Of each step how long it took, in its order. */
  readonly steps: readonly Measured[];
  /** open: not over, and the time asked for not yet either. unclear: known within bounds only, or not at all. */
  readonly verdict: 'within' | 'over' | 'open' | 'unclear' | 'no target';
  /** For people: 'within SAL1: noticed in 0.01 s of 1 s, …'. */
  readonly sentence: string;
}

export interface Measured {
  /** noticed, excluded: of the instance. service: others serve in its place, or it does again. instance: it is in its place again. */
  readonly what: 'noticed' | 'excluded' | 'service' | 'instance';
  /** From the failure on; undefined: not yet, or it wasn't measured. */
  readonly ms: number | undefined;
  /** It was seen when Pacemaker was asked: it may have been so for a while. */
  readonly atMost: boolean;
  /** What was asked for; undefined: nothing. */
  readonly limitMs: number | undefined;
}

type Raised = Extract<JournalEntry, { kind: 'raised' }>;

/**
 * By the entries of one incident. What was done before an older member wrote them, or while nobody heard, is not measured.
 * @param now ms since the epoch: an open one goes on until then
 */
export function incidentTimes(entries: readonly JournalEntry[], target: RecoveryTarget | undefined, now: number): IncidentTimes {
  const raised = entries.find((entry) => entry.kind === 'raised');
  const recovered = entries.find((entry) => entry.kind === 'recovered');
  if (raised === undefined) return { steps: [], verdict: 'unclear', sentence: 'its beginning is no longer known' };
  const begun = numberOf(raised.failedAt) ?? numberOf(raised.noticedAt);
  const since = (at: number | undefined): number | undefined =>
    at === undefined || begun === undefined ? undefined : Math.max(0, at - begun);
  const backAt = numberOf(recovered?.readmittedAt);
  const instance = measured('instance', since(backAt ?? recovered?.at), backAt === undefined);
  const noticed = measured('noticed', numberOf(raised.failedAt) && since(numberOf(raised.noticedAt)), false, target?.detectMs);
  const excluded = measured('excluded', since(numberOf(raised.excludedAt)), false);
  const service = serviceOf(raised, excluded, instance, since, target?.recoverMs);
  const open = recovered === undefined && begun !== undefined ? now - begun : undefined;
  const steps = [noticed, excluded, service, instance];
  const verdict = verdictOf([noticed, service], target, open);
  if (begun === undefined) {
    const asked = target === undefined ? '' : ` (${target.name} asks for ${secondsText(target.recoverMs)})`;
    return { steps, verdict, sentence: `not measured${asked}` };
  }
  return { steps, verdict, sentence: sentenceOf(verdict, steps, target, open !== undefined) };
} // prettier-ignore

/** Where nobody else was left to serve, it is back with the instance; a standby's failure takes nothing away. */
function serviceOf(raised: Raised, excluded: Measured, instance: Measured, since: (at: number | undefined) => number | undefined, limitMs: number | undefined): Measured {
  const of = (ms: number | undefined, atMost: boolean): Measured => measured('service', ms, atMost, limitMs);
  if (raised.role === 'standby') return of(0, false);
  const served = since(numberOf(raised.servedAt));
  if (served !== undefined) return of(served, true);
  if (raised.severity !== 'CRITICAL' && excluded.ms !== undefined) return of(excluded.ms, false);
  return of(instance.ms, instance.atMost);
} // prettier-ignore

const measured = (what: Measured['what'], ms: number | undefined, atMost: boolean, limitMs?: number): Measured => ({
  what,
  ms,
  atMost: atMost && ms !== undefined,
  limitMs,
});

/** A journal is read as it was written, by whatever version. */
const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

function verdictOf(held: readonly Measured[], target: RecoveryTarget | undefined, openMs: number | undefined): IncidentTimes['verdict'] {
  if (target === undefined) return 'no target';
  const over = (one: Measured): boolean => one.ms !== undefined && one.limitMs !== undefined && one.ms > one.limitMs;
  if (held.some((one) => over(one) && !one.atMost)) return 'over';
  const service = held.at(-1)!;
  if (service.ms === undefined && openMs !== undefined) return openMs > target.recoverMs ? 'over' : 'open';
  return held.some(over) || service.ms === undefined ? 'unclear' : 'within';
} // prettier-ignore

const beginnings: Readonly<Record<IncidentTimes['verdict'], string>> = {
  ...{ within: 'within', over: 'over', open: 'still within', unclear: 'perhaps not within', 'no target': '' },
};

function sentenceOf(verdict: IncidentTimes['verdict'], steps: readonly Measured[], target: RecoveryTarget | undefined, open: boolean): string {
  const beginning = target === undefined ? '' : `${beginnings[verdict]} ${target.name}: `;
  const told = steps.flatMap((one) => measuredText(one, open) ?? []);
  return beginning + (told.join(', ') || 'nothing of it was measured');
} // prettier-ignore

const names: Readonly<Record<Measured['what'], string>> = {
  ...{ noticed: 'noticed', excluded: 'excluded', service: 'the service back', instance: 'the instance back' },
};

/** 'the service back in 0.4 s of 6 s'; undefined: there is nothing to say. */
function measuredText({ what, ms, atMost, limitMs }: Measured, open: boolean): string | undefined {
  if (what === 'service' && ms === undefined && open) return 'the service not back yet';
  if (ms === undefined) return limitMs === undefined ? undefined : `${names[what]}: not measured`;
  if (what === 'service' && ms === 0 && !atMost) return 'the service not touched';
  const limit = limitMs === undefined ? '' : ` of ${secondsText(limitMs)}`;
  return `${names[what]} in ${atMost ? 'at most ' : ''}${secondsText(ms)}${limit}`;
}

/** 0.006 s, 0.42 s, 12.3 s, 6 s. */
export function secondsText(ms: number): string {
  const digits = ms < 100 ? 3 : ms < 1000 ? 2 : 1;
  return `${Number((ms / 1000).toFixed(digits))} s`;
}
