import test, { type ExecutionContext } from 'ava';
import { lonelyNode, type LonelyNode, until } from '../corosync/lonely-node.ts';
import { agentDir, type Answer, call, type CallOptions, ocfTester } from './agent-calls.ts';

type Settings = Readonly<Record<string, string>>;

async function aNode(t: ExecutionContext): Promise<LonelyNode> {
  const node = await lonelyNode();
  t.teardown(node.end);
  return node;
}

const caller =
  (node: LonelyNode, parameters: Settings) =>
  (action: string, options?: CallOptions): Answer =>
    call(node, 'vnfc', action, { name: 'web', ...parameters }, options);

const recurring = { intervalMs: 10_000 };
interface Note {
  readonly leader: { readonly pid: number };
  readonly active?: boolean;
}
const noteOf = (node: LonelyNode): Note => JSON.parse(node.run('cat', '/run/vnfha/agents/test.json').stdout) as Note;
const leaderOf = (node: LonelyNode): number => noteOf(node).leader.pid;
const redis: Settings = {
  run: 'redis-server --port 7001 --bind 127.0.0.1 --save ""',
  user: 'redis',
  check_command: 'timeout 1 redis-cli -p 7001 ping',
  promote: 'redis-cli -p 7001 replicaof no one',
  demote: 'redis-cli -p 7001 replicaof 127.0.0.1 7002',
  role_query: 'redis-cli -p 7001 role',
};
/** The pids that pgrep finds; not those of the dead whose parent has not taken notice yet. */
const runs = (node: LonelyNode, ...pattern: string[]): string =>
  node.run('pgrep', '--runstates', 'D,R,S,T', ...pattern).stdout;
const nginxConf = '/run/nginx.conf';
const nginx: Settings = {
  start: `nginx -c ${nginxConf}`,
  stop: `nginx -c ${nginxConf} -s stop`,
  check_http: 'http://127.0.0.1:7003/',
};
function configureNginx(node: LonelyNode): void {
  const conf = 'events {} http { access_log off; server { listen 127.0.0.1:7003; return 204; } }';
  node.run('sh', '-c', `echo '${conf}' >${nginxConf}; mkdir -p /var/log/nginx`);
}

test('ocf-tester passes: a plain process, a promotable redis, a self-managing nginx', async (t) => {
  const node = await aNode(t);
  t.is(ocfTester(node, 'vnfc', { name: 'web', run: '["sleep", "1000"]' }), '');
  t.is(ocfTester(node, 'vnfc', { name: 'web', ...redis, check_tcp: '7001' }), '');
  t.is(runs(node, '-f', '^sleep 1000|redis'), '', 'nothing is left');
  configureNginx(node);
  t.is(ocfTester(node, 'vnfc', { name: 'web', ...nginx }), '');
  await until('nginx has ended', () => runs(node, 'nginx') === ''); // it closes its port first
});

const wrong: Record<string, { parameters: Settings; code: number; reason: RegExp }> = {
  'no name': { parameters: { name: '', run: 'sleep 9' }, code: 6, reason: /parameter name is missing/ },
  'nothing to run': { parameters: {}, code: 6, reason: /run and start is missing/ },
  both: { parameters: { run: 'a', start: 'b', stop: 'c' }, code: 6, reason: /exclude each other/ },
  'start without stop': { parameters: { start: 'a' }, code: 6, reason: /stop is missing/ },
  'start without a check': { parameters: { start: 'a', stop: 'b' }, code: 6, reason: /needs a check/ },
  'no port': { parameters: { run: 'a', check_tcp: '70000' }, code: 6, reason: /check_tcp must be a port/ },
  'no URL': { parameters: { run: 'a', check_http: 'ftp://x' }, code: 6, reason: /check_http must be a http/ },
  'no JSON': { parameters: { run: '["a"' }, code: 6, reason: /run must be a JSON array/ },
  'open quote': { parameters: { run: 'a "b' }, code: 6, reason: /run has a double quote that is never closed/ },
  'promote alone': { parameters: { run: 'a', promote: 'b' }, code: 6, reason: /demote is missing/ },
  'several at once': { parameters: { name: '', check_tcp: 'x' }, code: 6, reason: /name is missing; .*check_tcp must/ },
  'no such program': { parameters: { run: '/no/such' }, code: 5, reason: /'\/no\/such' is not installed/ },
  'no such user': { parameters: { run: 'sleep 9', user: 'nosuch' }, code: 5, reason: /user 'nosuch' does not exist/ },
};

