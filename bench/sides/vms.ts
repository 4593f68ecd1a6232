/** examples/vms.yaml on hosts with a libvirt each, without a VNFM and with any number of restarts, so that a VM stays where it is. */
import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { theNodeOf } from '../../src/demo/cluster.ts';
import { Lab } from '../../src/lab/lab.ts';
import { loadVnf } from '../../src/model/load.ts';
import { labName } from '../lab-name.ts';
import { type Side } from './side.ts';
import { sideOf, withDescription } from './vnfha.ts';

export const vm = 'web1';

export async function vmsSide(): Promise<Side> {
  const document = parseDocument(readFileSync(new URL('../../examples/vms.yaml', import.meta.url), 'utf8'));
  document.delete('vnfm');
  document.setIn(['vnfcs', 0, 'recovery'], { restarts: 1000, within: '1s' });
  const { lab, vnf } = await withDescription(document.toString({ lineWidth: 0 }), async (description) => ({
    vnf: await loadVnf(description),
    lab: await Lab.up({ name: labName('vms'), description }),
  }));
  await lab.ready();
  await lab.apply();
  return sideOf(lab, vnf, {
    activeUrl: '',
    pools: [{ who: 'vnfha', backend: 'vms-web' }],
    active: () => theNodeOf({ lab }, `vms-web-${vm}`, 'Started'),
  });
}
