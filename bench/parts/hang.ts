/** An instance hangs (SIGSTOP): when the load balancers have taken it out, and when the active one's address answers again. */
import { type Damage, measureActive } from '../active.ts';
import { signal } from '../fault.ts';
import type { Context, Figure, Part } from '../figure.ts';
import { measurePool } from '../pool.ts';
import { keepalivedSide } from '../sides/keepalived.ts';
import type { Side } from '../sides/side.ts';
import { stockSide } from '../sides/stock.ts';
import { vnfhaSide } from '../sides/vnfha.ts';
import { onSide } from '../trials.ts';

export const hang: Part = { name: 'hang', about: 'an instance hangs', run };

async function run(context: Context): Promise<Figure[]> {
  const pool = (side: Side) => measurePool(context, side, 'hangs');
  const active = (side: Side) => measureActive(context, goingOn(side), 'the active instance hangs', stopIt);
  const both = async (side: Side): Promise<Figure[]> => [...(await pool(side)), ...(await active(side))];
  return [
    ...(await onSide(context, 'vnfha', () => vnfhaSide(), both)),
    ...(await onSide(context, 'stock', () => stockSide(10), both)),
    ...(await onSide(context, 'stock', () => stockSide(2), active)),
    ...(await onSide(context, 'keepalived', () => keepalivedSide({ advertInt: 0.1, tracks: 'ping' }), active)),
  ];
}

const stopIt: Damage = (side, node) => signal(side.lab, node, 'redis-server', 'STOP');

/** Who couldn't end what hangs is helped: it goes on after the trial. */
const goingOn = (side: Side): Side => ({
  ...side,
  async mend(node) {
    await signal(side.lab, node, 'redis-server', 'CONT').catch(() => undefined); // it may have been killed
    await side.mend(node);
  },
});
