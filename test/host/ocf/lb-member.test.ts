import { createInterface } from 'node:readline';
import test, { type ExecutionContext } from 'ava';
import { lonelyNode, type LonelyNode, until } from '../corosync/lonely-node.ts';
import { agentDir, call, type CallOptions, ocfTester } from './agent-calls.ts';

// 'absent' is in corosync's node list and not in its ring
const place = { backend: 'ims-web', lb_nodes: 'lonely absent', server: 'work1' };
const member = (node: LonelyNode, action: string, options?: CallOptions) =>
  call(node, 'lb-member', action, place, options);

interface Heard {
  readonly type: string;
  readonly [key: string]: unknown;
}

async function withPeer(t: ExecutionContext, mode: string): Promise<{ node: LonelyNode; heard: Heard[] }> {
  const node = await lonelyNode();
  t.teardown(node.end);
  await node.startCorosync();
  const heard = startPeer(node, mode);
  await until('the peer is up', () => heard.some(({ type }) => type === 'up'));
  return { node, heard };
}

function startPeer(node: LonelyNode, mode: string): Heard[] {
  const heard: Heard[] = [];
  const peer = node.start(process.execPath, ['--import', 'tsx', 'test/host/ocf/peer.ts', 'lonely', mode]);
  createInterface(peer.stdout!).on('line', (line) => heard.push(JSON.parse(line) as Heard));
  return heard;
}

test('ocf-tester passes', async (t) => {
  const { node } = await withPeer(t, 'ack');
  t.is(ocfTester(node, 'lb-member', place), '');
});

test('start re-admits, stop excludes, both acknowledged; a load balancer outside the ring is not waited for', async (t) => {
  const { node, heard } = await withPeer(t, 'ack');
  const began = Date.now();
  t.is(member(node, 'monitor').code, 7);
  const start = member(node, 'start');
  t.is(start.code, 0);
  t.is(start.stderr, '');
  t.is(member(node, 'monitor').code, 0);
  const stop = member(node, 'stop', { timeoutMs: 20_000 });
  t.is(stop.code, 0, stop.stderr);
  t.true(stop.ms < 3000, `${stop.ms} ms`);
  t.is(member(node, 'monitor').code, 7);
  await until('both are heard', () => heard.some(({ type }) => type === 'exclude'));
  const requests = heard.filter(({ type }) => type === 'readmit' || type === 'exclude');
  t.deepEqual(
    requests.map(({ type, backend, server }) => ({ type, backend, server })),
    [
      { type: 'readmit', backend: 'ims-web', server: 'work1' },
      { type: 'exclude', backend: 'ims-web', server: 'work1' },
    ],
  );
  const until1 = Number(requests[1]!.until);
  t.true(until1 > began && until1 <= Date.now() + 20_000);
});

test('the server is this node unless it is named', async (t) => {
  const { node, heard } = await withPeer(t, 'ack');
  call(node, 'lb-member', 'start', { backend: 'b', lb_nodes: 'lonely', CRM_meta_on_node: 'work9' });
  await until('it is heard', () => heard.some(({ type }) => type === 'readmit'));
  t.is(heard.find(({ type }) => type === 'readmit')!.server, 'work9');
});

test('without an acknowledgement a stop fails in time, a start succeeds with a warning', async (t) => {
  const { node } = await withPeer(t, 'mute');
  const start = member(node, 'start', { timeoutMs: 10_000 });
  t.is(start.code, 0);
  t.regex(start.stderr, /WARNING: not re-admitted everywhere yet: no acknowledgement from lonely/);
  const stop = member(node, 'stop', { timeoutMs: 10_000 });
  t.is(stop.code, 1);
  t.is(stop.reason, 'not excluded everywhere: no acknowledgement from lonely');
  t.true(stop.ms < 10_000, `${stop.ms} ms`);
  t.is(member(node, 'monitor').code, 0, 'what was not excluded is still a member');
});

test('a bridge that refuses is an answer: the stop fails at once', async (t) => {
  const { node } = await withPeer(t, 'refuse');
  const stop = member(node, 'stop');
  t.is(stop.code, 1);
  t.is(stop.reason, 'not excluded everywhere: lonely: HAProxy refused');
  t.true(stop.ms < 3000, `${stop.ms} ms`);
});

