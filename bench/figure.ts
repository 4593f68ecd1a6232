/** What a part of the bench hands back, and the statistics of it. Pure. */

/** One quantity measured of one contender; the report puts the figures of the same `part` and `what` side by side. */
export interface Figure {
  /** The quantity: 'excluded at every load balancer'. */
  readonly what: string;
  /** The contender and its settings: `vnfha`, or 'keepalived, advert_int 0.1'. */
  readonly who: string;
  readonly unit: 'ms' | 's' | '%' | 'MiB' | 'count' | 'requests';
  /** One value a trial; empty when it never came about. */
  readonly values: readonly number[];
  /** What a reader has to know to read it right. */
  readonly note?: string;
}

/** How our own contender is called: the figure that the ratios of the others are taken to. */
export const ours = 'vnfha';

export interface Context {
  /** Trials for each figure. */
  readonly trials: number;
  /** The name of a lab of this run. */
  readonly labName: (suffix: string) => string;
  /** Progress, for whoever waits. */
  readonly say: (text: string) => void;
}

/** A part of the bench. @throws Failure when it cannot be measured here */
export type Run = (context: Context) => Promise<Figure[]>;

export interface Summary {
  readonly count: number;
  readonly median: number;
  readonly p99: number;
  readonly max: number;
}

/** Median (of an even number: the mean of the middle two), 99th percentile (nearest rank) and maximum; undefined without a value. */
export function summaryOf(values: readonly number[]): Summary | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const count = sorted.length;
  return {
    count,
    median: (sorted[(count - 1) >> 1]! + sorted[count >> 1]!) / 2,
    p99: sorted[Math.ceil(0.99 * count) - 1]!,
    max: sorted[count - 1]!,
  };
}