test('wrong parameters get the right code and a reason', async (t) => {
  const node = await aNode(t);
  for (const [title, { parameters, code, reason }] of Object.entries(wrong)) {
    const agent = caller(node, parameters);
    for (const action of code === 6 ? ['validate-all', 'start', 'monitor'] : ['validate-all', 'start']) {
      const answer = agent(action);
      t.is(answer.code, code, `${title}: ${action}: ${answer.stderr}`);
      t.regex(answer.reason ?? '', reason, title);
    }
  }
  const agent = caller(node, { run: 'sleep 9' });
  t.is(agent('reload').code, 3);
  t.is(agent('promote').code, 3, 'not promotable');
  t.is(agent('usage').code, 0);
});

test('a killed instance is not running; one whose children remain has failed, and is stopped as a whole', async (t) => {
  const node = await aNode(t);
  const agent = caller(node, { run: ['sh', '-c', 'sleep 4711 & exec sleep 4712'].reduce(toJson, '') });
  t.is(agent('start').code, 0);
  t.is(agent('monitor', recurring).code, 0);
  node.run('kill', '-KILL', String(leaderOf(node)));
  const orphaned = agent('monitor', recurring);
  t.is(orphaned.code, 1);
  t.regex(orphaned.reason ?? '', /main process is gone/);
  t.is(agent('stop').code, 0);
  t.is(runs(node, '-f', '^sleep 471'), '');

  t.is(agent('start').code, 0);
  node.run('pkill', '-KILL', '-f', '^sleep 471');
  t.is(agent('monitor', recurring).code, 7);
  t.is(agent('stop').code, 0);
});

/** For building a JSON array from words, as an operator's generator would. */
function toJson(array: string, word: string): string {
  return JSON.stringify([...(array === '' ? [] : (JSON.parse(array) as string[])), word]);
}

test('a reused pid is not believed, and not killed', async (t) => {
  const node = await aNode(t);
  const agent = caller(node, { run: 'sleep 4713' });
  t.is(agent('start').code, 0);
  node.run('kill', '-KILL', String(leaderOf(node)));
  const bystander = node.start('setsid', ['sleep', '4714']);
  t.teardown(() => bystander.kill());
  await until('the bystander runs', () => node.run('pgrep', '-f', '^sleep 4714').code === 0);
  const pid = node.run('pgrep', '-f', '^sleep 4714').stdout.trim();
  node.run('sed', '-i', `s/"pid":[0-9]*/"pid":${pid}/`, '/run/vnfha/agents/test.json');
  t.is(leaderOf(node), Number(pid));
  t.is(agent('monitor', recurring).code, 7);
  t.is(agent('stop').code, 0);
  t.is(node.run('kill', '-0', pid).code, 0, 'the bystander lives');
});

test('a hung instance fails its check: 1 as standby, 9 as active; and it can be stopped', async (t) => {
  const node = await aNode(t);
  const agent = caller(node, { ...redis, role_query: '' });
  t.is(agent('start').code, 0);
  const signal = (name: string) => node.run('kill', `-${name}`, String(leaderOf(node)));
  signal('STOP');
  const standby = agent('monitor', recurring);
  t.is(standby.code, 1);
  t.regex(standby.reason ?? '', /redis-cli -p 7001 ping/);
  signal('CONT');
  t.is(agent('promote').code, 0);
  t.is(agent('monitor', recurring).code, 8);
  signal('STOP');
  t.is(agent('monitor', recurring).code, 9);
  t.is(agent('stop').code, 0);
  t.is(runs(node, 'redis'), '');
});

test('a check that hangs ends with the operation, and says so', async (t) => {
  const node = await aNode(t);
  const agent = caller(node, { run: 'sleep 4715', check_command: 'sh -c "test -e /run/hang && sleep 4716 || true"' });
  t.is(agent('start').code, 0);
  node.run('touch', '/run/hang');
  const answer = agent('monitor', { ...recurring, timeoutMs: 10_000 });
  t.is(answer.code, 1);
  t.regex(answer.reason ?? '', /gave no answer within/);
  t.true(answer.ms < 10_000, `${answer.ms} ms`);
  t.is(runs(node, '-f', '^sleep 4716'), '', 'the check went with it');
});

test('redis is asked for its role: it starts as standby, is promoted and demoted', async (t) => {
  const node = await aNode(t);
  const agent = caller(node, redis);
  const role = () => node.run('redis-cli', '-p', '7001', 'role').stdout.split('\n')[0];
  t.is(agent('start').code, 0);
  t.is(role(), 'slave', 'redis starts as a master: the agent demotes it');
  t.is(agent('monitor', recurring).code, 0);
  t.is(agent('promote').code, 0);
  t.is(agent('monitor', recurring).code, 8);
  node.run('redis-cli', '-p', '7001', 'replicaof', '127.0.0.1', '7002');
  t.is(agent('monitor', recurring).code, 0, 'the truth, not what it was told');
  t.is(agent('promote').code, 0);
  t.is(agent('demote').code, 0);
  t.is(role(), 'slave');
  t.is(node.run('ps', '-o', 'user=', '-p', String(leaderOf(node))).stdout.trim(), 'redis');
  t.is(agent('stop').code, 0);
  t.is(agent('demote').code, 7);
});

