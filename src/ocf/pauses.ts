/** Waiting for something that is usually quick: looks often at first, and less often later. */
import { setTimeout as sleep } from 'node:timers/promises';

/** A pause that takes `firstMs` the first time and half as long again each further time, up to `mostMs`. */
export function growingPauses(firstMs: number, mostMs: number): () => Promise<void> {
  let ms = firstMs;
  return async () => {
    await sleep(ms);
    ms = Math.min(mostMs, ms * 1.5);
  };
}
