/** What a fault cost the client: pure sums over the samples of the traffic. */
import type { Sample } from './sample.ts';

export interface Outage {
  /** Requests sent since the fault, and how many of them were not answered. */
  readonly sent: number;
  readonly lost: number;
  /** Microseconds: when the first lost request was sent, and when the first one after the last lost one was answered. */
  readonly firstLostAt: number | undefined;
  readonly backAt: number | undefined;
  /** Longest time between two answered requests (µs): what an impatient client would have seen. */
  readonly longestGap: number;
}

/** Sums up the samples of one target that were sent at `from` (µs) or later. */
export function outageOf(samples: readonly Sample[], from: number): Outage {
  const since = samples.filter((sample) => sample.at >= from).sort((a, b) => a.at - b.at);
  const lost = since.filter((sample) => !sample.ok);
  const lastLost = lost.at(-1);
  const after = lastLost && since.find((sample) => sample.ok && sample.at > lastLost.at);
  const answered = since
    .filter((sample) => sample.ok)
    .map((sample) => sample.at + sample.micros)
    .sort((a, b) => a - b);
  let longestGap = 0;
  let previous = from;
  for (const at of answered) {
    longestGap = Math.max(longestGap, at - previous);
    previous = at;
  }
  return {
    sent: since.length,
    lost: lost.length,
    firstLostAt: lost[0]?.at,
    backAt: after && after.at + after.micros,
    longestGap,
  };
}
