/** The CIB of a VNF beside another one: its agents know whose files, sockets and bridges are meant; two CIBs go into one. */
import path from 'node:path';
import test from 'ava';
import { changesBetween } from '../../../src/cib/changes.ts';
import { generateCib, wholeCib } from '../../../src/cib/generate.ts';
import { mergeCib } from '../../../src/cib/merge.ts';
import { remainsOf } from '../../../src/cib/remove.ts';
import { renderHaproxyConfig } from '../../../src/cib/render.ts';
import { loadTemplates } from '../../../src/cib/templates.ts';
import { loadVnf } from '../../../src/model/load.ts';
import { serializeXml } from '../../../src/process/xml.ts';

const templates = await loadTemplates();
const [core, im] = await Promise.all(
  ['sipcore', 'sipcore-im'].map((name) => loadVnf(path.resolve(import.meta.dirname, `../../../examples/${name}.yaml`))),
);
const ours = (vnf = core!) => generateCib(vnf, templates);

test('the haproxy and lb-member agents of a VNF beside another one are told so; those of the node’s are not', (t) => {
  const values = (text: string) =>
    [...text.matchAll(/name="(config|socket|master_socket|bridge_socket|vnf)" value="([^"]*)"/g)].map(
      ([, name, value]) => `${name}=${value}`,
    );
  t.deepEqual(values(serializeXml(ours())), []);
  t.deepEqual(values(serializeXml(ours(im))), [
    'vnf=sipcore-im',
    'config=/var/lib/vnfha/vnf/sipcore-im/haproxy.cfg',
    'socket=/run/vnfha/vnf/sipcore-im/haproxy.sock',
    'master_socket=/run/vnfha/vnf/sipcore-im/haproxy-master.sock',
    'bridge_socket=/run/vnfha/vnf/sipcore-im/bridge.sock',
  ]);
});

test('each HAProxy has its own socket, and listens at its own VIP only', (t) => {
  const lines = (vnf = core!) =>
    [...renderHaproxyConfig(vnf, new Set(), templates).matchAll(/^ +(stats socket \S+|bind \S+)/gm)].map(
      ([, line]) => line,
    );
  t.deepEqual(lines(), ['stats socket /run/vnfha/haproxy.sock', 'bind 10.77.0.60:80']);
  t.deepEqual(lines(im), ['stats socket /run/vnfha/vnf/sipcore-im/haproxy.sock', 'bind 10.77.0.61:80']);
});

test('applied after each other, neither changes what is the other’s; removed, the other stays as it was', (t) => {
  const alone = mergeCib(wholeCib(ours()), ours(), core!.name);
  const both = mergeCib(alone, ours(im), im!.name);
  t.deepEqual(changesBetween(both, mergeCib(both, ours(), core!.name)), []);
  t.deepEqual(changesBetween(both, mergeCib(both, ours(im), im!.name)), []);
  const foreign = changesBetween(alone, both).filter((change) => !JSON.stringify(change).includes('sipcore-im'));
  t.deepEqual(foreign, [], 'not even a property of the cluster');
  const left = mergeCib(both, remainsOf(both, core!.name), core!.name);
  t.deepEqual(changesBetween(left, mergeCib(left, ours(im), im!.name)), []);
});

test('beside a VNF with guests there is none, whichever is applied first; taken out, it is in nobody’s way', async (t) => {
  const guests = await loadVnf(path.resolve(import.meta.dirname, '../../../examples/guest-nodes.yaml'));
  const [first, second] = [wholeCib(ours()), wholeCib(ours(guests))];
  const refused = (live: typeof first, vnf: typeof guests) =>
    t.throws(() => mergeCib(live, ours(vnf), vnf.name), { name: 'Failure' })?.message;
  const why = "'guests' has guests: a VNF with guests has its cluster for itself";
  t.is(refused(first, guests), `the VNF 'sipcore' is in this cluster, and ${why}`);
  t.is(refused(second, core!), `the VNF 'guests' is in this cluster, and ${why}`);
  t.notThrows(() => mergeCib(second, ours(guests), guests.name));
  const out = mergeCib(first, remainsOf(first, core!.name), core!.name);
  t.notThrows(() => mergeCib(out, ours(guests), guests.name));
});
