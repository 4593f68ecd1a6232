/** What the client of the demo sees. */

/** One request: when it was sent (µs), whether it was answered in time, by whom or with what. */
export interface Sample {
  readonly at: number;
  readonly target: string;
  readonly ok: boolean;
  readonly micros: number;
  readonly answer: string;
}
