/** The supervisor with real processes: killed, stopped, ended as planned; and it itself killed and stopped. */
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { until } from '../corosync/lonely-node.ts';
import { type Rig, supervisorRig } from './rig.ts';

const fail = (resource: string): string => `--fail --resource ${resource} --node lonely`;
const wordsOf = (rig: Rig, resource: string): string => rig.words(resource).map(({ word }) => word).join(); // prettier-ignore
const says = (rig: Rig, resource: string, words: string): Promise<void> =>
  until(`${resource}: ${words} (it is ${wordsOf(rig, resource)})`, () => wordsOf(rig, resource) === words);

test('kill -9: said at once, then told to Pacemaker, once', async (t) => {
  const rig = await supervisorRig(t);
  await rig.startSupervisor();
  const pid = await rig.launch('one', 'sleep', '1000');
  rig.note('tel-one', rig.running(pid));
  await says(rig, 'tel-one', 'well');
  const begun = Date.now();
  rig.signal('KILL', pid);
  await says(rig, 'tel-one', 'well,died');
  const word = rig.words('tel-one').at(-1)!;
  t.like(word, { node: 'lonely', what: `its main process ${pid} is gone` });
  t.log(`said ${(word.at - begun).toFixed(1)} ms after the kill was asked for`);
  await until('Pacemaker is told', () => rig.told().length > 0);
  t.deepEqual(rig.told(), [fail('tel-one')]);
});

test('the agent is let know who is gone, once nothing is left of it', async (t) => {
  const rig = await supervisorRig(t);
  await rig.startSupervisor();
  const gone = (name: string): string => rig.node.run('cat', `/run/vnfha/gone/${name}`).stdout.trim();
  const alone = await rig.launch('alone', 'sleep', '1000');
  const parent = await rig.launch('parent', 'sh', '-c', 'sleep 1001 & sleep 1002; true');
  const identity = Object.values(rig.running(alone).leader!).join(' ');
  for (const [name, pid] of Object.entries({ alone, parent })) {
    rig.note(name, rig.running(pid));
    await says(rig, name, 'well');
    rig.signal('KILL', pid);
    await says(rig, name, 'well,died');
  }
  await until('it is noted', () => gone('alone') === identity);
  t.is(rig.node.run('stat', '-c', '%U %a', '/run/vnfha/gone', '/run/vnfha/gone/alone').stdout, 'root 700\nroot 600\n');
  t.is(gone('parent'), '', 'its children run on');
});

/** When its failure was first asked for, to count it: ms since the epoch; NaN: not yet. */
const countedAt = (rig: Rig, resource: string): number =>
  parseInt(rig.attributesAsked().find((line) => line.includes(`fail-count-${resource}#`)) ?? '');
const counted = (rig: Rig, resource: string): boolean => !isNaN(countedAt(rig, resource));

// alone: Pacemaker's stop has to be noted before the supervisor's patience of 1500 ms is over
test.serial('a guest’s QEMU dies: where Pacemaker then does nothing, the connection to its pacemaker_remote is ended', async (t) => {
  const rig = await supervisorRig(t);
  await rig.startSupervisor();
  const guests = { waits: 3121, stopped: 3122, alive: 3123 };
  const peers = `const net = require('node:net');
    for (const port of [${Object.values(guests).join()}])
      net.createServer((peer) => peer.on('error', () => {})).listen(port, '127.0.0.1', () =>
        net.connect(port, '127.0.0.1').on('error', () => {}).on('end', () => {}).resume());`;
  await rig.launch('peers', 'node', '-e', peers);
  const connections = (port: number): number =>
    rig.node.run('ss', '-Htn', 'state', 'established', 'dst', `127.0.0.1:${port}`).stdout.split('\n').filter(Boolean).length;
  const parameters = (port: number) => ({ domain: 'guest', config: '/etc/vnfha/vm/guest.xml', remote: `127.0.0.1:${port}` });
  for (const [name, port] of Object.entries(guests)) {
    const pid = await rig.launch(name, 'sleep', '1000');
    const guest = rig.running(pid, { agent: 'vnfc-vm', parameters: parameters(port) });
    rig.note(name, guest);
    await says(rig, name, 'well');
    await until(`${name} is connected`, () => connections(port) === 1);
    // its check fails, and the process lives
    if (name === 'alive') rig.note(name, { ...guest, parameters: { ...parameters(port), check_command: 'false' }, watch: { intervalMs: 1000, timeoutMs: 1000 } });
    else rig.signal('KILL', pid);
    await until('Pacemaker is told', () => rig.told().includes(fail(name)));
    if (name !== 'stopped') continue;
    rig.note(name, { ...guest, phase: 'stopping' });
    await until('its failure is counted', () => counted(rig, name));
    const afterMs = countedAt(rig, name) - rig.notedAt(name);
    t.true(afterMs < 700, `before its VM can be started: ${afterMs} ms`);
  }
  await until('the one that Pacemaker does nothing about is ended', () => connections(guests.waits) === 0);
  await sleep(2000);
  t.is(connections(guests.stopped), 1, 'Pacemaker deals with it');
  t.is(connections(guests.alive), 1, 'another failure');
  t.false(counted(rig, 'waits'), 'nothing has Pacemaker plan anew in the meantime');
}); // prettier-ignore

