/** Waiting for a condition. */
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../src/process/failure.ts';

/** Asks `missing` again and again until it has nothing to say. @throws Failure 'timeout' with what it said last */
export async function untilNothing(
  missing: () => string | undefined | Promise<string | undefined>,
  ms: number,
  pauseMs = 50,
): Promise<void> {
  const end = performance.now() + ms;
  for (;;) {
    const what = await missing();
    if (what === undefined) return;
    if (performance.now() > end) throw new Failure('timeout', `after ${ms / 1000} s still: ${what}`);
    await delay(pauseMs);
  }
}
