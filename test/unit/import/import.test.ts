/** What a description made is imported as a description that makes the same. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { stringify } from 'yaml';
import { generateCib, wholeCib } from '../../../src/cib/generate.ts';
import { renderCorosyncConfig, renderHaproxyConfig } from '../../../src/cib/render.ts';
import { loadTemplates } from '../../../src/cib/templates.ts';
import { readCorosyncConf } from '../../../src/import/corosync-conf.ts';
import { readHaproxyCfg } from '../../../src/import/haproxy-cfg.ts';
import { importCib, type Imported, type Sources } from '../../../src/import/import.ts';
import { loadVnf, readDescription } from '../../../src/model/load.ts';
import type { Vnf } from '../../../src/model/vnf.ts';
import { Failure } from '../../../src/process/failure.ts';
import { parseXml, serializeXml } from '../../../src/process/xml.ts';

const examples = path.resolve(import.meta.dirname, '../../../examples');
const templates = await loadTemplates();
const sipcore = await loadVnf(path.join(examples, 'sipcore.yaml'));
const cibOf = (vnf: Vnf): string => serializeXml(wholeCib(generateCib(vnf, templates)));

/** Everything that a description makes, but what comes of its recovery target, which no file says. */
const all = (vnf: Vnf) => ({
  cib: cibOf(vnf),
  haproxy: renderHaproxyConfig(vnf, new Set(), templates).replaceAll(/timeout check .*/g, ''),
  corosync: renderCorosyncConfig(vnf, templates),
});

const yamlOf = ({ description }: Imported): string => stringify(JSON.parse(JSON.stringify(description)));

for (const file of readdirSync(examples).filter((name) => name.endsWith('.yaml'))) {
  test(`${file}: there and back, the CIB, haproxy.cfg and corosync.conf are the same`, async (t) => {
    const before = all(await loadVnf(path.join(examples, file)));
    const imported = importCib({
      cib: parseXml(before.cib, 'test'),
      corosync: readCorosyncConf(before.corosync),
      backends: readHaproxyCfg(before.haproxy),
      vnf: undefined,
    });
    const { vnf, problems } = readDescription(yamlOf(imported), 'imported.yaml');
    if (vnf === undefined) return t.fail(JSON.stringify(problems, null, 2));
    t.deepEqual(all(vnf), before);
    t.deepEqual(
      imported.leftOut.filter((line) => line.includes('not a part of this VNF')),
      [],
    );
  });
}

test('the address of a guest is in the network that has it', async (t) => {
  const vnf = await loadVnf(path.join(examples, 'guest-nodes.yaml'));
  const second = { name: 'two', cidr: '192.0.2.0/24', interface: undefined };
  const nodes = vnf.nodes.map((node, at) => ({ ...node, addresses: { ...node.addresses, two: `192.0.2.${at + 1}` } }));
  const guests = vnf.guests.map((guest, at) => ({ ...guest, addresses: { two: `192.0.2.${at + 41}` } }));
  const cluster = { ...vnf.cluster, links: [...vnf.cluster.links, 'two'] };
  const moved = { ...vnf, networks: [...vnf.networks, second], nodes, guests, cluster };
  const corosync = readCorosyncConf(renderCorosyncConfig(moved, templates));
  const { description } = importCib(sources(cibOf(moved), { corosync }));
  t.deepEqual((description['guests'] as { addresses: unknown }[]).map(({ addresses }) => addresses), [{ net1: '192.0.2.41' }, { net1: '192.0.2.42' }]);
}); // prettier-ignore

const sources = (cib: string, more: Partial<Sources> = {}): Sources => ({
  ...{ cib: parseXml(cib, 'test'), corosync: undefined, backends: undefined, vnf: undefined },
  ...more,
});

test('what is not the VNF’s, and what a CIB does not know, is said', (t) => {
  const cib = cibOf(sipcore)
    .replace('<nodes/>', '<nodes><node id="7" uname="node1"/></nodes>')
    .replace(
      '</resources>',
      '<primitive id="theirs" class="ocf" provider="heartbeat" type="Dummy"/><group id="g"/></resources>',
    );
  const { description, leftOut } = importCib(sources(cib));
  t.deepEqual(description['nodes'], [{ name: 'node1', id: 7, address: undefined }]);
  const said = leftOut.join('\n');
  for (const expected of [/^theirs \(ocf:heartbeat:Dummy\): not a part/m, /^group g: not a part/m, /--corosync$/m, /--haproxy$/m]) t.regex(said, expected); // prettier-ignore
  t.notRegex(said, /sipcore-/);
});

test('a constraint or a resource that the description has no word for is left out aloud', (t) => {
  const cib = cibOf(sipcore).replace(/<rsc_colocation id="sipcore-lb-vip-with-haproxy"[^>]*>/, '');
  t.regex(importCib(sources(cib)).leftOut.join('\n'), /^sipcore-lb-vip \(.*\): not a part of this VNF/m);
});

const refused = (run: () => unknown, message: RegExp) => (t: ExecutionContext) => {
  const error = t.throws(run, { instanceOf: Failure });
  t.is(error?.kind, 'input');
  t.regex(error?.message ?? '', message);
};

test('no tag: the VNF must be named', refused(() => importCib(sources(cibOf(sipcore).replace(/<tags>[^]*<\/tags>/, ''))), /no tag says which VNF/)); // prettier-ignore
test('two VNFs: one must be named', refused(() => importCib(sources(cibOf(sipcore).replace('<tags>', '<tags><tag id="vnfha-other"/>'))), /several VNFs: other, sipcore/)); // prettier-ignore
test('none of ours', refused(() => importCib(sources('<cib><configuration><resources/></configuration></cib>', { vnf: 'a' })), /no resource of ocf:vnfha:vnfc/)); // prettier-ignore
test(
  'no CIB',
  refused(() => importCib(sources('<a/>')), /this is no CIB/),
);

test('without a tag, a VNF that is named is found', (t) => {
  const cib = cibOf(sipcore).replace(/<tags>[^]*<\/tags>/, '');
  t.is((importCib(sources(cib, { vnf: 'sipcore' })).description['vnfcs'] as unknown[]).length, 2);
});
