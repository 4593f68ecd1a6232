/** Trials: wait until all is well, do the damage, wait for what is measured, put things right. */
import { messageOf } from '../src/process/failure.ts';
import type { Contender, Context, Figure } from './figure.ts';
import { nodes, type Side } from './sides/side.ts';
import { untilNothing } from './wait.ts';

/** How long a part waits for a recovery before it counts the trial as one without. */
export const patienceMs = 60_000;

interface TrialOptions {
  readonly side: Side;
  readonly what: string;
  /** What else has to be well before a trial. */
  readonly ready: () => string | undefined;
  /** Which node is to be damaged. */
  readonly node: () => Promise<string>;
  /** One trial; what it cost, for the progress line. */
  readonly once: (node: string) => Promise<string>;
}

/** Runs the trials; returns why some of them have no value. */
export async function trials(given: Context, { side, what, ready, node, once }: TrialOptions): Promise<string[]> {
  const context = side.ours ? given : { ...given, trials: given.peerTrials };
  const failures: string[] = [];
  let damaged: string | undefined;
  let mended = performance.now();
  const well = (): Promise<void> =>
    untilNothing(async () => {
      // a node that is off can't be asked: that, too, is not well yet
      const missing = (await side.missing().catch(messageOf)) ?? ready();
      // a failed start is for good until somebody says otherwise
      if (missing !== undefined && performance.now() - mended > 30_000) {
        mended = performance.now();
        await side.mend(damaged ?? nodes[0]).catch(() => undefined);
      }
      return missing;
    }, 2 * patienceMs);
  await well();
  for (let trial = 1; trial <= context.trials; trial += 1) {
    const label = `${what}; ${side.who}; ${trial}/${context.trials}`;
    const at = await node();
    const said = await once(at).catch((error: unknown) => {
      failures.push(messageOf(error));
      return `no value: ${messageOf(error)}`;
    });
    context.say(`${label}: ${said}`);
    damaged = at;
    mended = performance.now();
    await side.mend(at).catch((error: unknown) => context.say(`not mended: ${messageOf(error)}`));
    try {
      await well();
    } catch (error) {
      failures.push(`no trial after ${trial}: ${messageOf(error)}`); // what was measured counts all the same
      break;
    }
  }
  return failures;
}

/** For a figure some of whose trials have no value. */
export const noteOf = (failures: readonly string[]): { note?: string } =>
  failures.length === 0 ? {} : { note: `${failures.length} trials without a value; the first: ${failures[0]}` };

/** Runs `use` on a side that is taken down afterwards, whatever happens. A side that fails is told of, and doesn't cost the others theirs. */
export async function onSide(
  context: Context,
  kind: Contender,
  up: () => Promise<Side>,
  use: (side: Side) => Promise<Figure[]>,
): Promise<Figure[]> {
  if (context.only !== undefined && context.only !== kind) return [];
  let side: Side | undefined;
  try {
    side = await up();
    return await use(side);
  } catch (error) {
    const note = `not measured: ${messageOf(error)}`;
    context.say(`${side?.who ?? 'a contender'}: ${note}`);
    return [
      {
        what: 'not measured',
        who: side?.who ?? 'a contender',
        ours: side?.ours ?? false,
        unit: 'ms',
        values: [],
        note,
      },
    ];
  } finally {
    await side?.down();
  }
}

export const ms = (micros: number): string => `${(micros / 1000).toFixed(1)} ms`;
