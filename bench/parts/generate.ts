/**
 * A CIB of 1,000 VNFCs, verified by crm_verify: by vnfha from a description, by crm from its own text of the same, by pcs command after
 * command. And `vnfha check`, up to 10,000.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { wholeCib } from '../../src/cib/generate.ts';
import { run } from '../../src/process/run.ts';
import { type Element, serializeXml } from '../../src/process/xml.ts';
import type { Context, Figure, Part } from '../figure.ts';
import { fleetCib } from '../fleet/cib.ts';
import { fleetDescription } from '../fleet/description.ts';
import { pcsCommands } from '../fleet/pcs.ts';
import { used } from '../used.ts';

const about = 'check, and generate and verify 1,000 VNFCs, beside pcs and crm building the same';
const vnfha = path.resolve(import.meta.dirname, '../../dist/bin/vnfha');
const vnfcs = 1000;
/** Of these pcs's commands are run, and counted on. */
const byPcs = 4;
/** Seconds. */
const crmLimit = 300;

export const generate: Part = { name: 'generate', about, run: measure };

async function measure({ trials, only, say }: Context): Promise<Figure[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'vnfha-bench-'));
  const contenders = { vnfha: ours, pcs, crm };
  try {
    const figures: Figure[] = [];
    for (const [who, contender] of Object.entries(contenders).filter(([name]) => only === undefined || name === only)) {
      say(who);
      figures.push(...(await contender(directory, trials)));
    }
    return figures;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const what = 'generate and verify 1,000 VNFCs';

async function ours(directory: string, trials: number): Promise<Figure[]> {
  const who = { who: 'vnfha', ours: true, unit: 's' as const };
  const file = async (count: number) => {
    const name = path.join(directory, `${count}.yaml`);
    await writeFile(name, fleetDescription({ vnfcs: count }));
    return name;
  };
  const [thousand, tenThousand] = [await file(vnfcs), await file(10 * vnfcs)];
  const wall = (...args: string[]) => times(trials, async () => (await used(vnfha, args)).wall);
  return [
    { ...who, what, values: await wall('generate', thousand), target: { p50: 3 } },
    { ...who, what: 'check 1,000 VNFCs', values: await wall('check', thousand) },
    { ...who, what: 'check 10,000 VNFCs', values: await wall('check', tenThousand) },
  ];
}

/** An hour or two: so the commands for a few, and as many more as there are for 1,000. */
async function pcs(directory: string): Promise<Figure[]> {
  const file = path.join(directory, 'pcs.xml');
  const few = (await fleetCib(byPcs)).cib;
  await writeFile(file, serializeXml(withNothing(few)));
  const commands = pcsCommands(few);
  const begun = performance.now();
  for (const command of commands) await run('pcs', ['-f', file, ...command], { timeout: 120_000 });
  await run('crm_verify', ['--xml-file', file]);
  const each = (performance.now() - begun) / 1000 / commands.length;
  const all = pcsCommands((await fleetCib(vnfcs)).cib).length;
  const note = `${all} commands at the ${each.toFixed(2)} s that each of ${commands.length} took; they get slower as the CIB fills`;
  return [{ who: 'pcs', ours: false, unit: 's', what, values: [each * all], note }];
}

/** One command, from crm's text of what is to be there. */
async function crm(directory: string): Promise<Figure[]> {
  const [source, text, file] = ['source.xml', 'fleet.crm', 'crm.xml'].map((name) => path.join(directory, name)) as [
    string,
    string,
    string,
  ];
  const { cib } = await fleetCib(vnfcs);
  await writeFile(source, serializeXml(cib));
  await writeFile(file, serializeXml(withNothing(cib)));
  const env = (CIB_file: string) => ({ CIB_file, HOME: directory });
  const shown = await run('crm', ['configure', 'show'], { env: env(source), timeout: crmLimit * 1000 });
  await writeFile(text, shown.stdout);
  const load = ['env', `CIB_file=${file}`, `HOME=${directory}`, 'crm', '-F', 'configure', 'load', 'replace', text];
  const loaded = (await used(load[0]!, load.slice(1), crmLimit)).wall;
  const verified = loaded === Infinity ? 0 : (await used('crm_verify', ['--xml-file', file])).wall;
  const note = `the ${shown.stdout.split('\n').length} lines that it loads are written already`;
  return [{ who: 'crm', ours: false, unit: 's', what, values: [loaded + verified], note }];
}

function withNothing(cib: Element): Element {
  const names = ['crm_config', 'nodes', 'resources', 'constraints'];
  const children = names.map((name) => ({ name, attributes: {}, children: [], text: '' }));
  return wholeCib({ ...cib.children[0]!, children });
}

async function times(count: number, measureOnce: () => Promise<number>): Promise<number[]> {
  const values: number[] = [];
  for (let trial = 0; trial < count; trial++) values.push(await measureOnce());
  return values;
}
