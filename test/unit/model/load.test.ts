import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { loadVnfOn, misplaced, readDescription } from '../../../src/model/load.ts';
import { Failure } from '../../../src/process/failure.ts';
import { base } from './base.ts';

test('a node that the description does not have is an error that names both', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vnfha-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'vnf.yaml');
  writeFileSync(file, base);
  t.is((await loadVnfOn('n2', file)).name, 'ims');
  for (const stranger of ['n4', 'N2', 'n2.example.org', '']) {
    const failure = await t.throwsAsync(loadVnfOn(stranger, file), { instanceOf: Failure });
    t.is(failure.kind, 'input');
    t.is(failure.message, `this node is called '${stranger}', and ${file} has only n1, n2, n3`);
    t.regex(failure.cure!, /the description, or the hostname/);
  }
});

test('a description beside the node’s is called as its VNF, and says that it is beside', (t) => {
  const here = { ...readDescription(base, 'test').vnf!, beside: true };
  t.is(misplaced(here, '/etc/vnfha/vnf.d/ims.yaml'), undefined);
  t.is(misplaced({ ...here, beside: false }, '/etc/vnfha/vnf.yaml'), undefined);
  t.regex(misplaced(here, '/etc/vnfha/vnf.d/im.yaml')!.message, /is called 'ims'/);
  t.regex(misplaced({ ...here, beside: false }, '/etc/vnfha/vnf.d/ims.yaml')!.message, /no 'beside: true'/);
});
