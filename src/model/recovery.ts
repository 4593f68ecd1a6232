/**
 * A recovery target, and the settings that follow from it where the description says nothing. The price of each is in
 * docs/budget.md.
 */
import type { Description } from './description.ts';
import { durationMs } from './duration.ts';
import type { RecoveryTarget } from './vnf.ts';

/** ETSI GS NFV-REL 001's service availability levels, of each its shorter recovery time's upper end; and our own, sub-second. */
const targets = {
  'sub-second': { detectMs: 500, recoverMs: 2000 },
  SAL1: { detectMs: 1000, recoverMs: 6000 },
  SAL2: { detectMs: 5000, recoverMs: 15_000 },
  SAL3: { detectMs: 10_000, recoverMs: 25_000 },
} as const;

/** The target that a checked description asks for. */
export function targetOf(recovery: Description['recovery']): RecoveryTarget | undefined {
  if (recovery === undefined) return undefined;
  if (typeof recovery === 'string') return { ...targets[recovery], name: recovery };
  const { detect, recover } = recovery;
  return {
    detectMs: durationMs(detect)!,
    recoverMs: durationMs(recover)!,
    name: `detect ${detect}, recover ${recover}`,
  };
}

/** What the description's defaults are with a target. All in milliseconds, but `fall`. */
export interface Defaults {
  readonly token: number;
  readonly checkInterval: number;
  readonly checkTimeout: number;
  /** Of a VNFC. */
  readonly heartbeat: number;
  readonly inter: number;
  readonly fall: number;
  /** How long HAProxy's check waits for an answer on a connection that it has. */
  readonly answer: number;
  readonly arpInterval: number;
}

/** Without a target: what suits most. */
const usual: Defaults = {
  token: 1000,
  checkInterval: 10_000,
  checkTimeout: 10_000,
  heartbeat: 100,
  inter: 1000,
  fall: 2,
  answer: 2000,
  arpInterval: 200,
};

/**
 * The defaults for `target`: the slowest, and so the cheapest, that leave the rest of the time to what can't be set.
 * Pacemaker's monitors aren't made for intervals below 2 s, so no check is quicker: below that, only a heartbeat is.
 * A heartbeat of 80 ms is the slowest by which a hung active instance is replaced within the sub-second profile's 2 s at worst.
 */
export function defaultsFor(target: RecoveryTarget | undefined): Defaults {
  if (target === undefined) return usual;
  const { detectMs, recoverMs } = target;
  const inter = between(100, 0.2 * detectMs, usual.inter, 50);
  return {
    token: between(300, Math.min(0.6 * detectMs, 0.15 * recoverMs), usual.token, 50),
    checkInterval: between(2000, 0.5 * detectMs, usual.checkInterval, 1000),
    checkTimeout: between(2000, 0.4 * detectMs, usual.checkTimeout, 1000),
    heartbeat: between(80, Math.min(0.2 * detectMs, 0.02 * recoverMs), 1000, 50),
    inter,
    fall: usual.fall,
    answer: Math.min(usual.answer, inter),
    arpInterval: between(50, 0.05 * recoverMs, usual.arpInterval, 50),
  };
}

/** `wanted`, in whole steps, at least and at most so much. */
const between = (least: number, wanted: number, most: number, step: number): number =>
  Math.min(most, Math.max(least, Math.floor(wanted / step) * step));
