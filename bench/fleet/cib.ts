/** The CIB of a fleet, generated and settled. */
import { generateCib, wholeCib } from '../../src/cib/generate.ts';
import { loadTemplates } from '../../src/cib/templates.ts';
import { readDescription } from '../../src/model/load.ts';
import type { Vnf } from '../../src/model/vnf.ts';
import type { Element } from '../../src/process/xml.ts';
import { fleetDescription } from './description.ts';

/** A fleet of so many VNFCs. */
export function fleetVnf(vnfcs: number): Vnf {
  const { vnf, problems } = readDescription(fleetDescription({ vnfcs }), 'fleet');
  if (vnf === undefined || problems.length > 0) throw new Error(`the fleet has problems: ${JSON.stringify(problems)}`);
  return vnf;
}

/** The same, and what vnfha makes of it. */
export async function fleetCib(vnfcs: number): Promise<{ vnf: Vnf; cib: Element }> {
  const vnf = fleetVnf(vnfcs);
  return { vnf, cib: wholeCib(generateCib(vnf, await loadTemplates())) };
}