test('an active instance that died is demoted at once, and then known to be not running', async (t) => {
  const node = await aNode(t);
  const agent = caller(node, redis);
  t.is(agent('start').code, 0);
  t.is(agent('promote').code, 0);
  node.run('kill', '-KILL', String(leaderOf(node)));
  await until('it is gone', () => node.run('pgrep', 'redis').code !== 0);
  t.is(agent('monitor', recurring).code, 7);
  t.is(agent('demote').code, 0);
  t.is(agent('promote').code, 7);
  t.is(agent('monitor', recurring).code, 7);
});

test('every monitor notes what it found: that by an election of its own it is active now, and no longer', async (t) => {
  const node = await aNode(t);
  const agent = caller(node, { run: 'sleep 4718', address: '10.9.9.9', address_prefix: '32' });
  t.is(agent('start').code, 0);
  for (const [change, active] of [
    ['show', false],
    ['add', true],
    ['del', false],
  ] as const) {
    node.run('ip', 'address', change, ...(change === 'show' ? [] : ['10.9.9.9/32']), 'dev', 'lo');
    t.is(agent('monitor', recurring).code, 0);
    t.is(noteOf(node).active, active);
  }
});

test('a program that ignores SIGTERM is stopped within the timeout', async (t) => {
  const node = await aNode(t);
  const stubborn = JSON.stringify(['sh', '-c', "trap '' TERM; while :; do sleep 0.2; done"]);
  const agent = caller(node, { run: stubborn });
  t.is(agent('start').code, 0);
  const pid = leaderOf(node);
  const answer = agent('stop', { timeoutMs: 3000 });
  t.is(answer.code, 0, answer.stderr);
  t.true(answer.ms < 3000, `${answer.ms} ms`);
  t.not(node.run('kill', '-0', String(pid)).code, 0);
});

test('a probe changes nothing, whether it runs or not', async (t) => {
  const node = await aNode(t);
  configureNginx(node);
  // what the program itself writes (a line for a check's request, a little later) is not the agent's doing
  const tree = () => node.run('find', '/run', '/var/log', '!', '-name', 'test.log', '-printf', '%p %s %T@ %C@ %m\n').stdout; // prettier-ignore
  for (const parameters of [redis, nginx, { run: 'sleep 4717' }]) {
    const agent = caller(node, parameters);
    const before = tree();
    const probe = agent('monitor');
    t.is(probe.code, 7, probe.stderr);
    t.is(tree(), before);
    t.is(agent('start').code, 0);
    const running = tree();
    t.is(agent('monitor').code, 0);
    t.is(tree(), running);
    t.is(agent('stop').code, 0);
  }
});

test('a start that fails says why, in time', async (t) => {
  const node = await aNode(t);
  const dies = caller(node, { run: 'sh -c "exit 3"', check_tcp: '7009' })('start');
  t.is(dies.code, 1);
  t.regex(dies.reason ?? '', /ended with code 3 while it was started; see \/var\/log\/vnfha\/test.log/);
  const slow = caller(node, { run: 'sleep 4718', check_tcp: '7009' });
  const late = slow('start', { timeoutMs: 10_000 });
  t.is(late.code, 1);
  t.regex(late.reason ?? '', /did not become healthy in time: TCP port 7009/);
  t.true(late.ms < 10_000, `${late.ms} ms`);
  t.is(slow('stop').code, 0);
  t.is(runs(node, '-f', '^sleep 4718'), '');
});

test('an agent killed before it noted the program leaves no program', async (t) => {
  const node = await aNode(t);
  const hook = "require('node:fs').renameSync = () => process.kill(process.pid, 'SIGKILL');";
  node.run('sh', '-c', `echo "${hook}" >/run/hook.cjs`);
  const parameters = ['OCF_RESOURCE_INSTANCE=test', 'OCF_RESKEY_name=web', 'OCF_RESKEY_run=sleep 4719'];
  const killed = node.run('env', 'NODE_OPTIONS=--require=/run/hook.cjs', ...parameters, `${agentDir}/vnfc`, 'start');
  t.not(killed.code, 0);
  t.is(node.run('ls', '/run/vnfha/agents').stdout.includes('test.json\n'), false, 'it was killed in time');
  await until('nothing is left', () => node.run('pgrep', '-f', 'sleep 4719').code === 1);
  const agent = caller(node, { run: 'sleep 4719' });
  t.is(agent('monitor').code, 7);
  t.is(agent('start').code, 0);
  t.is(node.run('pgrep', '-c', '-f', '^sleep 4719').stdout, '1\n');
  t.is(agent('stop').code, 0);
});

