import { readFile } from 'node:fs/promises';
import test from 'ava';
import { parseStatus } from '../../../src/pacemaker/status.ts';

/** Answers of crm_mon 2.1.5 from a real cluster of three: a promotable Stateful, an IPaddr2 and a slow cloned Delay. */
const fixture = async (name: string) =>
  parseStatus(await readFile(new URL(`../../fixtures/crm-mon/${name}.xml`, import.meta.url), 'utf8'));

test('a settled cluster: quorum, DC, nodes, roles', async (t) => {
  const status = await fixture('settled');
  t.true(status.quorate);
  t.is(status.dc, 'node1');
  t.false(status.maintenance);
  t.deepEqual(
    status.nodes.map(({ name, id, online, unclean }) => [name, id, online, unclean]),
    [
      ['node1', 1, true, false],
      ['node2', 2, true, false],
      ['node3', 3, true, false],
    ],
  );
  t.deepEqual(
    status.resources.map(({ id, role, nodes }) => [id, role, ...nodes]),
    [
      ['fence-all', 'Started', 'node1'],
      ['vip', 'Started', 'node3'],
      ['state', 'Promoted', 'node3'],
      ['state', 'Unpromoted', 'node2'],
      ['state', 'Unpromoted', 'node1'],
    ],
  );
  t.deepEqual(status.failures, []);
});

test('an operation under way is the role', async (t) => {
  const roles = (status: Awaited<ReturnType<typeof fixture>>) =>
    status.resources.filter(({ id }) => id === 'slow').map(({ role, active, nodes }) => [role, active, ...nodes]);
  t.deepEqual(roles(await fixture('starting')), [
    ['Starting', true, 'node3'],
    ['Starting', true, 'node2'],
    ['Starting', true, 'node1'],
  ]);
  // A healthy instance that is being stopped is on no node any more.
  t.deepEqual(roles(await fixture('stopping')), [
    ['Started', true, 'node3'],
    ['Started', true, 'node2'],
    ['Stopping', false],
  ]);
});

test('a failed instance keeps its node while it is stopped for recovery', async (t) => {
  const status = await fixture('recovering');
  t.deepEqual(
    status.resources.filter(({ failed }) => failed).map(({ id, role, nodes }) => [id, role, ...nodes]),
    [['slow', 'Stopping', 'node2']],
  );
});

test('failure counts and thresholds by node', async (t) => {
  const { failures } = await fixture('failed');
  t.deepEqual(failures, [
    { resource: 'state', node: 'node3', failCount: 1, migrationThreshold: 1, lastFailure: 'Mon Nov 23 00:44:43 2026' },
    {
      resource: 'slow',
      node: 'node2',
      failCount: 2,
      migrationThreshold: 1_000_000,
      lastFailure: 'Mon Nov 23 00:44:30 2026',
    },
  ]);
});

test('a lost node that is not fenced yet is unclean; a partition without quorum says so', async (t) => {
  const { nodes } = await fixture('unclean');
  t.deepEqual(
    nodes.filter(({ unclean }) => unclean).map(({ name, online }) => [name, online]),
    [['node3', false]],
  );
  t.false((await fixture('no-quorum')).quorate);
});

test('groups, bundles, numbered instances, remote nodes and what later versions add are read', async (t) => {
  const status = await parseStatus(`<?xml version="1.0"?>
    <pacemaker-result api-version="2.99"><summary><current_dc present="false"/><novelty/></summary>
    <nodes><node name="far" id="far" online="true" standby="false" standby_onfail="true" type="remote" novel="1"/></nodes>
    <resources>
      <group id="g"><resource id="a:0" resource_agent="ocf:x:y" role="Master" active="true" pending="Monitoring"/></group>
      <bundle id="b"><replica id="0"><resource id="c" resource_agent="ocf:x:y" role="Stopped"/></replica></bundle>
    </resources>
    <node_history><node name="far"><resource_history id="a:0" fail-count="INFINITY"/></node></node_history>
    </pacemaker-result>`);
  t.is(status.dc, undefined);
  t.is(status.nodes[0]?.id, 0);
  t.true(status.nodes[0]?.standby);
  t.deepEqual(
    status.resources.map(({ id, role, pending }) => [id, role, pending]),
    [
      ['a', 'Promoted', 'Monitoring'],
      ['c', 'Stopped', undefined],
    ],
  );
  t.is(status.failures[0]?.failCount, 1_000_000);
});

for (const [what, xml, kind, message] of [
  ['cut off', '<pacemaker-result>\n<summary>', 'input', /crm_mon:2: not well-formed XML/],
  ['not XML', 'Connection refused', 'input', /crm_mon/],
  ['something else', '<html/>', 'input', /<html> with <summary>/],
  ['still starting', '<pacemaker-result><pacemakerd state="init"/></pacemaker-result>', 'pacemaker', /state: init/],
  [
    'an unknown role',
    '<r><summary/><nodes/><resources><resource id="a" resource_agent="b" role="Odd"/></resources></r>',
    'input',
    /'Odd'/,
  ],
] as const) {
  test(`an answer that is ${what} is refused`, async (t) => {
    const error = await t.throwsAsync(parseStatus(xml), { message });
    t.like(error, { kind });
  });
}
