/** examples/vms.yaml on hosts with a libvirt each, without a VNFM and with any number of restarts, so that a VM stays where it is. */
import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { busy, theNodeOf, unwell } from '../../src/demo/cluster.ts';
import { Lab } from '../../src/lab/lab.ts';
import { loadVnf } from '../../src/model/load.ts';
import { paths } from '../../src/model/names.ts';
import { hostFiles, makeHost } from '../../test/lab/vm-hosts.ts';
import { labName } from '../lab-name.ts';
import { nodes, type Side } from './side.ts';
import { withDescription } from './vnfha.ts';

export const vm = 'web1';

export async function vmsSide(): Promise<Side> {
  const document = parseDocument(readFileSync(new URL('../../examples/vms.yaml', import.meta.url), 'utf8'));
  document.delete('vnfm');
  document.setIn(['vnfcs', 0, 'recovery'], { restarts: 1000, within: '1s' });
  const { lab, vnf } = await withDescription(document.toString({ lineWidth: 0 }), async (description) => ({
    vnf: await loadVnf(description),
    lab: await Lab.up({ name: labName('vms'), description, files: hostFiles() }),
  }));
  await lab.ready();
  for (const node of nodes) await makeHost(lab, node);
  await lab.apply();
  const host = (): Promise<string> => theNodeOf({ lab }, `vms-web-${vm}`, 'Started');
  return {
    who: 'vnfha',
    ours: true,
    lab,
    activeUrl: '',
    pools: [{ who: 'vnfha', backend: 'vms-web' }],
    lbNodes: vnf.loadBalancer?.nodes ?? [],
    haproxySocket: paths.haproxySocket,
    missing: async () => {
      const status = await lab.cluster();
      const faults = unwell(status, vnf);
      return faults.length > 0 ? faults.join('; ') : busy({ lab }, status);
    },
    active: host,
    mend: async () => {
      const status = await lab.cluster();
      if (status?.dc !== undefined) await lab.exec(status.dc, ['crm_resource', '--cleanup']);
    },
    down: () => lab.down(),
  };
}
