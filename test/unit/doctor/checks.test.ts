/** Each thing that goes wrong is found, with its cure; nothing is found where nothing is wrong. */
import path from 'node:path';
import test from 'ava';
import { generateCib, wholeCib } from '../../../src/cib/generate.ts';
import { loadTemplates } from '../../../src/cib/templates.ts';
import { clusterFindings } from '../../../src/doctor/cluster-checks.ts';
import type { ClusterFacts, Facts, NodeFacts } from '../../../src/doctor/facts.ts';
import { parseGroups } from '../../../src/doctor/gather.ts';
import { nodeFindings } from '../../../src/doctor/node-checks.ts';
import { loadVnf } from '../../../src/model/load.ts';
import { paths } from '../../../src/model/names.ts';
import type { ClusterStatus, InstanceStatus } from '../../../src/model/cluster.ts';
import { parseXml, serializeXml } from '../../../src/process/xml.ts';

const file = path.resolve(import.meta.dirname, '../../../examples/sipcore.yaml');
const vnf = await loadVnf(file);
const cibText = serializeXml(wholeCib(generateCib(vnf, await loadTemplates()))).replace(
  '<status/>',
  '<status><nvpair id="s" name="master-sipcore-registrar" value="100"/></status>',
);
const started = (id: string, agent: string): InstanceStatus => ({
  ...{ id, agent, role: 'Started', active: true, failed: false, managed: true, pending: undefined },
  nodes: ['node1'],
});
const status: ClusterStatus = {
  ...{ quorate: true, dc: 'node1', maintenance: false, failures: [] },
  nodes: [1, 2, 3].map((id) => ({
    ...{ id, name: `node${id}`, online: true, standby: false, maintenance: false, pending: false, unclean: false },
  })),
  resources: [
    started('sipcore-fence-lab', 'stonith:fence_vnfha_lab'),
    started('sipcore-registrar', 'ocf:vnfha:vnfc'),
    started('sipcore-lb', 'ocf:vnfha:haproxy'),
  ],
};
const root = { mode: 0o755, uid: 0 };
const files = new Map([
  ...['/etc/vnfha', '/run/vnfha', '/var/lib/vnfha', paths.alertAgent].map((name) => [name, root] as const),
  ...['vnfc', 'lb-member', 'haproxy', 'vip'].map((name) => [`/usr/lib/ocf/resource.d/vnfha/${name}`, root] as const),
  ['/usr/sbin/fence_vnfha_lab', root],
  ['/etc/corosync/authkey', { mode: 0o400, uid: 0 }],
  [vnf.vnfm!.auth!.clientSecretFile, { mode: 0o600, uid: 0 }],
]);
const here: NodeFacts = {
  versions: { node: '20.19.0', pacemaker: '2.1.5', corosync: '3.1.7', haproxy: '2.6.12' },
  ...{ files, bridgeAnswers: true, haproxyAnswers: true, haproxyServiceEnabled: false, clockSynchronised: true },
  guestsAnswer: new Set(),
  haproxyConfig: `global\n  stats socket ${paths.haproxySocket} mode 600\n`,
};
const at = (nodeId: number, ...pids: number[]) => pids.map((pid) => ({ nodeId, pid }));
const cluster: ClusterFacts = {
  ...{ cib: parseXml(cibText, 'test'), status, differences: 0, tokenMs: vnf.cluster.tokenMs },
  // the notifiers (300) are in both groups; the bridge of node3, which is no load balancer, is in none
  members: new Map([
    ['vnfha', [...at(1, 100, 200, 300), ...at(2, 100, 200, 300), ...at(3, 100, 300)]],
    ['vnfha-notifier', [...at(1, 300), ...at(2, 300), ...at(3, 300)]],
  ]),
};
const well: Facts = {
  ...{
    node: 'node1',
    description: { file, vnf, problem: undefined },
    others: [],
    moves: [],
    here,
    cluster,
    clusterProblem: undefined,
  },
};

const found = (facts: Facts): string[] =>
  [...nodeFindings(facts), ...clusterFindings(facts)].map(({ severity, check, what, cure }) => {
    if (!/[.]$/.test(cure) || what.endsWith('.')) throw new Error(`${what} / ${cure}`);
    return `${severity} ${check}: ${what}`;
  });

