/** The active instance damaged again and again: when a client's write is answered at its address again. */
import type { Context, Figure, Target } from './figure.ts';
import type { Side } from './sides/side.ts';
import { ms, noteOf, patienceMs, trials } from './trials.ts';
import { untilNothing } from './wait.ts';
import { Client } from './watchers.ts';

/** Does the damage on a node; returns when (µs). */
export type Damage = (side: Side, node: string) => Promise<number>;

/** The time from the damage to the answer. `after` is told of each: the node, when the damage was done and the answer came (µs). */
export async function measureActive(
  context: Context,
  side: Side,
  what: string,
  damage: Damage,
  target?: Target,
  after: (node: string, at: number, back: number) => Promise<void> = () => Promise.resolve(),
): Promise<Figure[]> {
  const client = await Client.start(side.lab, side.activeUrl);
  const values: number[] = [];
  const failures = await trials(context, {
    side,
    what,
    ready: () => client.troubled(),
    node: () => side.active(),
    once: async (node) => {
      client.forget();
      const at = await damage(side, node);
      await untilNothing(() => (client.backAfter(at) ? undefined : 'the address does not answer'), patienceMs, 20);
      const back = client.backAfter(at)!;
      const backAt = back.at + back.took;
      const lost = client.samples.filter((sample) => sample.at >= at && !sample.ok).length;
      values.push((backAt - at) / 1000);
      await after(node, at, backAt);
      return `answers again after ${ms(backAt - at)} (${lost} requests lost)`;
    },
  });
  await client.stop();
  return [
    {
      what: `${what}: its address answers again`,
      who: side.who,
      ours: side.ours,
      unit: 'ms',
      values,
      ...(side.ours && target !== undefined ? { target } : {}),
      ...noteOf(failures),
    },
  ];
}
