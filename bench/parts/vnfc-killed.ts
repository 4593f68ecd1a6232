/** An instance of the pool is killed: when every load balancer has taken it out, and when it is in again. */
import type { Context, Figure, Part } from '../figure.ts';
import { measurePool } from '../pool.ts';
import { stockSide } from '../sides/stock.ts';
import { vnfhaSide } from '../sides/vnfha.ts';
import { onSide } from '../trials.ts';

export const vnfcKilled: Part = { name: 'vnfc-killed', about: 'an instance of the pool is killed', run };

async function run(context: Context): Promise<Figure[]> {
  return [
    ...(await onSide(
      context,
      'vnfha',
      () => vnfhaSide(),
      (side) => measurePool(context, side, 'killed'),
    )),
    ...(await onSide(
      context,
      'stock',
      () => stockSide(10),
      (side) => measurePool(context, side, 'killed'),
    )),
    // HAProxy's checks are the same as before: only the recovery differs
    ...(await onSide(
      context,
      'stock',
      () => stockSide(2),
      async (side) => (await measurePool(context, side, 'killed')).slice(-1),
    )),
  ];
}