test('a guest’s stop that begins while Pacemaker is being told: its failure is counted then, and not at the next note', async (t) => {
  const rig = await supervisorRig(t);
  await rig.startSupervisor();
  rig.pacemakerTakes(5);
  const pid = await rig.launch('guest', 'sleep', '1000');
  const parameters = { domain: 'guest', config: '/etc/vnfha/vm/guest.xml', remote: '127.0.0.1:3121' };
  const guest = rig.running(pid, { agent: 'vnfc-vm', parameters });
  rig.note('guest', guest);
  await says(rig, 'guest', 'well');
  rig.signal('KILL', pid);
  await until('Pacemaker is being told', () => rig.told().length > 0);
  rig.note('guest', { ...guest, phase: 'stopping' });
  t.false(counted(rig, 'guest'));
  await until('its failure is counted', () => counted(rig, 'guest'));
}); // prettier-ignore

test('what ends as an agent noted before raises no alarm; what is noted of other agents is not ours', async (t) => {
  const rig = await supervisorRig(t);
  await rig.startSupervisor();
  const [stopped, starting, other, last] = [
    await rig.launch('a', 'sleep', '1001'),
    await rig.launch('b', 'sleep', '1002'),
    await rig.launch('c', 'sleep', '1003'),
    await rig.launch('d', 'sleep', '1004'),
  ];
  rig.note('tel-a', rig.running(stopped));
  rig.note('tel-b', rig.running(starting, { phase: 'starting' }));
  rig.note('tel-c', rig.running(other, { agent: 'lb-member' }));
  rig.note('tel-d', rig.running(last));
  await says(rig, 'tel-d', 'well');
  // the record is read at the moment of the end: no event has to come before it
  rig.node.run('sh', '-c', `sed -i s/running/stopping/ /run/vnfha/agents/tel-a.json && kill -9 ${stopped}`);
  rig.signal('KILL', starting);
  rig.signal('KILL', other);
  rig.signal('KILL', last);
  await says(rig, 'tel-d', 'well,died');
  t.is(wordsOf(rig, 'tel-a'), 'well');
  t.is(wordsOf(rig, 'tel-b'), '');
  t.is(wordsOf(rig, 'tel-c'), '');
  await until('Pacemaker is told', () => rig.told().length > 0);
  t.deepEqual(rig.told(), [fail('tel-d')]);
});

test('Pacemaker is told again and again until it hears', async (t) => {
  const rig = await supervisorRig(t);
  await rig.startSupervisor();
  rig.pacemakerAnswers(102);
  const pid = await rig.launch('one', 'sleep', '1000');
  rig.note('tel-one', rig.running(pid));
  await says(rig, 'tel-one', 'well');
  rig.signal('KILL', pid);
  await until('it was tried twice', () => rig.told().length >= 2);
  const tried = rig.told().length;
  rig.pacemakerAnswers(0);
  await until('it is tried again', () => rig.told().length > tried);
  rig.note('tel-one', { agent: 'vnfc', phase: 'stopping' });
  await says(rig, 'tel-one', 'well,died');
  t.pass();
});

