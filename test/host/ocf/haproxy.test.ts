import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { lonelyNode, type LonelyNode, until } from '../corosync/lonely-node.ts';
import { call, type CallOptions, ocfTester } from './agent-calls.ts';

const settings = { config: '/run/haproxy.cfg', bridge_socket: '/run/bridge.sock', master_socket: '/run/master.sock' };
const recurring = { intervalMs: 2000 };
const haproxy = (node: LonelyNode, action: string, options?: CallOptions) =>
  call(node, 'haproxy', action, settings, options);
/** Not those of the dead whose parent has not taken notice yet. */
const pids = (node: LonelyNode) => node.run('pgrep', '--runstates', 'D,R,S,T', '-x', 'haproxy').stdout.trim();
const master = (node: LonelyNode) => node.run('pgrep', '-xo', 'haproxy').stdout.trim();

async function withBridge(t: ExecutionContext, ...error: string[]): Promise<LonelyNode> {
  const node = await lonelyNode();
  t.teardown(node.end);
  await startBridge(node, ...error);
  return node;
}

async function startBridge(node: LonelyNode, ...error: string[]): Promise<ChildProcess> {
  const program = ['--import', 'tsx', 'test/host/ocf/fake-bridge.ts', settings.bridge_socket, settings.config];
  const bridge = node.start(process.execPath, [...program, ...error]);
  await once(bridge.stdout!, 'data');
  return bridge;
}

test('ocf-tester passes', async (t) => {
  const node = await withBridge(t);
  t.is(ocfTester(node, 'haproxy', settings), '');
  t.is(pids(node), '');
});

test('it runs with the file that the bridge wrote; killed it is not running, hung it has failed', async (t) => {
  const node = await withBridge(t);
  t.is(haproxy(node, 'monitor').code, 7);
  t.is(haproxy(node, 'start').code, 0);
  t.is(haproxy(node, 'monitor', recurring).code, 0);
  t.regex(node.run('curl', '-si', 'http://127.0.0.1:7004/').stdout, /200 OK/);

  node.run('pkill', '-STOP', '-x', 'haproxy');
  const hung = haproxy(node, 'monitor', recurring);
  t.is(hung.code, 1);
  t.regex(hung.reason ?? '', /HAProxy gave no answer at .* within 2000 ms/);
  t.true(hung.ms < 4000, `${hung.ms} ms`);
  t.is(haproxy(node, 'stop').code, 0);
  t.is(pids(node), '');

  t.is(haproxy(node, 'start').code, 0);
  node.run('kill', '-KILL', master(node));
  await until('it is gone', () => pids(node) === '');
  t.is(haproxy(node, 'monitor', recurring).code, 7);
  t.is(haproxy(node, 'start').code, 0);
  t.is(haproxy(node, 'stop').code, 0);
});

test('a start fails with the reason: no bridge, a bridge that knows nothing, a file that HAProxy refuses', async (t) => {
  const node = await lonelyNode();
  t.teardown(node.end);
  const alone = haproxy(node, 'start');
  t.is(alone.code, 1);
  t.regex(alone.reason ?? '', /the bridge on this node is not running \(start vnfha-bridge\)/);

  await startBridge(node, 'the cluster is not known yet');
  const ignorant = haproxy(node, 'start');
  t.is(ignorant.code, 1);
  t.is(ignorant.reason, "the bridge cannot write HAProxy's file: the cluster is not known yet");

  node.run('rm', settings.bridge_socket);
  await startBridge(node);
  const refused = call(node, 'haproxy', 'start', { ...settings, config: '/proc/version' });
  t.is(refused.code, 1);
  t.regex(refused.reason ?? '', /HAProxy refuses its configuration/);

  const missing = call(node, 'haproxy', 'start', { ...settings, binary: 'no-haproxy' });
  t.is(missing.code, 5);
  t.is(pids(node), '');
});

test('sessions that do not end do not hold up a stop', async (t) => {
  const node = await withBridge(t);
  t.is(haproxy(node, 'start').code, 0);
  const halfRequest = "exec 3<>/dev/tcp/127.0.0.1/7004; printf 'GET / HTTP/1.1\\r\\n' >&3; echo sent; sleep 1000";
  const client = node.start('bash', ['-c', halfRequest]);
  await once(client.stdout!, 'data');
  const stop = haproxy(node, 'stop', { timeoutMs: 9000 });
  t.is(stop.code, 0, stop.stderr);
  t.true(stop.ms > 2000 && stop.ms < 9000, `${stop.ms} ms: the session got its 2 s, and no more`);
  t.is(pids(node), '');
});