test('a self-managing nginx: killed, it has failed; stopped, it is gone', async (t) => {
  const node = await aNode(t);
  configureNginx(node);
  const agent = caller(node, nginx);
  const started = agent('start');
  t.is(started.code, 0, started.stderr);
  t.is(agent('monitor', recurring).code, 0);
  node.run('pkill', '-KILL', 'nginx');
  const failed = agent('monitor', recurring);
  t.is(failed.code, 1);
  t.regex(failed.reason ?? '', /127.0.0.1:7003/);
  t.is(agent('stop').code, 0, 'the stop command fails on a dead nginx, and that is no obstacle');
  t.is(agent('monitor').code, 7);
});

// A self-managing program as a file: '/run/it' is there while it runs. `stop` is what its stop command does.
const byFile = (stop: string): Settings => ({
  start: 'touch /run/it',
  stop: JSON.stringify(['sh', '-c', stop]),
  check_command: 'test -e /run/it',
});

test('a stop command that fails is no stop, whatever the check says: a command that fails proves nothing', async (t) => {
  const node = await aNode(t);
  const agent = caller(node, byFile('rm -f /run/it; exit 3'));
  t.is(agent('stop').code, 0, 'nothing was started here');
  t.is(agent('start').code, 0);
  const failed = agent('stop');
  t.is(failed.code, 1);
  t.regex(failed.reason ?? '', /ended with exit code 3/);
  t.is(agent('monitor', recurring).code, 1, 'it is not forgotten');
  t.is(caller(node, byFile('true'))('stop').code, 0);
  t.is(agent('monitor').code, 7);
  const missing = caller(node, { ...byFile('true'), stop: '/no/such', check_command: '/no/such' });
  t.is(missing('stop').code, 0, 'what is not installed here was not started here');
});

test('a stop command that succeeds is believed when the check agrees, and not before', async (t) => {
  const node = await aNode(t);
  const slow = caller(node, byFile('(sleep 1; rm /run/it) >/dev/null 2>&1 &'));
  t.is(slow('start').code, 0);
  const stop = slow('stop');
  t.is(stop.code, 0, stop.stderr);
  t.true(stop.ms >= 1000, `${stop.ms} ms`);

  const liar = caller(node, byFile('true'));
  t.is(liar('start').code, 0);
  const lied = liar('stop', { timeoutMs: 3000 });
  t.is(lied.code, 1);
  t.regex(lied.reason ?? '', /it still runs: it passes its check/);
});

test('a check that gives no answer is no proof that a program is gone', async (t) => {
  const node = await aNode(t);
  const hung = { ...byFile('true'), check_command: 'sh -c "test -e /run/hang && sleep 4720 || test -e /run/it"' };
  t.is(caller(node, hung)('start').code, 0);
  node.run('touch', '/run/hang');
  const stop = caller(node, hung)('stop', { timeoutMs: 10_000 });
  t.is(stop.code, 1);
  t.regex(stop.reason ?? '', /not known to be gone: .*gave no answer/);
  t.true(stop.ms < 10_000, `${stop.ms} ms`);
});

test('a hung nginx is not gone, nor one that answers with an error', async (t) => {
  const node = await aNode(t);
  configureNginx(node);
  for (const checks of [{}, { check_tcp: '7003', check_http: '', check_command: 'false' }]) {
    const agent = caller(node, { ...nginx, stop: 'false', ...checks });
    t.is(caller(node, nginx)('start').code, 0);
    node.run('pkill', '-STOP', 'nginx');
    t.is(agent('stop', { timeoutMs: 6000 }).code, 1, 'hung');
    node.run('pkill', '-CONT', 'nginx');
  }
  const errors = caller(node, { ...nginx, stop: 'true', check_http: 'http://127.0.0.1:7003/%' });
  const answer = errors('stop', { timeoutMs: 3000 });
  t.is(answer.code, 1);
  t.regex(answer.reason ?? '', /answers with status 400/);
});

test('nobody listened before and after: a stop command that fails is believed; if somebody did before, it is not', async (t) => {
  const node = await aNode(t);
  configureNginx(node);
  t.is(caller(node, nginx)('start').code, 0);
  const quits = { ...nginx, stop: JSON.stringify(['sh', '-c', `nginx -c ${nginxConf} -s quit && sleep 1; exit 1`]) };
  const quitting = caller(node, quits)('stop');
  t.is(quitting.code, 1, 'it closed its port and said that it failed: it may still be ending');
  t.is(caller(node, nginx)('stop').code, 0);
});