test('killed, the supervisor comes back and finds what died meanwhile; stopped, it sees it when it goes on', async (t) => {
  const rig = await supervisorRig(t);
  await rig.startSupervisor();
  const [one, two] = [await rig.launch('one', 'sleep', '1001'), await rig.launch('two', 'sleep', '1002')];
  rig.note('tel-one', rig.running(one));
  rig.note('tel-two', rig.running(two));
  await says(rig, 'tel-two', 'well');
  rig.signal('KILL', rig.supervisorPid());
  rig.signal('KILL', one);
  await rig.startSupervisor();
  await says(rig, 'tel-one', 'well,died');
  await says(rig, 'tel-two', 'well,well');
  rig.signal('STOP', rig.supervisorPid());
  rig.signal('KILL', two);
  rig.signal('CONT', rig.supervisorPid());
  await says(rig, 'tel-two', 'well,well,died');
  await until('Pacemaker is told of both', () => rig.told().length === 2);
  t.deepEqual(rig.told(), [fail('tel-one'), fail('tel-two')]);
});

test('there is one supervisor a node', async (t) => {
  const rig = await supervisorRig(t);
  await rig.startSupervisor();
  const error = await t.throwsAsync(rig.startSupervisor());
  t.regex(error.message, /another supervisor is running on this node/);
});

const nginxConf = 'events {} http { access_log off; server { listen 127.0.0.1:7003; return 204; } }';

test.serial('hung: a redis and an nginx are suspected by heartbeat, well again when they go on, failed when they do not', async (t) => {
  const rig = await supervisorRig(t);
  await rig.startSupervisor();
  rig.node.run('sh', '-c', `echo '${nginxConf}' >/run/nginx.conf; mkdir -p /var/log/nginx`);
  const redis = await rig.launchRedis();
  const nginx = await rig.launch('nginx', 'nginx', '-c', '/run/nginx.conf', '-g', 'daemon off; master_process off;');
  await until('nginx answers', () => rig.node.run('curl', '-sf', 'http://127.0.0.1:7003/').code === 0);
  const rhythm = { name: 'any', run: 'any', heartbeat_interval: '100', heartbeat_misses: '30' }; // a busy machine has 9 s to let it go on
  const ping = { heartbeat_tcp: '7001', heartbeat_send: 'PING\\r\\n', heartbeat_expect: '+PONG' };
  rig.note('tel-redis', rig.running(redis, { parameters: { ...rhythm, ...ping } }));
  rig.note('tel-nginx', rig.running(nginx, { parameters: { ...rhythm, heartbeat_http: 'http://127.0.0.1:7003/' } }));
  for (const [resource, pid] of [
    ['tel-redis', redis],
    ['tel-nginx', nginx],
  ] as const) {
    // prettier-ignore
    await says(rig, resource, 'well');
    const begun = Date.now();
    rig.signal('STOP', pid);
    await says(rig, resource, 'well,hung');
    t.log(`${resource}: hung ${(rig.words(resource).at(-1)!.at - begun).toFixed(0)} ms after SIGSTOP was asked for`);
    rig.signal('CONT', pid);
    await says(rig, resource, 'well,hung,well');
  }
  t.deepEqual(rig.told(), [], 'a suspicion is not told to Pacemaker');
  rig.signal('STOP', redis);
  await until('Pacemaker is told', () => rig.told().length > 0);
  t.deepEqual(rig.told(), [fail('tel-redis')]);
  t.is(wordsOf(rig, 'tel-redis'), 'well,hung,well,hung');
  t.is(wordsOf(rig, 'tel-nginx'), 'well,hung,well', 'the other one was never suspected');
}); // prettier-ignore

