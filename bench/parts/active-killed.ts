/** The active instance is killed: when a client's write is answered at its address again. */
import { type Damage, measureActive } from '../active.ts';
import { signal } from '../fault.ts';
import type { Context, Figure, Part } from '../figure.ts';
import { keepalivedSide } from '../sides/keepalived.ts';
import type { Side } from '../sides/side.ts';
import { stockSide } from '../sides/stock.ts';
import { vnfhaSide } from '../sides/vnfha.ts';
import { onSide } from '../trials.ts';

export const activeKilled: Part = { name: 'active-killed', about: 'the active instance is killed', run };

async function run(context: Context): Promise<Figure[]> {
  const measure = (side: Side): Promise<Figure[]> =>
    measureActive(context, side, 'the active instance is killed', killIt, { p50: 300, p99: 500 });
  return [
    ...(await onSide(context, 'vnfha', () => vnfhaSide(), measure)),
    ...(await onSide(context, 'keepalived', () => keepalivedSide({ advertInt: 1, tracks: 'death' }), measure)),
    ...(await onSide(context, 'keepalived', () => keepalivedSide({ advertInt: 0.1, tracks: 'death' }), measure)),
    ...(await onSide(context, 'stock', () => stockSide(10), measure)),
    ...(await onSide(context, 'stock', () => stockSide(2), measure)),
  ];
}

const killIt: Damage = ({ lab }, node) => signal(lab, node, 'redis-server', 'KILL');
