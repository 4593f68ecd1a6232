/**
 * Durations as an operator writes them: '500ms', '10s', '5min', '1h'.
 */
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

/** The duration in milliseconds; undefined if it is not one. */
export function durationMs(text: string): number | undefined {
  const [, amount, unit] = /^([0-9]+)(ms|s|min|h)$/.exec(text) ?? [];
  return amount === undefined || unit === undefined ? undefined : Number(amount) * unitMs[unit]!;
}

/** Milliseconds as an operator writes them: '500ms', '10s', '1.5s'. */
export const durationText = (ms: number): string =>
  ms < 1000 ? `${Math.round(ms)}ms` : `${Number((ms / 1000).toFixed(1))}s`;
