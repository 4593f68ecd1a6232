/** The active instance is killed: when a client's write is answered at its address again. */
import { signal } from '../fault.ts';
import type { Context, Figure } from '../figure.ts';
import { keepalivedSide } from '../sides/keepalived.ts';
import type { Side } from '../sides/side.ts';
import { stockSide } from '../sides/stock.ts';
import { vnfhaSide } from '../sides/vnfha.ts';
import { ms, onSide, patienceMs, trials } from '../trials.ts';
import { untilNothing } from '../wait.ts';
import { Client } from '../watchers.ts';

/** @throws Failure */
export async function activeKilled(context: Context): Promise<Figure[]> {
  const measure = (side: Side): Promise<Figure[]> => measureActive(context, side, 'active-killed', killIt);
  return [
    ...(await onSide(vnfhaSide(context), measure)),
    ...(await onSide(keepalivedSide(context, { advertInt: 1, tracks: 'process' }), measure)),
    ...(await onSide(keepalivedSide(context, { advertInt: 0.1, tracks: 'process' }), measure)),
    ...(await onSide(stockSide(context, 10), measure)),
    ...(await onSide(stockSide(context, 2), measure)),
  ];
}

/** Does the damage on a node; returns when (µs). */
export type Damage = (side: Side, node: string) => Promise<number>;

const killIt: Damage = (side, node) => signal(side.lab, node, 'redis-server', 'KILL');

/** Damages the active instance again and again: the time until the address answers. `after` is asked once it does. */
export async function measureActive(
  context: Context,
  side: Side,
  what: string,
  damage: Damage,
  after: (node: string, at: number, back: number) => Promise<void> = () => Promise.resolve(),
): Promise<Figure[]> {
  const client = await Client.start(side.lab, side.activeUrl);
  const values: number[] = [];
  const failures = await trials(context, {
    side,
    what,
    ready: () => client.troubled(),
    once: async () => {
      const node = await side.active();
      client.forget();
      const at = await damage(side, node);
      await untilNothing(() => (client.backAfter(at) ? undefined : 'the address does not answer'), patienceMs, 20);
      const back = client.backAfter(at)!;
      const took = back.at + back.took - at;
      values.push(took / 1000);
      await after(node, at, back.at + back.took);
      const lost = client.samples.filter((sample) => sample.at >= at && !sample.ok).length;
      return { node, said: `answers again after ${ms(took)} (${lost} of its requests lost)` };
    },
  });
  await client.stop();
  const note = failures.length > 0 ? { note: `${failures.length} trials without a value: ${failures[0]}` } : {};
  return [{ what: 'the address answers again', who: side.who, unit: 'ms', values, ...note }];
}
