import { nowMicros } from './log.ts';

/** Milliseconds since the epoch, with microseconds behind the point; it never goes back. */
export const now = (): number => nowMicros() / 1000;
