/** What a measurement is: a part of the bench makes figures, each the trials of one contender. */

/** What the trials of one contender gave. */
export interface Figure {
  /** What was measured, in words; the figures of one `what` stand side by side. */
  readonly what: string;
  /** Whose: 'vnfha', 'HAProxy, inter 100ms fall 2' … */
  readonly who: string;
  /** The contender that the others are compared with. */
  readonly ours: boolean;
  readonly unit: Unit;
  /** One a trial, in the unit; Infinity: not within the time that the part waits. */
  readonly values: readonly number[];
  readonly target?: Target;
  /** What a reader must know to take the figure rightly. */
  readonly note?: string;
}

export type Unit = 'ms' | 's' | 'requests' | '%' | 'MB' | 'times' | 'per s';

/** At most, or at least, so much. */
export interface Target {
  readonly p50?: number;
  readonly p99?: number;
  readonly max?: number;
  /** The median, and not less. */
  readonly atLeast?: number;
}

/** Those whose labs are brought up for a part. */
export const contenders = ['vnfha', 'stock', 'keepalived'] as const;
export type Contender = (typeof contenders)[number];

export interface Context {
  readonly trials: number;
  /** Of those that are not ours, where a trial takes a lab. */
  readonly peerTrials: number;
  /** Only these contenders. */
  readonly only?: Contender | undefined;
  /** Progress, for whoever watches. */
  readonly say: (text: string) => void;
}

export interface Part {
  readonly name: string;
  readonly about: string;
  readonly run: (context: Context) => Promise<Figure[]>;
}

/** The value that a share `p` (0 to 1) of the values do not exceed: nearest rank, so of 20 values p99 is the largest. NaN of none. */
export function quantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? NaN;
}

/** What of the target was missed, in words; undefined: nothing, or there is none. */
export function missed({ values, target = {} }: Figure): string | undefined {
  const over = (['p50', 'p99', 'max'] as const).filter((name) => {
    const limit = target[name];
    return limit !== undefined && !(quantile(values, shares[name]) <= limit);
  });
  const under = target.atLeast !== undefined && !(quantile(values, 0.5) >= target.atLeast);
  const words = [...over.map((name) => `${name} > ${target[name]}`), ...(under ? [`p50 < ${target.atLeast}`] : [])];
  return words.length === 0 ? undefined : words.join(', ');
}

const shares = { p50: 0.5, p99: 0.99, max: 1 };
