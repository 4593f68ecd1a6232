/** When an outage was over, of the requests that a client sent all the time. Pure. */

/** One request: when it was sent (µs since the epoch), how long it took (µs), and whether it was answered as it should. */
export interface Sample {
  readonly at: number;
  readonly took: number;
  readonly ok: boolean;
  readonly answer: string;
}

/** So many answered requests in a row are an end: an answer between two refusals isn't. */
const inARow = 20;

/**
 * The first answered request after the first lost one that was sent at `from` or later, if the ones after it were answered too.
 * `samples` are in the order of sending. Undefined: nothing was lost, or it isn't over.
 */
export function backAt(samples: readonly Sample[], from: number): Sample | undefined {
  let row: Sample[] | undefined;
  for (const sample of samples) {
    if (sample.at < from) continue;
    if (!sample.ok) row = [];
    else if (row !== undefined && row.push(sample) === inARow) return row[0];
  }
  return undefined;
}
