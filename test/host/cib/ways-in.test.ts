/** pcs and crm as ways in: what they are told to make is what vnfha makes, and what they changed is seen as what it is. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { inTheWordsOf } from '../../../src/cib/alike.ts';
import { changesBetween, formatChange } from '../../../src/cib/changes.ts';
import { crmConfiguration } from '../../../src/cib/crm.ts';
import { generateCib } from '../../../src/cib/generate.ts';
import { mergeCib } from '../../../src/cib/merge.ts';
import { pcsScript } from '../../../src/cib/pcs.ts';
import { loadTemplates } from '../../../src/cib/templates.ts';
import { element, idOf, section } from '../../../src/cib/tree.ts';
import { withLabFencing } from '../../../src/lab/description.ts';
import { readDescription } from '../../../src/model/load.ts';
import { run } from '../../../src/process/run.ts';
import { type Element, parseXml, serializeXml } from '../../../src/process/xml.ts';
import { whereInstalled } from './installed.ts';

const examples = path.resolve(import.meta.dirname, '../../../examples');
const sections = ['crm_config', 'resources', 'constraints', 'tags', 'alerts'];

/** An example's VNF, with a fence agent that is on this machine. */
function vnfOf(name: string) {
  const { vnf, problems } = readDescription(withLabFencing(readFileSync(path.join(examples, name), 'utf8')), name);
  if (vnf === undefined) throw new Error(JSON.stringify(problems));
  return vnf;
}

type Way = keyof typeof ways;
const ways = {
  pcs: {
    write: pcsScript,
    run: 'sh commands "$1"',
  },
  crm: {
    write: crmConfiguration,
    run: 'crm --force configure load update commands',
  },
};

/** What each way made of sipcore.yaml. */
const madeBy: Partial<Record<Way, string>> = {};

const emptyCib = async (): Promise<string> => (await run('cibadmin', ['--empty'])).stdout;
const configurationOf = (cib: string): Element => section(parseXml(cib, 'the CIB'), 'configuration')!;

/** The section of `made` as that of `wanted` names and orders what is in it. */
function inWordsOf(wanted: Element | undefined, made: Element | undefined): string[] {
  const byId = new Map(made?.children.map((child) => [idOf(child), child]));
  const known = (wanted?.children ?? []).map((child) => {
    const same = byId.get(idOf(child));
    byId.delete(idOf(child));
    return same === undefined ? element('missing', {}) : inTheWordsOf(child, same);
  });
  return [...known, ...byId.values()].map(serializeXml);
}

for (const file of readdirSync(examples).filter((name) => name.endsWith('.yaml'))) {
  for (const [name, way] of Object.entries(ways)) {
    test.serial(`${file} by ${name}: on an empty cluster, the same CIB`, async (t) => {
      const vnf = vnfOf(file);
      const ours = generateCib(vnf, await loadTemplates());
      const made = await whereInstalled(way.run, await emptyCib(), { commands: way.write(ours, vnf.name) });
      if (file === 'sipcore.yaml') madeBy[name as Way] = made.cib;
      const configuration = configurationOf(made.cib);
      for (const each of sections) {
        const wanted = section(ours, each);
        t.deepEqual(inWordsOf(wanted, section(configuration, each)), (wanted?.children ?? []).map(serializeXml));
      }
      // and so for diff and apply
      const live = parseXml(made.cib, 'the CIB');
      t.deepEqual(changesBetween(live, mergeCib(live, ours, vnf.name)).map(formatChange), []);
    });
  }
}

const edits: Readonly<Record<string, { readonly command: string; readonly seen: readonly string[] }>> = {
  'pcs changes an operation': {
    command: 'pcs -f "$1" resource update sipcore-web op monitor interval=2s timeout=7s',
    seen: ['~ op sipcore-web-monitor-interval-2s timeout: 7s -> 5s'],
  },
  'pcs changes a meta attribute': {
    command: 'pcs -f "$1" resource meta sipcore-web-clone migration-threshold=9',
    seen: ['~ nvpair sipcore-web-clone-meta_attributes-migration-threshold value: 9 -> 3'],
  },
  'pcs adds a meta attribute': {
    command: 'pcs -f "$1" resource meta sipcore-web-clone globally-unique=false',
    seen: ['- nvpair sipcore-web-clone-meta_attributes-globally-unique'],
  },
  'pcs disables and unmanages': {
    command: 'pcs -f "$1" resource disable sipcore-web-clone && pcs -f "$1" resource unmanage sipcore-lb-vip',
    seen: [],
  },
  'crm writes an operation anew, in its own words': {
    command: 'crm --force configure load update edit',
    seen: ['~ op sipcore-lb-vip-monitor-interval-5s timeout: 31s -> 20s'],
  },
};

for (const [name, { command, seen }] of Object.entries(edits)) {
  test.serial(`${name}: diff shows that, and nothing else`, async (t) => {
    const vnf = vnfOf('sipcore.yaml');
    const ours = generateCib(vnf, await loadTemplates());
    const edit =
      'primitive sipcore-lb-vip ocf:vnfha:vip params ip=10.77.0.60 cidr_netmask=24 nic=eth0 drain=sipcore-lb arp_count=5 arp_interval=200 ' +
      'op monitor interval=5s timeout=31s op start interval=0s timeout=20s op stop interval=0s timeout=20s ' +
      'meta resource-stickiness=100 migration-threshold=3 failure-timeout=60s priority=1\n';
    const made = await whereInstalled(command, madeBy.pcs!, { edit });
    const live = parseXml(made.cib, 'the CIB');
    t.deepEqual(changesBetween(live, mergeCib(live, ours, vnf.name)).map(formatChange), seen);
  });
}