test('a load balancer that corosync does not know is no absent one: the stop tells the others, and fails', async (t) => {
  const { node, heard } = await withPeer(t, 'ack');
  const agent = (action: string) =>
    call(node, 'lb-member', action, { ...place, lb_nodes: 'lonely absent lonly absnt' });
  const reason = 'corosync knows no node called lonly, absnt (parameter lb_nodes)';
  const start = agent('start');
  t.is(start.code, 0, 'the known ones have it in rotation');
  t.true(start.stderr.includes(`WARNING: not re-admitted everywhere yet: ${reason}`), start.stderr);
  const stop = agent('stop');
  t.is(stop.code, 1);
  t.is(stop.reason, `not excluded everywhere: ${reason}`);
  t.true(stop.ms < 5000, `${stop.ms} ms`);
  await until('the known ones are told', () => heard.some(({ type }) => type === 'exclude'));
  t.is(agent('monitor').code, 0, 'what was not excluded is still a member');
  const validated = agent('validate-all');
  t.is(validated.code, 6);
  t.is(validated.reason, reason);
  t.is(member(node, 'validate-all').code, 0);
  await node.signalCorosync('KILL');
  t.is(agent('validate-all').code, 0, 'without corosync there is nobody to ask');
});

test('an acknowledgement counts only from the node that it names', async (t) => {
  const { node } = await withPeer(t, 'lie');
  const stop = member(node, 'stop');
  t.is(stop.code, 0, stop.reason);
  t.regex(stop.stderr, /WARNING: node 7 acknowledged as absent: passed over/);
});

test('a bridge that comes while the agent waits is asked, too', async (t) => {
  const node = await lonelyNode();
  t.teardown(node.end);
  await node.startCorosync();
  const patient = { ...place, CRM_meta_timeout: '30000' }; // the peer must be up before it ends
  const parameters = Object.entries(patient).map(([name, value]) => `OCF_RESKEY_${name}=${value}`);
  const agent = node.start('env', [...parameters, `${agentDir}/lb-member`, 'stop'], { stdio: 'inherit' });
  let code: number | null | undefined;
  agent.once('exit', (status) => (code = status));
  await until('the agent waits', () => node.run('corosync-cpgtool').stdout.includes('vnfha'));
  startPeer(node, 'ack');
  await until('the agent ended', () => code !== undefined);
  t.is(code, 0);
});

test('corosync dead or frozen: a stop fails with the reason, in time', async (t) => {
  const { node } = await withPeer(t, 'ack');
  await node.signalCorosync('STOP');
  const frozen = member(node, 'stop', { timeoutMs: 10_000 });
  t.is(frozen.code, 1);
  t.regex(frozen.reason ?? '', /not excluded everywhere: .*corosync/);
  t.true(frozen.ms < 10_000, `${frozen.ms} ms: before Pacemaker would kill it`);
  await node.signalCorosync('KILL');
  const dead = member(node, 'stop');
  t.is(dead.code, 1);
  t.regex(dead.reason ?? '', /not excluded everywhere: .*corosync/);
  t.true(dead.ms < 3000, `${dead.ms} ms`);
  t.is(member(node, 'start').code, 0);
});

test('missing parameters', async (t) => {
  const node = await lonelyNode();
  t.teardown(node.end);
  const answer = call(node, 'lb-member', 'start', {});
  t.is(answer.code, 6);
  t.is(answer.reason, 'the parameter backend is missing; the parameter lb_nodes is missing');
});

test('the alert agent passes an alert on; without corosync it says so and is quick', async (t) => {
  const { node, heard } = await withPeer(t, 'mute');
  const alert = {
    CRM_alert_kind: 'resource',
    CRM_alert_node: 'work1',
    CRM_alert_rsc: 'ims-web',
    CRM_alert_task: 'monitor',
    CRM_alert_interval: '2000',
    CRM_alert_rc: '7',
    CRM_alert_target_rc: '0',
    CRM_alert_desc: 'not running',
    CRM_alert_timestamp_epoch: '1700000000',
    CRM_alert_timestamp_usec: '123456',
  };
  const environment = Object.entries(alert).map(([name, value]) => `${name}=${value}`);
  const pass = () => node.run('env', ...environment, `${agentDir}/alert`);
  t.deepEqual(pass(), { code: 0, stdout: '', stderr: '' });
  await until('the peer heard it', () => heard.some(({ type }) => type === 'alert'));
  t.deepEqual(heard.find(({ type }) => type === 'alert')!.alert, {
    kind: 'resource',
    node: 'work1',
    happened: 1_700_000_000_123.456,
    resource: 'ims-web',
    task: 'monitor',
    intervalMs: 2000,
    rc: 7,
    targetRc: 0,
    description: 'not running',
  });
  await node.signalCorosync('KILL');
  const begun = performance.now();
  const alone = pass();
  t.is(alone.code, 0);
  t.regex(alone.stderr, /alert-not-passed-on.*corosync is not running/);
  t.true(performance.now() - begun < 4500);
});
