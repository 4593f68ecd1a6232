import { setTimeout as delay } from 'node:timers/promises';

/** Polls until `probe` gives something else than undefined or false; says what it waited for when it never does. */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  ms = 120_000,
): Promise<NonNullable<Exclude<T, false>>> {
  const end = performance.now() + ms;
  for (;;) {
    const asked = performance.now();
    const value = await probe();
    if (value !== undefined && value !== null && value !== false) return value as NonNullable<Exclude<T, false>>;
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    // what it asks is a program in most cases: it leaves half of the time to what is waited for
    await delay(Math.max(50, performance.now() - asked));
  }
}
