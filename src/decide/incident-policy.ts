/**
 * What the decisions about incidents are made by: the VNF, and how long to wait for what.
 */
import type { Vnf } from '../model/vnf.ts';

export interface IncidentPolicy {
  readonly vnf: Vnf;
  readonly timing: IncidentTiming;
}

/** All in ms. */
export interface IncidentTiming {
  /** Nobody speaks until the group has been the same for so long: Pacemaker's word about quorum lags behind corosync's. */
  readonly settle: number;
  /** How long a count that reached its threshold must hold: for a second or so a failure may count too often (countTwo in src/pacemaker/fail.ts). */
  readonly confirm: number;
  /** Between two looks at an operation of the VNFM. */
  readonly poll: number;
  /** The first wait after a failed request, doubled each time up to the cap. */
  readonly backoff: number;
  readonly backoffCap: number;
  /** After an answer that repeating won't change. */
  readonly rejected: number;
  /** How long after a heal and the cleanup a failure counts as the old one. */
  readonly recover: number;
  /** Before another heal after one that failed, times the number of those. */
  readonly betweenHeals: number;
  /** Before an operation in FAILED_TEMP is retried, rolled back or failed. */
  readonly resolve: number;
  /** Retries of an operation until it is failed. */
  readonly retries: number;
  /** Heals that may fail until the incident is given up. */
  readonly heals: number;
}

export const incidentTiming: IncidentTiming = {
  settle: 3_000,
  confirm: 2_500,
  poll: 2_000,
  backoff: 1_000,
  backoffCap: 60_000,
  rejected: 600_000,
  recover: 30_000,
  betweenHeals: 30_000,
  resolve: 30_000,
  retries: 2,
  heals: 3,
};

/** How long to wait after `failures` failures in a row: doubling, capped, the upper half left to chance (in [0, 1)). */
export function backoff(failures: number, chance: number, timing: IncidentTiming): number {
  const full = Math.min(timing.backoffCap, timing.backoff * 2 ** Math.min(failures - 1, 30));
  return Math.round(full * (0.5 + chance / 2));
}
