import { setTimeout as delay } from 'node:timers/promises';

/** Polls until `probe` gives something else than undefined or false; says what it waited for when it never does. */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  ms = 30_000,
): Promise<NonNullable<Exclude<T, false>>> {
  const end = performance.now() + ms;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== null && value !== false) return value as NonNullable<Exclude<T, false>>;
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await delay(50);
  }
}
