/** Trials: wait until all is well, do the damage, wait for what is measured, put things right. */
import { messageOf } from '../src/process/failure.ts';
import type { Context } from './figure.ts';
import type { Side } from './sides/side.ts';
import { untilNothing } from './wait.ts';

/** How long a part waits for a recovery before it counts the trial as one without. */
export const patienceMs = 60_000;

interface TrialOptions {
  readonly side: Side;
  readonly what: string;
  /** What else has to be well before a trial. */
  readonly ready?: () => string | undefined | Promise<string | undefined>;
  /** One trial: returns the node that it damaged, and what it cost, for the progress line. */
  readonly once: (trial: number) => Promise<{ readonly node: string; readonly said: string }>;
}

/** Runs the trials; returns why some of them have no value. */
export async function trials(context: Context, { side, what, ready, once }: TrialOptions): Promise<string[]> {
  const failures: string[] = [];
  const well = (): Promise<void> =>
    untilNothing(async () => (await side.missing()) ?? (await ready?.()), 2 * patienceMs);
  await well();
  for (let trial = 1; trial <= context.trials; trial += 1) {
    const label = `${what}; ${side.who}; ${trial}/${context.trials}`;
    try {
      const { node, said } = await once(trial);
      context.say(`${label}: ${said}`);
      await side.mend(node);
    } catch (error) {
      failures.push(messageOf(error));
      context.say(`${label}: no value: ${messageOf(error)}`);
    }
    await well();
  }
  return failures;
}

/** Runs `use` on a side that is taken down afterwards, whatever happens. */
export async function onSide<T>(side: Promise<Side>, use: (side: Side) => Promise<T>): Promise<T> {
  const up = await side;
  try {
    return await use(up);
  } finally {
    await up.down();
  }
}

export const ms = (micros: number): string => `${(micros / 1000).toFixed(1)} ms`;
