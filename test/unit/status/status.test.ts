/** How a VNF is, from what the cluster says; and what happened to it. */
import path from 'node:path';
import test from 'ava';
import { defaultHealRules } from '../../../src/model/heals.ts';
import { statusText } from '../../../src/cli/status-text.ts';
import type { ClusterStatus, InstanceStatus } from '../../../src/model/cluster.ts';
import { loadVnf } from '../../../src/model/load.ts';
import type { Vnf } from '../../../src/model/vnf.ts';
import { type ServerRotation, serversIn } from '../../../src/status/bridge-state.ts';
import { journalOf, timelineOf } from '../../../src/status/incidents.ts';
import type { InstanceStatus as SidecarStatus } from '../../../src/sync/status.ts';
import { vnfStatus } from '../../../src/status/vnf-status.ts';

const vnf = await loadVnf(path.resolve(import.meta.dirname, '../../../examples/sipcore.yaml'));

function resource(id: string, role: InstanceStatus['role'], node: string): InstanceStatus {
  const agent = 'ocf:vnfha:vnfc';
  return { id, agent, role, active: true, failed: false, managed: true, pending: undefined, nodes: [node] };
}
const resources = [
  resource('sipcore-registrar', 'Promoted', 'node2'),
  ...['node1', 'node3'].map((node) => resource('sipcore-registrar', 'Unpromoted', node)),
  resource('sipcore-registrar-vip', 'Started', 'node2'),
  ...['node1', 'node2', 'node3'].map((node) => resource('sipcore-web', 'Started', node)),
  ...['node1', 'node2'].map((node) => resource('sipcore-lb', 'Started', node)),
  resource('sipcore-lb-vip', 'Started', 'node1'),
];
const cluster: ClusterStatus = {
  ...{ quorate: true, dc: 'node1', maintenance: false, failures: [], resources },
  nodes: [1, 2, 3].map((id) => ({
    ...{ id, name: `node${id}`, online: true, standby: false, maintenance: false, pending: false, unclean: false },
  })),
};
const rotation: ServerRotation[] = ['node1', 'node2', 'node3'].map((server) => ({
  ...{ vnfc: 'web', server, rotation: 'in' as const, reason: 'readmitted' },
}));
const lines = (...entries: object[]): string =>
  entries.map((entry) => JSON.stringify({ v: 1, vnf: 'sipcore', incident: 'i1', by: 'node1', ...entry })).join('\n');
const raised = { kind: 'raised', at: 1000, vnfc: 'web', node: 'node3', reason: 'failed 3 times', severity: 'MAJOR' };

test('who carries its state itself, and has not got it, is a problem', (t) => {
  const waits = [
    { resource: 'sipcore-registrar', node: 'node1', why: 'its state is behind' },
    { resource: 'another', node: 'node1', why: 'its state is behind' },
  ];
  const { problems } = vnfStatus(vnf, { ...cluster, waits }, rotation, journalOf(''), 0);
  t.deepEqual(problems, ['registrar on node1 is not to be promoted: its state is behind']);
});

test('of two VIPs each is shown, and one that nobody has is a problem', (t) => {
  const second = { ip: '10.77.0.61', prefix: 24, interface: undefined };
  const two: Vnf = { ...vnf, loadBalancer: { ...vnf.loadBalancer!, vips: [...vnf.loadBalancer!.vips, second] } };
  const status = (more: typeof resources) =>
    vnfStatus(two, { ...cluster, resources: [...resources, ...more] }, rotation, journalOf(''), 0);
  t.deepEqual(status([]).problems, ['lb: nobody has 10.77.0.61']);
  const well = status([resource('sipcore-lb-vip2', 'Started', 'node2')]);
  t.deepEqual(well.problems, []);
  t.true(statusText(well).includes('lb (load balancer), 10.77.0.60 on node1, 10.77.0.61 on node2'), statusText(well));
});

test('all is well', (t) => {
  const status = vnfStatus(vnf, cluster, rotation, journalOf(''), 0);
  t.deepEqual([status.ok, status.problems], [true, []]);
  t.is(
    statusText(status),
    `sipcore: well

nodes: 3 of 3 online, with quorum, DC node1

registrar (active/standby), 10.77.0.50 on node2
  node1  standby
  node2  active
  node3  standby

web (active/active)
  node1  up        in rotation
  node2  up        in rotation
  node3  up        in rotation

lb (load balancer), 10.77.0.60 on node1
  node1  up
  node2  up

incidents: none open
`,
  );
});

const where = (change: (one: InstanceStatus) => InstanceStatus | undefined): ClusterStatus => ({
  ...cluster,
  resources: resources.flatMap((one) => change(one) ?? []),
});
const isAt = (one: InstanceStatus, id: string, node: string) => one.id === id && one.nodes[0] === node;

