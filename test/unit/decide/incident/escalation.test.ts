import test from 'ava';
import { escalationOf } from '../../../../src/decide/escalation.ts';
import { addEntry, emptyJournal, type Incident, type JournalEntry } from '../../../../src/decide/incident-journal.ts';
import type { ClusterStatus, InstanceStatus, NodeStatus } from '../../../../src/model/cluster.ts';
import { policy, withVnfc } from './policy.ts';

const recovery = { restarts: 1, withinMs: 600_000, heal: true, escalate: 'node' } as const;
const { vnf } = withVnfc({ recovery });
const withOther = { ...vnf, vnfcs: [...vnf.vnfcs, { ...vnf.vnfcs[0]!, name: 'db' }] };

const node = (name: string, change: Partial<NodeStatus> = {}): NodeStatus => ({
  name,
  id: 1,
  online: true,
  standby: false,
  maintenance: false,
  pending: false,
  unclean: false,
  ...change,
});
const running = (id: string, where: string, change: Partial<InstanceStatus> = {}): InstanceStatus => ({
  id,
  agent: 'ocf:vnfha:vnfc',
  role: 'Started',
  active: true,
  failed: false,
  managed: true,
  pending: undefined,
  nodes: [where],
  ...change,
});
const status = (
  resources: readonly InstanceStatus[] = [],
  nodes = [node('node1'), node('node2'), node('node3')],
): ClusterStatus => ({ quorate: true, dc: 'node1', maintenance: false, nodes, resources, failures: [] });

const common = { v: 1, vnf: 'sip', at: 0, by: 'node1', incident: 'one' } as const;
const raised: JournalEntry = {
  ...common,
  kind: 'raised',
  vnfc: 'web',
  node: 'node3',
  reason: 'failed',
  severity: 'MAJOR',
};
const journal = addEntry(emptyJournal, raised, 0);
const incident: Incident = journal.get('one')!.incident!;

test('the node is restarted where the description says so, and nothing is lost by it', (t) => {
  t.is(escalationOf(incident, journal, status(), vnf, 0), 'restart');
  t.is(escalationOf(incident, journal, status(), policy().vnf, 0), undefined);
  const both = [running('sip-db', 'node3'), running('sip-db', 'node2')];
  t.is(escalationOf(incident, journal, status(both), withOther, 0), 'restart');
});

test('it is not beside a node that is not well', (t) => {
  for (const change of [
    { online: false },
    { unclean: true },
    { standby: true },
    { pending: true },
    { maintenance: true },
  ]) {
    const nodes = [node('node1', change), node('node2'), node('node3')];
    t.deepEqual(escalationOf(incident, journal, status([], nodes), vnf, 0), { not: "node1 isn't well either" });
  }
  const nodes = [node('node1'), node('node2'), node('node3', { standby: true })];
  t.is(escalationOf(incident, journal, status([], nodes), vnf, 0), 'restart', 'its own state is not the question');
});

test('it is not where another VNFC is well nowhere else', (t) => {
  const not = { not: 'sip-db is well nowhere else' };
  const alone = [running('sip-db', 'node3')];
  t.deepEqual(escalationOf(incident, journal, status(alone), withOther, 0), not);
  for (const change of [{ failed: true }, { active: false }, { role: 'Starting' as const }]) {
    const resources = [...alone, running('sip-db', 'node2', change)];
    t.deepEqual(escalationOf(incident, journal, status(resources), withOther, 0), not);
  }
});

test("it is not where something runs that isn't this VNF's, fence devices aside", (t) => {
  const foreign = running('mail', 'node3', { agent: 'systemd:postfix' });
  t.deepEqual(escalationOf(incident, journal, status([foreign]), vnf, 0), {
    not: "mail runs there, which isn't this VNF's",
  });
  const device = running('power', 'node3', { agent: 'stonith:fence_ipmilan' });
  t.is(escalationOf(incident, journal, status([device]), vnf, 0), 'restart');
});

test('once within the probation time, whichever VNFC it was for', (t) => {
  const other = { ...common, incident: 'two' };
  const restarted = [
    { ...raised, ...other, vnfc: 'db' },
    { ...other, at: 1000, kind: 'node-restart-requested', owner: '1.1' },
    { ...other, at: 2000, kind: 'node-restarted' },
  ] as const;
  const later = restarted.reduce((all, entry) => addEntry(all, entry, 0), journal);
  t.deepEqual(escalationOf(incident, later, status(), vnf, 31_000), { not: 'it was restarted 30 s ago' });
  t.is(escalationOf(incident, later, status(), vnf, 601_000), 'restart');
  const elsewhere = { ...incident, node: 'node2' };
  t.is(escalationOf(elsewhere, later, status(), vnf, 31_000), 'restart');
  const underway = restarted.slice(0, 2).reduce((all, entry) => addEntry(all, entry, 0), journal);
  t.is(escalationOf(elsewhere, underway, status(), vnf, 31_000), 'wait');
});