const onNode = (change: Partial<NodeFacts>): Facts => ({ ...well, here: { ...here, ...change } });
const inCluster = (change: Partial<ClusterFacts>): Facts => ({ ...well, cluster: { ...cluster, ...change } });
const withFile = (name: string, facts: { mode: number; uid: number } | undefined): Facts =>
  onNode({ files: new Map([...files, [name, facts!]]) });
const withCib = (from: string | RegExp, to: string): Facts => {
  const changed = cibText.replace(from, to);
  if (changed === cibText) throw new Error(`${from} is not in the CIB`);
  return inCluster({ cib: parseXml(changed, 'test') });
};
const withStatus = (change: Partial<ClusterStatus>): Facts => inCluster({ status: { ...status, ...change } });
const without = (id: string) => ({ resources: status.resources.filter((one) => one.id !== id) });

test('nothing is wrong', (t) => t.deepEqual(found(well), []));

const ills: Readonly<Record<string, readonly [Facts, RegExp]>> = {
  'a description that is wrong': [{ ...well, description: { file, vnf: undefined, problem: 'x.yaml:3:1: bad' } }, /^error description: x.yaml:3:1: bad$/], // prettier-ignore
  'a server that is elsewhere since a heal': [
    { ...well, moves: [{ vnfc: 'media', server: 'm2', described: '10.77.0.102', address: '10.77.0.112' }] },
    /^warning addresses: 'm2' of media is at 10.77.0.112 since a heal, and .* has it at 10.77.0.102$/,
  ],
  'a node of another name': [{ ...well, node: 'vm7' }, /^error node-name: this node is called 'vm7'/],
  'an old Node': [onNode({ versions: { ...here.versions, node: '18.19.0' } }), /^error versions: node 18.19.0 is older than 20.19$/], // prettier-ignore
  'an old Node of the same major': [onNode({ versions: { ...here.versions, node: '20.9.0' } }), /^error versions: node 20.9.0/], // prettier-ignore
  'no Corosync': [onNode({ versions: { ...here.versions, corosync: undefined } }), /^error versions: corosync is not/],
  'no alert agent': [withFile(paths.alertAgent, undefined), /^error agents: \/usr\/lib\/vnfha\/alert is not there$/],
  'no fence agent': [withFile('/usr/sbin/fence_vnfha_lab', undefined), /^error agents: \/usr\/sbin\/fence_vnfha_lab/],
  'a secret that all can read': [withFile(vnf.vnfm!.auth!.clientSecretFile, { mode: 0o644, uid: 0 }), /^error secrets: .* can be read by others/], // prettier-ignore
  'a secret that is not there': [withFile(vnf.vnfm!.auth!.clientSecretFile, undefined), /^error secrets: .* is not there$/], // prettier-ignore
  'somebody else’s /etc/vnfha': [
    withFile('/etc/vnfha', { mode: 0o755, uid: 1000 }),
    /^error permissions: \/etc\/vnfha/,
  ],
  'no bridge here': [onNode({ bridgeAnswers: false }), /^error daemons: the bridge does not run on this node/],
  'a haproxy.cfg without a runtime socket': [
    onNode({ haproxyConfig: 'global\n' }),
    /^error haproxy: .* no 'stats socket/,
  ],
  'the distribution’s HAProxy': [onNode({ haproxyServiceEnabled: true }), /^warning haproxy: .* is enabled/],
  'an HAProxy that does not answer': [onNode({ haproxyAnswers: false }), /^error haproxy: .* nothing answers/],
  'a clock that goes as it likes': [onNode({ clockSynchronised: false }), /^warning clock: /],
  'no cluster': [{ ...well, cluster: undefined, clusterProblem: 'Pacemaker is not running on this node' }, /^error cluster: /], // prettier-ignore
  'fencing switched off': [withCib('name="stonith-enabled" value="true"', 'name="stonith-enabled" value="false"'), /^error fencing: fencing is switched off/], // prettier-ignore
  'no fence device': [withCib(/<primitive id="sipcore-fence-lab"[^]*?<\/primitive>/, ''), /^error fencing: there is no fence device/], // prettier-ignore
  'a fence device that is not started': [withStatus(without('sipcore-fence-lab')), /^error fencing: .*'sipcore-fence-lab' is not started$/], // prettier-ignore
  'no quorum': [withStatus({ quorate: false }), /^error quorum: /],
  'maintenance mode': [withStatus({ maintenance: true }), /^warning maintenance: /],
  'a lost node': [withStatus({ nodes: status.nodes.map((node) => ({ ...node, online: node.id !== 2 })) }), /^error nodes: node2 is not online$/], // prettier-ignore
  'a node in standby': [withStatus({ nodes: status.nodes.map((node) => ({ ...node, standby: node.id === 2 })) }), /^warning nodes: node2 is in standby/], // prettier-ignore
  'a VNF that was never applied': [withCib('<tag id="vnfha-sipcore">', '<tag id="vnfha-other">'), /^error applied: the VNF 'sipcore' is not in the cluster$/], // prettier-ignore
  'a cluster that says something else': [inCluster({ differences: 2 }), /^warning applied: .*: 2 differences$/],
  'no alert': [withCib(/<alert id[^]*<\/alert>/, ''), /^error alert: /],
  'another alert agent': [withCib(`path="${paths.alertAgent}"`, 'path="/tmp/x"'), /^error alert: /],
  'another token': [
    inCluster({ tokenMs: 3000 }),
    /^error token: Corosync's token is 3000 ms, and the description's 1000 ms/,
  ],
  'no promotion score': [
    withCib('master-sipcore-registrar', 'master-other'),
    /^error promotion: .*'sipcore-registrar'/,
  ],
  'nobody has the state': [
    {
      ...withCib('master-sipcore-registrar', 'master-other'),
      cluster: {
        ...withCib('master-sipcore-registrar', 'master-other').cluster!,
        status: { ...status, waits: [{ resource: 'sipcore-registrar', node: 'node1', why: 'its state is behind' }] },
      },
    },
    /^error promotion: .*'sipcore-registrar' has the state, and they are to wait \(node1: its state is behind\)/,
  ],
  'no supervisor on a node': [inCluster({ members: new Map([...cluster.members!, ['vnfha', [...at(1, 100, 200), ...at(2, 200, 300), ...at(3, 100)]]]) }), /^error daemons: .* on node2$/], // prettier-ignore
  'no supervisor on a node without a load balancer': [inCluster({ members: new Map([...cluster.members!, ['vnfha', [...at(1, 100, 200), ...at(2, 100, 200), ...at(3, 300)]]]) }), /^error daemons: the supervisor does not run on node3$/], // prettier-ignore
  'no notifier on a node': [inCluster({ members: new Map([...cluster.members!, ['vnfha-notifier', [...at(1, 300), ...at(2, 300)]]]) }), /^warning daemons: .* on node3$/], // prettier-ignore
};

