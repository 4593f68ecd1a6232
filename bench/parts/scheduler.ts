/**
 * What a decision of Pacemaker costs for 10 to 1,000 VNFCs: with the CIB that vnfha generates, and with that of somebody who writes a
 * constraint for each pair. Settled clusters, in which there is nothing to do: the least that the scheduler does at any event.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Context, Figure, Part } from '../figure.ts';
import { fleetCib } from '../fleet/cib.ts';
import { pairwiseCib } from '../fleet/pairwise.ts';
import { fleetPlaces } from '../fleet/places.ts';
import { settledCib } from '../fleet/settled.ts';
import { used } from '../used.ts';

const about = "a decision of Pacemaker's scheduler for 10 to 1,000 VNFCs, and with a constraint for each pair";
const sizes = [10, 30, 100, 300, 1000];
/** From here on somebody's pairs take longer than is waited for. */
const pairsEndAt = 100;
const limit = 60;

export const scheduler: Part = { name: 'scheduler', about, run };

async function run({ trials, say }: Context): Promise<Figure[]> {
  const figures: Figure[] = [];
  const growth: number[] = [];
  const hundred: number[] = [];
  for (const vnfcs of sizes) {
    const what = `a decision for ${vnfcs.toLocaleString('en')} VNFCs, CPU`;
    say(what);
    const values = await decisions(vnfcs, 'ours', trials);
    figures.push({ what, who: 'vnfha', ours: true, unit: 's', values });
    if (vnfcs === 100) hundred.push(...values);
    if (vnfcs === 1000) growth.push(...values.map((value, at) => value / hundred[at]!));
    if (vnfcs > pairsEndAt) continue;
    const pairs = await decisions(vnfcs, 'pairs', vnfcs === pairsEndAt ? 1 : trials);
    figures.push({ what, who: 'a constraint for each pair', ours: false, unit: 's', values: pairs });
  }
  const note = 'linear would be 10, quadratic 100';
  const what = 'from 100 to 1,000 VNFCs, the CPU of a decision grows';
  return [...figures, { what, who: 'vnfha', ours: true, unit: 'times', values: growth, note }];
}

/** CPU seconds of the scheduler for a settled fleet; Infinity: longer than is waited for. */
export async function decisions(vnfcs: number, by: 'ours' | 'pairs', trials: number): Promise<number[]> {
  const { vnf, cib } = await fleetCib(vnfcs);
  const nodes = vnf.nodes.map(({ name }) => name);
  const text = settledCib(by === 'ours' ? cib : pairwiseCib(cib, nodes), vnf.nodes, fleetPlaces(vnf));
  const directory = await mkdtemp(path.join(tmpdir(), 'vnfha-bench-'));
  try {
    const file = path.join(directory, 'cib.xml');
    await writeFile(file, text);
    const values: number[] = [];
    for (let trial = 0; trial < trials; trial++) {
      values.push((await used('crm_simulate', ['--xml-file', file, '--run', '--output-as=xml'], limit)).cpu);
    }
    return values;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