test('a stopped supervisor suspects nobody when it goes on', async (t) => {
  const rig = await supervisorRig(t);
  await rig.startSupervisor();
  const redis = await rig.launchRedis();
  const ping = { heartbeat_tcp: '7001', heartbeat_send: 'PING\\r\\n', heartbeat_expect: '+PONG' };
  const parameters = { name: 'any', run: 'any', heartbeat_interval: '300', ...ping }; // a busy machine has 900 ms to answer
  rig.note('tel-redis', rig.running(redis, { parameters }));
  await says(rig, 'tel-redis', 'well');
  rig.signal('STOP', rig.supervisorPid());
  const answered = (): number =>
    Number(/cmdstat_ping:calls=(\d+)/.exec(rig.node.run('redis-cli', '-p', '7001', 'info', 'commandstats').stdout)?.[1]); // prettier-ignore
  const before = answered();
  await new Promise((resolve) => setTimeout(resolve, 3000)); // what is tested is that this long a pause counts as none
  t.true(answered() <= before + 1, 'it was stopped');
  rig.signal('CONT', rig.supervisorPid());
  await until('it asks again, for longer than a suspicion takes', () => answered() > before + 8);
  t.is(wordsOf(rig, 'tel-redis'), 'well');
});

test('sights: of what is healthy only, in its role, and gone at the first doubt', async (t) => {
  const rig = await supervisorRig(t);
  await rig.startSupervisor();
  const redis = await rig.launchRedis();
  const parameters = {
    name: 'store',
    run: 'redis-server',
    check_tcp: '7001',
    promote: 'redis-cli -p 7001 replicaof no one',
    demote: 'redis-cli -p 7001 replicaof 127.0.0.1 7002',
    role_query: 'redis-cli -p 7001 role',
  };
  const record = rig.running(redis, { parameters, watch: { intervalMs: 500, timeoutMs: 5000 } });
  rig.note('tel-store', record);
  await until('there is a sight', () => rig.sight('tel-store') !== undefined);
  const lines = rig.sight('tel-store')!.split('\n');
  const uptime = Number(rig.node.run('cat', '/proc/uptime').stdout.split(' ')[0]);
  t.deepEqual(lines.slice(0, 1), ['vnfha-sight 1']);
  t.is(lines[1]!.split(' ')[0], String(rig.supervisorPid()));
  t.is(lines[2], `${record.leader!.pid} ${record.leader!.startTime}`);
  t.true(Number(lines[3]) <= uptime + 2.5 && Number(lines[3]) >= uptime - 1, `${lines[3]} at ${uptime}`);
  t.is(lines[4], '8', 'a redis starts as a master');
  t.is(lines[5], Object.entries(parameters).map(([name, value]) => `${name}=${value}`).join('\x1f')); // prettier-ignore
  t.is(rig.node.run('stat', '-c', '%a', '/run/vnfha/sights', '/run/vnfha/sights/tel-store').stdout, '700\n600\n');

  rig.node.run('redis-cli', '-p', '7001', 'replicaof', '127.0.0.1', '7002');
  await until('the sight has the other role', () => rig.sight('tel-store')?.split('\n')[4] === '0');

  rig.note('tel-store', { ...record, phase: 'stopping' });
  await until('what is being stopped has no sight', () => rig.sight('tel-store') === undefined);
  rig.note('tel-store', record);
  await until('there is a sight', () => rig.sight('tel-store') !== undefined);
  rig.signal('KILL', redis);
  await until('the dead have no sight', () => rig.sight('tel-store') === undefined);
  await until('Pacemaker is told', () => rig.told().length > 0);
  t.deepEqual(rig.told(), [fail('tel-store')]);
});

test('a check that fails is told to Pacemaker; SIGTERM leaves no sight', async (t) => {
  const rig = await supervisorRig(t);
  const child = await rig.startSupervisor();
  const pid = await rig.launch('one', 'sleep', '1000');
  const parameters = { name: 'one', run: 'sleep 1000', check_command: 'test ! -e /run/sick' };
  rig.note('tel-one', rig.running(pid, { parameters, watch: { intervalMs: 300, timeoutMs: 5000 } }));
  await until('there is a sight', () => rig.sight('tel-one') !== undefined);
  rig.node.run('touch', '/run/sick');
  await until('Pacemaker is told', () => rig.told().length > 0);
  t.is(rig.sight('tel-one'), undefined);
  await says(rig, 'tel-one', 'well');
  rig.node.run('rm', '/run/sick');
  await until('there is a sight', () => rig.sight('tel-one') !== undefined);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  rig.signal('TERM', rig.supervisorPid());
  t.is(await ended, 0);
  t.is(rig.sight('tel-one'), undefined);
  t.deepEqual(rig.told(), [fail('tel-one')]);
});