const ills: Readonly<Record<string, readonly [ClusterStatus, ServerRotation[], string, readonly string[]]>> = {
  'no quorum': [{ ...cluster, quorate: false }, rotation, '', ['this partition has no quorum']],
  'a lost node': [{ ...cluster, nodes: cluster.nodes.map((one) => ({ ...one, online: one.id !== 3, unclean: one.id === 3 })) }, rotation, '', ['node3 is lost']], // prettier-ignore
  'an instance less': [where((one) => (isAt(one, 'sipcore-web', 'node3') ? undefined : one)), rotation, '', ['web: 2 of 3 instances run']], // prettier-ignore
  'an instance that failed': [where((one) => (isAt(one, 'sipcore-web', 'node3') ? { ...one, failed: true } : one)), rotation, '', ['web: 2 of 3 instances run']], // prettier-ignore
  'nobody active': [where((one) => (one.role === 'Promoted' ? { ...one, role: 'Unpromoted' } : one)), rotation, '', ['registrar: no instance is active']], // prettier-ignore
  'two active': [where((one) => (isAt(one, 'sipcore-registrar', 'node1') ? { ...one, role: 'Promoted' } : one)), rotation, '', ['registrar: active on node1 and node2']], // prettier-ignore
  'nobody has the address': [where((one) => (one.id === 'sipcore-lb-vip' ? undefined : one)), rotation, '', ['lb: nobody has 10.77.0.60']], // prettier-ignore
  'the address elsewhere': [where((one) => (one.id === 'sipcore-registrar-vip' ? { ...one, nodes: ['node3'] } : one)), rotation, '', ['registrar: 10.77.0.50 is on node3, and the active instance on node2']], // prettier-ignore
  'out of rotation': [cluster, rotation.map((one) => (one.server === 'node3' ? { ...one, rotation: 'out', reason: 'it hangs' } : one)), '', ['web on node3 is out of rotation: it hangs']], // prettier-ignore
  'an open incident': [cluster, rotation, lines(raised), ['incident i1 is open: web on node3, raised']],
};
for (const [name, [state, places, journal, problems]] of Object.entries(ills)) {
  test(`not well: ${name}`, (t) => {
    const status = vnfStatus(vnf, state, places, journalOf(journal), 0);
    t.deepEqual([status.ok, status.problems], [false, problems]);
    t.true(statusText(status).startsWith(`sipcore: not well\n  ! ${problems[0]}\n`));
  });
}

test('a heal that is held back is said, with its end; when the rules let it go it is not', (t) => {
  const heals = { ...defaultHealRules, perHour: 1 };
  const vnfm = { type: 'sol', url: 'http://vnfm', alarms: undefined, ca: undefined, auth: undefined, heals } as const;
  const other = { ...raised, incident: 'i0', node: 'node2' };
  const asked = { ...other, kind: 'heal-requested', attempt: 1, owner: '1.1' };
  const journal = journalOf(lines(other, asked, raised));
  const at = raised.at + 60_000;
  const later = raised.at + 3_600_000;
  const problemsAt = (now: number) => vnfStatus({ ...vnf, vnfm }, cluster, rotation, journal, now).problems;
  const until = new Date(later).toISOString();
  t.true(
    problemsAt(at).includes(
      `incident i1 is open: web on node3, raised; its heal is held back: 1 asked for within an hour (vnfm.heals.perHour: 1), until ${until}`,
    ),
  );
  t.true(problemsAt(later).includes('incident i1 is open: web on node3, raised'));
});

test('where no bridge answers and the journal cannot be read, that is no problem', (t) => {
  const status = vnfStatus(vnf, cluster, undefined, undefined, 0);
  t.true(status.ok);
  t.regex(statusText(status), /the journal cannot be read here\n$/);
  t.notRegex(statusText(status), /rotation/);
});

const sidecar: SidecarStatus = {
  ...{ node: 'node2', role: 'active', epoch: 7, version: { epoch: 7, sequence: 42 }, holding: 'whole', fresh: true },
  ...{ keys: 3, bytes: 90, mayLack: [] },
  copies: [
    { copy: 'node1', connected: true, version: { epoch: 7, sequence: 42 } },
    { copy: 'node3', connected: true, version: { epoch: 7, sequence: 40 } },
  ],
};

test('the state: how far its copies are behind, as the active one’s sidecar says', (t) => {
  const status = vnfStatus(vnf, cluster, rotation, journalOf(''), 0, new Map([['registrar', sidecar]]));
  t.true(status.ok, status.problems.join());
  t.regex(statusText(status), /^ {2}state: epoch 7, active here; node1 in step, node3 2 writes behind$/m);
});

test('the state: a copy that isn’t connected, one that isn’t fresh, and a sidecar that doesn’t answer are said', (t) => {
  const of = (one: SidecarStatus | undefined) =>
    vnfStatus(vnf, cluster, rotation, journalOf(''), 0, new Map([['registrar', one]])).problems; // prettier-ignore
  t.deepEqual(of({ ...sidecar, copies: [{ copy: 'node1', connected: false, problem: 'ECONNREFUSED' }] }), [
    'registrar: node1 has no copy of the state now: ECONNREFUSED',
  ]);
  t.deepEqual(of({ ...sidecar, role: 'standby', fresh: false }), ['registrar: the state here, on node2, is not fresh']);
  t.deepEqual(of(undefined), ["the sidecar of registrar doesn't answer here"]);
});

test('an incident from its beginning to its end; torn and foreign lines are passed over', (t) => {
  const text = [
    lines({ kind: 'closed', at: 9000 }, { kind: 'recovered', at: 8000, outcome: 'healed', by: 'node2' }, raised),
    JSON.stringify({ v: 1, vnf: 'other', incident: 'i2', by: 'node1', ...raised }),
    '{"v":1,"vnf":"sip',
  ].join('\n');
  const journal = journalOf(text, 'sipcore');
  t.deepEqual([...journal.keys()], ['i1']);
  t.deepEqual(timelineOf(journal.get('i1')!), [
    { at: 1000, afterMs: 0, by: 'node1', kind: 'raised', details: { vnfc: 'web', node: 'node3', reason: 'failed 3 times', severity: 'MAJOR' } },
    { at: 8000, afterMs: 7000, by: 'node2', kind: 'recovered', details: { outcome: 'healed' } },
    { at: 9000, afterMs: 8000, by: 'node1', kind: 'closed', details: {} },
  ]); // prettier-ignore
});

test('what is no answer of a bridge is none', (t) => {
  for (const text of ['', '{}', 'null', '<html>', '{"servers":7}']) t.is(serversIn(text), undefined, text);
});
