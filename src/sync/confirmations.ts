/** Which writes have reached their level. Pure. */
import { majorityOf } from './promotion.ts';
import type { Level } from './types.ts';

/** How many copies, the active one counted, a write of this level must be on. */
export function copiesFor(level: Level, copies: number): number {
  if (level === 'local') return 1;
  return level === 'standby' ? 2 : Math.max(majorityOf(copies), 1);
}

/** Up to which sequence every write is on so many copies: `acked` has one number for each standby of this epoch. */
export function reached(own: number, acked: readonly number[], needed: number): number {
  if (needed <= 1) return own;
  const sorted = [...acked].sort((a, b) => b - a);
  return Math.min(own, sorted[needed - 2] ?? 0);
}