for (const [name, [facts, expected]] of Object.entries(ills)) {
  test(`found: ${name}`, (t) => {
    const [first, ...more] = found(facts);
    t.regex(first ?? 'nothing', expected);
    t.deepEqual(more, []);
  });
}

test('what could not be read is not guessed', (t) => {
  const unknown = { tokenMs: undefined, members: undefined, differences: undefined };
  t.deepEqual(found({ ...inCluster(unknown), here: { ...here, clockSynchronised: undefined } }), []);
});

test('corosync-cpgtool is read', (t) => {
  const text =
    'Group Name\t       PID\t   Node ID\ncrmd \n\t\t        64\t         1 (10.77.0.1)\nvnfha\n\t\t        44\t         1 (10.77.0.1)\n\t\t        45\t         3 (10.77.0.3)\n';
  t.deepEqual([...parseGroups(text)], [['crmd', at(1, 64)], ['vnfha', [...at(1, 44), ...at(3, 45)]]]); // prettier-ignore
});

test('of several VNFs: what two both want, and one whose bridge or notifier is missing', async (t) => {
  const im = await loadVnf(path.resolve(import.meta.dirname, '../../../examples/sipcore-im.yaml'));
  const members = new Map([
    ['vnfha', [...at(1, 100, 200, 201, 300, 301), ...at(2, 100, 200, 201, 300, 301), ...at(3, 100, 300, 301)]],
    ['vnfha-notifier', [...at(1, 300), ...at(2, 300), ...at(3, 300)]],
    ['vnfha-notifier@sipcore-im', [...at(1, 301), ...at(2, 301), ...at(3, 301)]],
  ]);
  const withIm = { ...inCluster({ members }), others: [im] };
  t.deepEqual(found(withIm), []);
  const same = { ...withIm, others: [{ ...im, beside: false }] };
  t.regex(found(same)[0]!, /^error together: 'sipcore' and 'sipcore-im' both have the nodes' own files/);
  const oneBridge = new Map([...members, ['vnfha', [...at(1, 100, 200, 300, 301), ...members.get('vnfha')!.slice(5)]]]);
  t.deepEqual(found({ ...inCluster({ members: oneBridge }), others: [im] }), [
    'error daemons: a bridge or the supervisor does not run on node1',
  ]);
  const ofIm = { ...withIm, description: { file, vnf: im, problem: undefined }, others: [vnf] };
  const noNotifier = new Map([...members, ['vnfha-notifier@sipcore-im', [...at(1, 301), ...at(2, 301)]]]);
  const findings = clusterFindings({ ...ofIm, cluster: { ...cluster, members: noNotifier } });
  t.true(findings.some(({ cure }) => cure === "Run 'systemctl enable --now vnfha-notifier@sipcore-im' there."));
});

test('a host of VMs needs virsh, and their XMLs', async (t) => {
  const vms = await loadVnf(path.resolve(import.meta.dirname, '../../../examples/vms.yaml'));
  const host = (versions: NodeFacts['versions'], config: typeof root | undefined): string[] =>
    found({
      ...well,
      description: { file, vnf: vms, problem: undefined },
      here: { ...here, versions, files: new Map([...files, ['/etc/vnfha/vm/web1.xml', config!], ['/etc/vnfha/vm/web2.xml', root]]) },
    }).filter((line) => line.includes(' vms: '));
  const virsh = { ...here.versions, virsh: '9.0.0' };
  t.deepEqual(host(virsh, root), []);
  t.deepEqual(host(virsh, undefined), ['error vms: /etc/vnfha/vm/web1.xml, the XML of a VM, is not there']);
  t.deepEqual(host(here.versions, root), ['error vms: this node is to run VMs, and virsh is not installed here']);
}); // prettier-ignore

test('guests need their key; how far one comes to one that isn’t online is said, and in which online one nothing is started', async (t) => {
  const guests = await loadVnf(path.resolve(import.meta.dirname, '../../../examples/guest-nodes.yaml'));
  const lines = (key: { mode: number; uid: number } | undefined, vm1: string | undefined, answers: string[], online = false, up = ['vm1', 'vm2'], standby: string[] = []): string[] =>
    found({
      ...inCluster({
        status: {
          ...status,
          nodes: [...status.nodes, ...['vm1', 'vm2'].map((name) => ({ ...status.nodes[0]!, id: 0, name, online: online || name === 'vm2', standby: standby.includes(name) }))],
          resources: [
            ...(vm1 === undefined ? [] : [{ ...started('guests-guest-vm1', 'ocf:vnfha:vnfc-vm'), nodes: [vm1] }]),
            ...up.map((guest) => ({ ...started('guests-guests-up', 'ocf:pacemaker:attribute'), nodes: [guest] })),
          ],
        },
      }),
      description: { file, vnf: guests, problem: undefined },
      here: { ...here, guestsAnswer: new Set(answers), files: new Map([...files, ['/etc/pacemaker/authkey', key!]]) },
    }).filter((line) => / (guests|nodes|secrets): /.test(line));
  const right = { mode: 0o640, uid: 0 };
  t.deepEqual(lines(right, 'node1', ['vm1', 'vm2'], true), []);
  t.deepEqual(lines(right, 'node1', ['vm1', 'vm2'], true, ['vm2'], ['vm1']), ["warning nodes: vm1 is in standby or maintenance"]);
  t.deepEqual(lines(right, 'node1', ['vm1', 'vm2'], true, ['vm2']), ["error guests: the guest vm1 is online, and guests-guests-up doesn't run in it: until it does no VNFC is started there"]);
  t.deepEqual(lines(undefined, 'node1', [], true), ["error guests: /etc/pacemaker/authkey is not there: Pacemaker can't speak to the guests"]);
  t.deepEqual(lines({ mode: 0o600, uid: 0 }, 'node1', [], true), ["error guests: /etc/pacemaker/authkey can't be read by Pacemaker"]);
  t.deepEqual(lines({ mode: 0o644, uid: 0 }, 'node1', [], true), ['error secrets: /etc/pacemaker/authkey is open to others than haclient']);
  t.deepEqual(lines(right, undefined, []), ['error guests: the guest vm1 is not online: its VM runs nowhere']);
  t.deepEqual(lines(right, 'node1', []), ['error guests: the guest vm1 is not online: its VM runs on node1, and nothing answers at 10.77.0.41:3121']);
  t.deepEqual(lines(right, 'node1', ['vm1']), ['error guests: the guest vm1 is not online: its VM runs on node1, and something answers at 10.77.0.41:3121, and not as Pacemaker wants it']);
}); // prettier-ignore
