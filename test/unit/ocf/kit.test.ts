import test from 'ava';
import { readAlert } from '../../../src/ocf/alert-environment.ts';
import { defineAgent } from '../../../src/ocf/agent.ts';
import { ocfLog } from '../../../src/ocf/log.ts';
import { metadata } from '../../../src/ocf/metadata.ts';
import { parseNodeIds } from '../../../src/ocf/node-ids.ts';
import { text } from '../../../src/ocf/parameter.ts';
import { roleOf } from '../../../src/ocf/role.ts';
import { inconsistency, type Service } from '../../../src/ocf/vnfc/service.ts';

test('metadata: each parameter and action once, text escaped', (t) => {
  const run = async () => 0 as const;
  const agent = defineAgent({
    name: 'a',
    shortdesc: 'less < & "more"',
    longdesc: 'long',
    parameters: { p: text({ default: '<">', shortdesc: 's', longdesc: 'l' }) },
    actions: {
      start: { timeout: 7, run },
      monitor: { timeout: 3, recurring: [{ interval: 2, role: 'Promoted' }], run },
    },
  });
  const xml = metadata(agent);
  t.true(xml.includes('<shortdesc lang="en">less &lt; &amp; &quot;more&quot;</shortdesc>'));
  t.true(xml.includes('<parameter name="p" required="0" unique="0">'));
  t.true(xml.includes('<content type="string" default="&lt;&quot;&gt;" />'));
  t.deepEqual(xml.match(/<action .*/g), [
    '<action name="start" timeout="7s" />',
    '<action name="monitor" timeout="3s" interval="2s" depth="0" role="Promoted" />',
    '<action name="meta-data" timeout="5s" />',
  ]);
});

test('the log is one line a message, in the form of ocf_log, debug on demand', (t) => {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const quiet = ocfLog('vnfc', 'web', { HA_debug: '0' }, write);
  quiet.debug('hidden');
  quiet.warn('two\nlines');
  ocfLog('vnfc', 'web', { HA_debug: '1' }, write).debug('shown');
  t.is(lines.length, 2);
  t.regex(lines[0]!, /^vnfc\(web\)\[\d+\]: \w{3} \d\d \d\d:\d\d:\d\d WARNING: two lines\n$/);
  t.regex(lines[1]!, /DEBUG: shown\n$/);
});

const roles = {
  'active\n': 'promoted',
  'Primary 10.0.0.1': 'promoted',
  'master\n3129659\n': 'promoted',
  '"leader"': 'promoted',
  'slave\n127.0.0.1\n': 'unpromoted',
  ' STANDBY ': 'unpromoted',
  follower: 'unpromoted',
  '': undefined,
  inactive: undefined,
  'error: not active': undefined,
} as const;
for (const [output, role] of Object.entries(roles)) {
  test(`a role query that prints ${JSON.stringify(output)}: ${role}`, (t) => t.is(roleOf(output), role));
}

test("corosync's node list: by name, or by address where there is none", (t) => {
  const output = [
    'nodelist.node.0.name (str) = n1',
    'nodelist.node.0.nodeid (u32) = 11',
    'nodelist.node.0.ring0_addr (str) = 192.0.2.1',
    'nodelist.node.10.nodeid (u32) = 12',
    'nodelist.node.10.ring0_addr (str) = 192.0.2.2',
    '',
  ].join('\n');
  t.deepEqual([...parseNodeIds(output)], [['n1', 11], ['192.0.2.2', 12]]); // prettier-ignore
  t.is(parseNodeIds('').size, 0);
});

test('alerts of every kind, and what is none', (t) => {
  const base = { CRM_alert_node: 'n1', CRM_alert_desc: 'd' };
  const resource = { ...base, CRM_alert_kind: 'resource', CRM_alert_rsc: 'r', CRM_alert_task: 'start' };
  const when = { CRM_alert_timestamp_epoch: '1700000000', CRM_alert_timestamp_usec: '123456' };
  t.deepEqual(
    readAlert({ ...resource, ...when, CRM_alert_interval: '0', CRM_alert_rc: '1', CRM_alert_target_rc: '0' }),
    {
      kind: 'resource',
      node: 'n1',
      happened: 1_700_000_000_123.456,
      resource: 'r',
      task: 'start',
      intervalMs: 0,
      rc: 1,
      targetRc: 0,
      description: 'd',
    },
  );
  t.deepEqual(readAlert({ ...base, CRM_alert_kind: 'node' }), { kind: 'node', node: 'n1', description: 'd' });
  t.deepEqual(readAlert({ ...base, CRM_alert_kind: 'fencing', CRM_alert_task: 'reboot', CRM_alert_rc: '0' }), {
    kind: 'fencing',
    node: 'n1',
    task: 'reboot',
    rc: 0,
    description: 'd',
  });
  const attribute = { CRM_alert_attribute_name: 'a', CRM_alert_attribute_value: '5' };
  t.deepEqual(readAlert({ ...base, ...attribute, CRM_alert_kind: 'attribute' }), {
    kind: 'attribute',
    node: 'n1',
    name: 'a',
    value: '5',
  });
  t.is(readAlert({}), undefined);
  t.is(readAlert({ ...base, CRM_alert_kind: 'news' }), undefined);
  t.is(readAlert({ ...resource, CRM_alert_rsc: '' }), undefined);
});

const nothing: Service = {
  name: 'x',
  address: undefined,
  address_prefix: undefined,
  address_nic: undefined,
  address_peers: undefined,
  address_arp_count: 5,
  address_arp_interval: 200,
  standing: undefined,
  standing_lag: 0,
  standing_unsure: 'wait',
  sync: undefined,
  run: undefined,
  start: undefined,
  stop: undefined,
  user: undefined,
  check_tcp: undefined,
  check_http: undefined,
  check_command: undefined,
  promote: undefined,
  demote: undefined,
  role_query: undefined,
  heartbeat_http: undefined,
  heartbeat_tcp: undefined,
  heartbeat_send: undefined,
  heartbeat_expect: undefined,
};
const sound: Record<string, Partial<Service>> = {
  'a program': { run: ['a'] },
  'a program and its stop command': { run: ['a'], stop: ['b'] },
  'commands and a check': { start: ['a'], stop: ['b'], check_tcp: 1 },
  'a role': { run: ['a'], promote: ['b'], demote: ['c'] },
  'a heartbeat by HTTP': { run: ['a'], heartbeat_http: 'http://h' },
  'a heartbeat by TCP': { run: ['a'], heartbeat_tcp: 1, heartbeat_send: 'a', heartbeat_expect: 'b' },
};
for (const [title, service] of Object.entries(sound)) {
  test(`goes together: ${title}`, (t) => t.is(inconsistency({ ...nothing, ...service }), undefined));
}
test('a role query alone has no use', (t) => {
  t.regex(inconsistency({ ...nothing, run: ['a'], role_query: ['b'] })!, /promote is missing: role_query needs it/);
});
test('a heartbeat is one, and what it says is said by TCP', (t) => {
  const heartbeat = (given: Partial<Service>) => inconsistency({ ...nothing, run: ['a'], ...given });
  t.regex(heartbeat({ heartbeat_http: 'http://h', heartbeat_tcp: 1 })!, /heartbeat_http and heartbeat_tcp exclude/);
  t.regex(heartbeat({ heartbeat_send: 'x' })!, /heartbeat_tcp is missing: heartbeat_send needs it/);
  t.regex(heartbeat({ heartbeat_http: 'http://h', heartbeat_expect: 'x' })!, /heartbeat_expect needs it/);
});
