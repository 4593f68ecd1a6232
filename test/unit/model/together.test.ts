/** VNFs side by side: each has what is its own, and what two want is said. */
import path from 'node:path';
import test from 'ava';
import { loadVnf } from '../../../src/model/load.ts';
import {
  askedName,
  notifierGroup,
  paths,
  syncName,
  syncPaths,
  syncUnit,
  vnfPaths,
  vnfUnit,
} from '../../../src/model/names.ts';
import { togetherProblems } from '../../../src/model/together.ts';
import type { Vnf } from '../../../src/model/vnf.ts';

const example = (file: string): Promise<Vnf> => loadVnf(path.resolve(import.meta.dirname, '../../../examples', file));
const [core, im] = await Promise.all([example('sipcore.yaml'), example('sipcore-im.yaml')]);
const said = (...vnfs: Vnf[]): string[] => togetherProblems(vnfs).map(({ what }) => what);

test('the node’s VNF keeps the paths, units and group that it has alone', (t) => {
  t.is(vnfPaths(core), paths);
  t.is(askedName(core), undefined);
  t.is(notifierGroup(core), 'vnfha-notifier');
  t.deepEqual([vnfUnit('bridge', core), vnfUnit('notifier', core)], ['vnfha-bridge', 'vnfha-notifier']);
  t.is(syncUnit(core, 'db'), 'vnfha-sync@db');
  t.is(syncPaths(core, 'db').socket, '/run/vnfha/sync/db.sock');
});

test('two beside it share nothing with it nor with each other, however alike their names are', (t) => {
  const names = ['sync', 'a', 'a-b', 'vnf'].map((name) => ({ name, beside: true }));
  const all = [{ name: 'a', beside: false }, ...names].flatMap((whose) => [
    ...Object.values({ ...vnfPaths(whose) }).filter((file) =>
      /\/(vnf|haproxy|bridge|incidents)[^/]*$|vnf\.d/.test(file),
    ),
    ...['b', 'b-c'].flatMap((vnfc) => [
      syncUnit(whose, vnfc),
      syncName(whose, vnfc),
      ...Object.values(syncPaths(whose, vnfc)),
    ]),
    `group ${notifierGroup(whose)}`,
    ...[vnfUnit('bridge', whose), vnfUnit('notifier', whose), String(askedName(whose))],
  ]);
  t.is(new Set(all).size, all.length);
});

test('the longest name leaves room in a socket’s address', (t) => {
  const { haproxyMaster } = vnfPaths({ name: 'x'.repeat(48), beside: true });
  t.true(haproxyMaster.length + '.4194304.tmp'.length < 108, haproxyMaster);
});

test('the examples go together', (t) => t.deepEqual(said(core, im), []));

test('one VM is one VNF’s: libvirt knows it by its name', async (t) => {
  const vms = await example('vms.yaml');
  const other = { ...vms, name: 'other', beside: true };
  const both = said(vms, other).filter((line) => /domain|file/.test(line));
  t.deepEqual(both, [
    ...['web1', 'web2'].flatMap((vm) => [
      `'vms' and 'other' both have the domain '${vm}'`,
      `'vms' and 'other' both have the file /etc/vnfha/vm/${vm}.xml`,
    ]),
  ]);
});

test('what two VNFs both want is said, each once', (t) => {
  t.deepEqual(said(core, { ...im, beside: false }), [
    "'sipcore' and 'sipcore-im' both have the nodes' own files and sockets",
  ]);
  t.deepEqual(said(core, { ...im, name: 'sipcore' }).slice(0, 2), [
    "'sipcore' and 'sipcore' both have the name 'sipcore'",
    "'sipcore' and 'sipcore' both have the id 'sipcore-web'",
  ]);
  t.deepEqual(said(core, { ...im, cluster: core.cluster }), [
    "'sipcore' and 'sipcore-im' both have UDP port 5410 of node1 for the heartbeats of nodes",
    "'sipcore' and 'sipcore-im' both have UDP port 5410 of node2 for the heartbeats of nodes",
  ]);
  t.deepEqual(said(core, { ...im, loadBalancer: { ...im.loadBalancer!, vips: core.loadBalancer!.vips } }), [
    "'sipcore' and 'sipcore-im' both have the address 10.77.0.60",
  ]);
  const web = im.vnfcs.find(({ redundancy }) => redundancy === 'active-active') as Extract<
    Vnf['vnfcs'][number],
    { redundancy: 'active-active' }
  >;
  const clash = { ...web, nodes: ['node3'], service: { ...web.service, port: 8080 } };
  t.deepEqual(said(core, { ...im, vnfcs: [clash] }), ["'sipcore' and 'sipcore-im' both have port 8080 of node3"]);
});

test('names that meet: a VNF a with the VNFC b-web, and a VNF a-b with the VNFC web', (t) => {
  const a = { ...core, name: 'a', vnfcs: [{ ...core.vnfcs[1]!, name: 'b-web' }] };
  t.deepEqual(said(a, { ...im, name: 'a-b' }), ["'a' and 'a-b' both have the id 'a-b-web'"]);
});

test('nodes that are described otherwise', (t) => {
  const nodes = core.nodes.map((node, at) => ({ ...node, id: 3 - at }));
  t.regex(said(core, { ...im, nodes })[0]!, /^'sipcore' has the nodes node1 \(1\), .* and 'sipcore-im' node1 \(3\)/);
  t.is(said(core, { ...im, nodes: im.nodes.slice(1) }).length, 1);
});
