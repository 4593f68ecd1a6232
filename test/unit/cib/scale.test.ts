/** Time and memory of what is made of a description grow with the description, not with its square. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import test from 'ava';
import { fleetCib, fleetVnf } from '../../../bench/fleet/cib.ts';
import { changesBetween } from '../../../src/cib/changes.ts';
import { generateCib, wholeCib } from '../../../src/cib/generate.ts';
import { mergeCib } from '../../../src/cib/merge.ts';
import { remainsOf } from '../../../src/cib/remove.ts';
import { renderHaproxyConfig } from '../../../src/cib/render.ts';
import { loadTemplates } from '../../../src/cib/templates.ts';
import { serverPlaces } from '../../../src/model/names.ts';
import type { Vnf } from '../../../src/model/vnf.ts';
import { type Element, parseXml, serializeXml } from '../../../src/process/xml.ts';

const templates = await loadTemplates();
const [small, large] = [await fleetCib(400), await fleetCib(2000)];
/** Five times as many VNFCs: linear is 5, quadratic 25. */
const most = 15;

interface Fleet {
  readonly vnf: Vnf;
  readonly cib: Element;
}

const ours = ({ cib }: Fleet): Element => cib.children.find(({ name }) => name === 'configuration')!;
/** A CIB in which half of the fleet is, with other parameters. */
const older = (fleet: Fleet): Element => {
  const vnfcs = fleet.vnf.vnfcs.slice(fleet.vnf.vnfcs.length / 2);
  const text = serializeXml(wholeCib(generateCib({ ...fleet.vnf, vnfcs }, templates)));
  return parseXml(text.replaceAll('interval="5s"', 'interval="9s"'), 'test');
};

const jobs: Record<string, (fleet: Fleet) => () => unknown> = {
  generate:
    ({ vnf }) =>
    () =>
      serializeXml(wholeCib(generateCib(vnf, templates))),
  parse: ({ cib }) => {
    const text = serializeXml(cib);
    return () => parseXml(text, 'test');
  },
  merge: (fleet) => {
    const [live, wanted] = [older(fleet), ours(fleet)];
    return () => changesBetween(live, mergeCib(live, wanted, fleet.vnf.name));
  },
  remove:
    ({ cib, vnf }) =>
    () =>
      mergeCib(cib, remainsOf(cib, vnf.name), vnf.name),
};

for (const [name, job] of Object.entries(jobs)) {
  test.serial(`${name}: the CPU time grows with the number of VNFCs`, (t) => {
    t.timeout(120_000);
    const [few, many] = [cpuOf(job(small)), cpuOf(job(large))];
    t.log(`400: ${few.toFixed(1)} ms; 2,000: ${many.toFixed(1)} ms`);
    t.true(many < most * few + 20, `${few} ms -> ${many} ms`);
  });
}

test.serial('haproxy.cfg: the CPU time grows with the number of VNFCs', (t) => {
  t.timeout(120_000);
  const [few, many] = [2000, 10_000].map((count) => {
    const vnf = fleetVnf(count);
    const all = new Set(serverPlaces(vnf).map(({ backend, server }) => `${backend}/${server}`));
    return cpuOf(() => renderHaproxyConfig(vnf, all, templates));
  }) as [number, number];
  t.log(`2,000: ${few.toFixed(1)} ms; 10,000: ${many.toFixed(1)} ms`);
  t.true(many < most * few + 20, `${few} ms -> ${many} ms`);
});

test.serial('10,000 VNFCs are generated within 500 MB', (t) => {
  t.timeout(240_000);
  const script = `
    import { fleetCib, fleetVnf } from './bench/fleet/cib.ts';
    import { serializeXml } from './src/process/xml.ts';
    process.stdout.write(String(serializeXml((await fleetCib(10_000)).cib).length));`;
  const options = ['--max-old-space-size=500', '--import=tsx', '--input-type=module', '--eval', script];
  const cwd = path.resolve(import.meta.dirname, '../../..');
  const length = Number(execFileSync(process.execPath, options, { cwd, encoding: 'utf8' }));
  t.true(length > 40_000_000);
});

/** Milliseconds of the processor: the least of three rounds, as others are at work as well. */
function cpuOf(job: () => unknown): number {
  const rounds = [1, 2, 3].map(() => {
    const before = process.cpuUsage();
    job();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...rounds);
}
