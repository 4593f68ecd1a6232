/**
 * A node's power goes: when its server is out at the load balancers, when the active one's address answers elsewhere, and whether
 * that was ever before the fencing of the node was confirmed.
 */
import { type Damage, measureActive } from '../active.ts';
import { cut } from '../fault.ts';
import type { Context, Figure, Part, Target } from '../figure.ts';
import { measurePool } from '../pool.ts';
import { keepalivedSide } from '../sides/keepalived.ts';
import type { Side } from '../sides/side.ts';
import { stockSide } from '../sides/stock.ts';
import { benchDescription, vnfhaSide } from '../sides/vnfha.ts';
import { onSide } from '../trials.ts';

export const nodeCut: Part = { name: 'node-cut', about: 'a node loses its power', run };

async function run(context: Context): Promise<Figure[]> {
  const fenced = async (side: Side): Promise<Figure[]> => [
    ...(await measurePool(context, side, 'cut')),
    ...(await measureFenced(context, side)),
  ];
  const unfenced = (side: Side): Promise<Figure[]> => measureActive(context, side, what, cutIt);
  return [
    ...(await onSide(context, 'vnfha', () => vnfhaSide(), fenced)),
    ...(await onSide(context, 'vnfha', subSecond, (side) => measureFenced(context, side, { p50: 1200, p99: 2000 }))),
    ...(await onSide(context, 'stock', () => stockSide(10), fenced)),
    ...(await onSide(context, 'keepalived', () => keepalivedSide({ advertInt: 1, tracks: 'death' }), unfenced)),
    ...(await onSide(context, 'keepalived', () => keepalivedSide({ advertInt: 0.1, tracks: 'death' }), unfenced)),
  ];
}

/** The same VNF with the timing of the profile `sub-second`. */
const subSecond = async (): Promise<Side> => ({
  ...(await vnfhaSide(benchDescription((document) => document.set('recovery', 'sub-second')))),
  who: 'vnfha, recovery: sub-second',
});

const what = 'the active one’s node loses its power';
const cutIt: Damage = (side, node) => cut(side.lab, node);

/** The active one's node, and of each trial how long after the confirmed fencing the first answer came: below zero would be two owners. */
async function measureFenced(context: Context, side: Side, target?: Target): Promise<Figure[]> {
  const afterFencing: number[] = [];
  const figures = await measureActive(context, side, what, cutIt, target, async (node, at, back) => {
    const fencing = (await side.lab.fenceLog()).find(
      (entry) => entry.node === node && entry.at >= at && entry.action !== 'on',
    );
    // without any entry the answer came with no fencing at all: as early as the fault
    afterFencing.push(fencing === undefined ? (at - back) / 1000 : (back - fencing.at - fencing.took) / 1000);
  });
  const early = afterFencing.filter((value) => value < 0).length;
  return [
    ...figures,
    {
      what: 'the same: from the confirmed fencing to the first answer',
      who: side.who,
      ours: side.ours,
      unit: 'ms',
      values: afterFencing,
      note: `${early} of ${afterFencing.length} answers came before the fencing was confirmed`,
    },
  ];
}
