/** Our own side: the example VNF, without a VNFM, so that no heal of one trial falls into the next. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { busy, theNodeOf, unwell } from '../../src/demo/cluster.ts';
import { Lab } from '../../src/lab/lab.ts';
import { loadVnf } from '../../src/model/load.ts';
import { paths } from '../../src/model/names.ts';
import type { Vnf } from '../../src/model/vnf.ts';
import { labName } from '../lab-name.ts';
import { activeVip, type Side } from './side.ts';

const example = path.resolve(import.meta.dirname, '../../examples/sipcore.yaml');

/** The example's text without its VNFM, changed by `change`. */
export function benchDescription(change: Change = () => undefined): string {
  return exampleWith((document) => {
    document.delete('vnfm');
    change(document);
  });
}

type Change = (document: ReturnType<typeof parseDocument>) => void;

/** The example's text, changed by `change`. */
export function exampleWith(change: Change): string {
  const document = parseDocument(readFileSync(example, 'utf8'));
  change(document);
  return document.toString({ lineWidth: 0 });
}

/** Writes a description to a temporary file for as long as `use` takes. */
export async function withDescription<T>(text: string, use: (file: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'vnfha-bench-'));
  try {
    const file = path.join(directory, 'vnf.yaml');
    writeFileSync(file, text);
    return await use(file);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Brings up a lab with the description applied. */
export async function vnfhaSide(text = benchDescription()): Promise<Side> {
  const { lab, vnf } = await withDescription(text, async (description) => ({
    vnf: await loadVnf(description),
    lab: await Lab.up({ name: labName('vnfha'), description }),
  }));
  await lab.ready();
  await lab.apply();
  return sideOf(lab, vnf, {
    activeUrl: `redis://${activeVip}:6379/bench`,
    pools: [{ who: 'vnfha', backend: 'sipcore-web' }],
    active: () => theNodeOf({ lab }, 'sipcore-registrar', 'Promoted'),
  });
}

/** A lab of ours with `vnf` applied. */
export function sideOf(lab: Lab, vnf: Vnf, own: Pick<Side, 'activeUrl' | 'pools' | 'active'>): Side {
  return {
    who: 'vnfha',
    ours: true,
    lab,
    lbNodes: vnf.loadBalancer?.nodes ?? [],
    haproxySocket: paths.haproxySocket,
    missing: async () => {
      const status = await lab.cluster();
      const faults = unwell(status, vnf);
      return faults.length > 0 ? faults.join('; ') : busy({ lab }, status);
    },
    mend: async () => {
      const status = await lab.cluster();
      if (status?.dc !== undefined) await lab.exec(status.dc, ['crm_resource', '--cleanup']);
    },
    down: () => lab.down(),
    ...own,
  };
}
