/**
 * The virtual address on a real interface, and what a neighbour in a network namespace of its own learns of it. Stop is held to the
 * one thing that two owners would come of: to say "stopped" while the address is here.
 */
import test, { type ExecutionContext } from 'ava';
import { lonelyNode, type LonelyNode, until } from '../corosync/lonely-node.ts';
import { agentDir, type Answer, call, type CallOptions, ocfTester } from './agent-calls.ts';

const four = { ip: '10.9.0.50', cidr_netmask: '24', nic: 'e0', arp_interval: '50' };
const six = { ip: 'fd09::0050', cidr_netmask: '64', nic: 'e0', arp_interval: '50' };
/** What the neighbour believes before. */
const elsewhere = '02:00:00:00:00:99';

interface Scene {
  readonly node: LonelyNode;
  readonly vip: (action: string, parameters?: Readonly<Record<string, string>>, options?: CallOptions) => Answer;
  readonly sh: (script: string) => string;
  /** The addresses of the node as 'e0 10.9.0.50/24'. */
  readonly addresses: () => string;
  /** The link-layer address that the neighbour has for `ip`. */
  readonly believed: (ip: string) => string | undefined;
}

async function scene(t: ExecutionContext): Promise<Scene> {
  const node = await lonelyNode();
  t.teardown(node.end);
  const sh = (script: string): string => {
    const { code, stdout, stderr } = node.run('sh', '-c', script);
    if (code !== 0) throw new Error(`${script}: ${stderr}`);
    return stdout;
  };
  sh(`unshare --net sleep 9999 </dev/null >/dev/null 2>&1 & echo $! >/run/peer
    until [ "$(readlink /proc/$!/ns/net)" != "$(readlink /proc/1/ns/net)" ]; do sleep 0.01; done
    ip link add e0 type veth peer name p0 netns $!; ip link add e1 type veth peer name e2; ip link set e0 up; ip link set e1 up
    ip addr add 10.9.0.1/24 dev e0; ip addr add fd09::1/64 dev e0 nodad; ip addr add 10.8.0.1/16 dev e1`);
  const peer = (command: string): string => sh(`nsenter --net=/proc/$(cat /run/peer)/ns/net ${command}`);
  peer(`sh -c 'ip link set p0 up; ip addr add 10.9.0.2/24 dev p0; ip addr add fd09::2/64 dev p0 nodad
    for ip in ${four.ip} ${six.ip}; do ip neigh replace $ip lladdr ${elsewhere} dev p0 nud stale; done'`);
  return {
    node,
    sh,
    vip: (action, parameters = four, options = {}) => call(node, 'vip', action, parameters, options),
    addresses: () => sh(`ip -o addr show | awk '$4 ~ /(\\.50|::50)\\// {print $2, $4}'`).trim(),
    believed: (ip) => /lladdr (\S+)/.exec(peer(`ip neigh show to ${ip}`))?.[1],
  };
}

for (const [family, parameters, shown] of [
  ['IPv4', four, '10.9.0.50/24'],
  ['IPv6', six, 'fd09::50/64'],
] as const) {
  test(`${family}: it comes, the neighbour knows, it goes; each said twice is the same`, async (t) => {
    const { vip, addresses, believed, sh } = await scene(t);
    t.is(vip('monitor', parameters).code, 7);
    t.is(vip('stop', parameters).code, 0, 'it was not there');
    t.is(addresses(), '', 'a probe changes nothing');
    for (const time of ['once', 'again']) {
      t.is(vip('start', parameters).code, 0, time);
      t.is(addresses(), `e0 ${shown}`);
      t.is(vip('monitor', parameters).code, 0);
    }
    t.notRegex(sh(`ip addr show to ${parameters.ip}`), /tentative|dadfailed/);
    await until('the neighbour has learnt it', () => believed(parameters.ip) !== elsewhere);
    t.is(believed(parameters.ip), /link\/ether (\S+)/.exec(sh('ip link show e0'))![1]);
    t.is(vip('stop', parameters).code, 0);
    t.is(addresses(), '');
    t.is(vip('monitor', parameters).code, 7);
    t.is(vip('stop', parameters).code, 0);
  });

  test(`${family}: after a stop nobody speaks for the address any more`, async (t) => {
    const { vip, node } = await scene(t);
    const slow = { ...parameters, arp_count: '100', arp_interval: '1000' };
    // what was killed is there until its parent has taken notice
    const alive = (pid: string): boolean => node.run('test', '-e', `/proc/${pid}/exe`).code === 0;
    const announcers = (): string[] => node.run('pgrep', '-x', 'send_arp|send_ua').stdout.split('\n').filter((pid) => pid !== '' && alive(pid)); // prettier-ignore
    const another = (than: readonly string[]) => until('a sender runs', () => announcers().some((pid) => !than.includes(pid))); // prettier-ignore
    t.is(vip('start', slow).code, 0);
    await another([]);
    const first = announcers();
    t.is(first.length, 1);
    t.is(vip('start', slow).code, 0);
    await another(first);
    t.is(announcers().length, 1, 'one, not two');
    t.is(vip('stop', slow).code, 0);
    t.deepEqual(announcers(), []);
    t.is(node.run('ls', '/run/vnfha/vip').stdout, '');
  });

  test(`${family}: also when it is stopped in the moment in which it was started; another process with that pid is left alone`, async (t) => {
    const { sh, node } = await scene(t);
    const slow = { ...parameters, arp_count: '1000', arp_interval: '1000' };
    const settings = Object.entries(slow).map(([name, value]) => `OCF_RESKEY_${name}=${value}`).join(' '); // prettier-ignore
    const call = (action: string) => `env ${settings} OCF_RESOURCE_INSTANCE=test ${agentDir}/vip ${action}`;
    // a sender that is not yet, or not any more, called as one
    sh(`mkdir -p /run/bin; for name in send_arp send_ua; do printf '#!/bin/sh\\nexec sleep 4832\\n' >/run/bin/$name; chmod +x /run/bin/$name; done`); // prettier-ignore
    sh(`export HA_BIN=/run/bin; for i in 1 2 3; do ${call('start')} && ${call('stop')} || exit 1; done`);
    t.not(node.run('sh', '-c', 'for pid in $(pgrep -f "sleep 4832|run/bin/send"); do [ $pid != $$ ] && [ -e /proc/$pid/exe ] && exit 0; done; exit 1').code, 0); // prettier-ignore

    sh(call('start'));
    const pid = sh('sleep 4831 >/dev/null 2>&1 & echo $!').trim();
    sh(`read pid began </run/vnfha/vip/test; kill -KILL $pid; echo "${pid} 1" >/run/vnfha/vip/test; ${call('stop')}`);
    t.is(node.run('test', '-e', `/proc/${pid}/exe`).code, 0);
  });

  test(`${family}: without nic it is the interface in whose network it is`, async (t) => {
    const { vip, addresses, node } = await scene(t);
    const without = { ...parameters, nic: '' };
    t.is(vip('start', without).code, 0);
    t.is(addresses(), `e0 ${shown}`);
    t.is(vip('monitor', without).code, 0);
    t.is(vip('stop', without).code, 0);
    node.run('ip', 'addr', 'flush', 'dev', 'e0');
    const nowhere = vip('start', without);
    t.is(nowhere.code, 5);
    t.regex(nowhere.reason!, /no network interface of this node is in the network of/);
  });
}

test('elsewhere on this node it is found, said, moved and removed', async (t) => {
  const { vip, addresses, sh } = await scene(t);
  for (const [where, add] of [
    ['another interface', 'ip addr add 10.9.0.50/24 dev e1'],
    ['another prefix', 'ip addr add 10.9.0.50/32 dev e0'],
    ['two interfaces', 'ip addr add 10.9.0.50/24 dev e0; ip addr add 10.9.0.50/24 dev e1'],
  ] as const) {
    sh(add);
    for (const intervalMs of [0, 5000]) {
      const { code, reason } = vip('monitor', four, { intervalMs });
      t.is(code, 1, where);
      t.regex(reason!, /^10\.9\.0\.50 is on this node, but not just once as 10\.9\.0\.50\/24 on e0/);
    }
    t.is(vip('start').code, 0, where);
    t.is(addresses(), 'e0 10.9.0.50/24', where);
    t.is(vip('stop').code, 0);
    sh(add);
    t.is(vip('stop').code, 0, where);
    t.is(addresses(), '', where);
  }
});

test('the other addresses of its network stay when it goes', async (t) => {
  const { vip, sh } = await scene(t);
  sh('echo 0 >/proc/sys/net/ipv4/conf/all/promote_secondaries; echo 0 >/proc/sys/net/ipv4/conf/e0/promote_secondaries');
  const other = { ...four, ip: '10.7.0.51' };
  const first = { ...four, ip: '10.7.0.50' };
  t.is(vip('start', first).code, 0);
  sh('ip addr add 10.7.0.51/24 dev e0');
  t.is(vip('stop', first).code, 0);
  t.is(vip('monitor', other).code, 0);
});

test('a sender that fails: the address is here all the same, and goes', async (t) => {
  const { vip, sh, addresses } = await scene(t);
  sh(`mkdir -p /run/bin; printf '#!/bin/sh\nexit 1\n' >/run/bin/send_arp; chmod +x /run/bin/send_arp`);
  const settings = Object.entries(four).map(([name, value]) => `OCF_RESKEY_${name}=${value}`).join(' '); // prettier-ignore
  for (const time of ['once', 'again']) {
    sh(`env HA_BIN=/run/bin ${settings} OCF_RESOURCE_INSTANCE=test ${agentDir}/vip start`);
    t.is(addresses(), 'e0 10.9.0.50/24', time);
    t.is(vip('monitor').code, 0);
  }
  t.is(vip('stop').code, 0);
  t.is(addresses(), '');
});

test('an address that cannot be removed is an error of stop, never "stopped"', async (t) => {
  const { vip, sh, node, addresses } = await scene(t);
  t.is(vip('start').code, 0);
  const settings = Object.entries(four).map(([name, value]) => `OCF_RESKEY_${name}=${value}`);
  /** The agent with an `ip` of ours before the real one. */
  const agent = (action: string, ip: string) => {
    sh(`mkdir -p /run/bin; cat >/run/bin/ip <<'END'\n#!/bin/sh\n${ip}\nEND\nchmod +x /run/bin/ip`);
    const environment = [`PATH=/run/bin:${process.env.PATH}`, 'OCF_RESOURCE_INSTANCE=test', ...settings];
    return node.run('env', ...environment, `${agentDir}/vip`, action);
  };
  const refuses = 'case "$*" in *" del "*) echo "RTNETLINK answers: Operation not permitted" >&2; exit 2 ;; esac; PATH=${PATH#*:} exec ip "$@"'; // prettier-ignore
  const stopped = agent('stop', refuses);
  t.is(stopped.code, 1);
  t.regex(
    stopped.stderr,
    /^ocf-exit-reason:10\.9\.0\.50 is still on this node \(e0 10\.9\.0\.50\/24.*\): RTNETLINK answers: Operation not permitted$/m,
  );
  t.is(addresses(), 'e0 10.9.0.50/24');
  // nor can it be asked: that is no "not running" either
  for (const action of ['stop', 'monitor']) {
    const { code, stderr } = agent(action, 'echo broken >&2; exit 1');
    t.is(code, 1, action);
    t.regex(stderr, /the kernel can't be asked for its addresses: broken/);
  }
});

test('parameters that cannot be are refused, whatever the action, and nothing is done', async (t) => {
  const { vip, addresses } = await scene(t);
  const wrong: Readonly<Record<string, string>>[] = [
    { ip: '' },
    ...['10.9.0', '10.9.0.50.1', '10.9..50', '.1.2.3', '10.9.0.50/24', 'vip', '10.9.0.50 dev e1', '-4', 'fd09::50;id'].map((ip) => ({ ip })), // prettier-ignore
    ...['', '0', '33', '-1', '24x', '255.255.255.0', '99999999999999999999'].map((cidr_netmask) => ({ cidr_netmask })),
    ...['e0;id', 'an-interface-name-that-is-long', '-e0', 'e0 e1', '../e0'].map((nic) => ({ nic })),
    ...['0', 'x', '100000'].map((arp_count) => ({ arp_count })),
    ...['0', '1.5', '99999'].map((arp_interval) => ({ arp_interval })),
  ];
  for (const change of wrong) {
    for (const action of ['start', 'stop', 'monitor', 'validate-all']) {
      const { code, reason } = vip(action, { ...four, ...change });
      t.is(code, 6, `${action} ${JSON.stringify(change)}`);
      t.truthy(reason);
    }
  }
  t.is(vip('start', { ...four, ip: '10.9.0.999' }).code, 1, 'the kernel knows better');
  t.is(vip('start', { ...four, nic: 'e7' }).code, 1);
  t.is(vip('validate-all', { ...four, nic: 'e7' }).code, 5);
  t.is(vip('validate-all').code, 0);
  t.is(vip('stop', { ...four, nic: 'e7' }).code, 0, 'where there is no interface there is no address');
  t.is(vip('promote').code, 3);
  t.is(addresses(), '');
});

test('what it needs and is not there is named', async (t) => {
  const { node } = await scene(t);
  const settings = Object.entries(four).map(([name, value]) => `OCF_RESKEY_${name}=${value}`);
  const without = (path: string, action: string) =>
    node.run('env', `PATH=${path}`, 'OCF_RESOURCE_INSTANCE=test', ...settings, '/bin/sh', `${agentDir}/vip`, action);
  t.like(without('/run/nothing', 'start'), { code: 5 });
  t.regex(without('/run/nothing', 'monitor').stderr, /the program ip is not installed/);
  node.run('mount', '-t', 'tmpfs', 'tmpfs', '/usr/libexec/heartbeat');
  const { code, stderr } = without(process.env.PATH!, 'start');
  t.is(code, 5);
  t.regex(stderr, /send_arp is not installed: it is in the package resource-agents/);
  t.is(without(process.env.PATH!, 'stop').code, 0, 'to stop takes no sender');
});

test('ocf-tester', async (t) => {
  const { node } = await scene(t);
  t.is(ocfTester(node, 'vip', four), '');
  t.is(ocfTester(node, 'vip', six), '');
});

const haproxyConfig = `global
  maxconn 100
defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 1s
  timeout http-keep-alive 60s
  option idle-close-on-response
frontend all
  bind 0.0.0.0:80
  http-request return status 200 content-type text/plain string ok
`;

/** HAProxy with a master as its agent starts it, and the agent's note of it as 'lb'. */
async function startHaproxy({ node, sh }: Scene): Promise<void> {
  sh(`mkdir -p /run/vnfha/agents; cat >/run/haproxy.cfg <<'END'\n${haproxyConfig}END`);
  node.start('haproxy', ['-W', '-S', '/run/vnfha/haproxy-master.sock', '-f', '/run/haproxy.cfg']);
  await until('HAProxy runs', () => node.run('test', '-S', '/run/vnfha/haproxy-master.sock').code === 0);
  const pid = sh('pgrep -x haproxy | head -n 1').trim();
  note(sh, pid);
}

const note = (sh: Scene['sh'], pid: string): string =>
  sh(
    `printf %s '{"leader":{"pid":${pid},"startTime":1},"phase":"running","agent":"haproxy"}' >/run/vnfha/agents/lb.json`,
  );

/** A neighbour's client on one connection: asks when it starts, and `afterMs` after each answer; a line for each answer, and how the connection ended. */
const client = (afterMs: number): string => `
  const socket = require('net').connect(80, '${four.ip}');
  const ask = () => socket.write('GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n');
  socket.on('connect', ask);
  socket.on('data', (data) => {
    const isLast = /^connection: close/im.test(data);
    console.log(isLast ? 'last answer' : 'answer');
    if (!isLast) setTimeout(ask, ${afterMs}).unref();
  });
  socket.on('end', () => console.log('end'));
  socket.on('error', ({ code }) => console.log(code));
  socket.on('close', () => process.exit());
`;

/** An address with a busy and an idle client, and its stop; what they saw is in `clients`. */
async function stopWithClients(t: ExecutionContext) {
  const stage = await scene(t);
  const { node, sh, vip } = stage;
  await startHaproxy(stage);
  const parameters = { ...four, drain: 'lb' };
  t.is(vip('start', parameters).code, 0);
  const peer = sh('cat /run/peer').trim();
  const clients = [5, 60_000].map((afterMs) => {
    const child = node.start('nsenter', [`--net=/proc/${peer}/ns/net`, process.execPath, '-e', client(afterMs)]);
    const lines: string[] = [];
    child.stdout!.on('data', (data: Buffer) => lines.push(...data.toString().trim().split('\n')));
    return lines;
  });
  await until('both are answered', () => clients.every((lines) => lines.length > 0));
  return { ...stage, clients, stop: vip('stop', parameters) };
}

test('a planned stop ends the connections to HAProxy first; nothing of that stays', async (t) => {
  let seen = await stopWithClients(t);
  // on a busy machine the reload may take longer than the second that it is given
  for (let tries = 1; tries < 3 && seen.stop.stderr.includes('did not reload within'); tries++)
    seen = await stopWithClients(t);
  const { node, sh, addresses, clients, stop } = seen;
  t.is(stop.code, 0);
  t.is(stop.stderr, `1 connections to ${four.ip} idled, or outlived 1000 ms, and were ended\n`);
  t.true(stop.ms < 4000, `${stop.ms}`);
  t.is(addresses(), '');
  const [busy, idle] = clients as [string[], string[]];
  await until('both know', () => clients.every((lines) => /end|ECONN/.test(lines.at(-1)!)));
  t.deepEqual(busy.slice(-2), ['last answer', 'end'], 'each request was answered');
  t.deepEqual(idle, ['answer', 'ECONNRESET'], 'it is told, rather than left with a dead connection');
  t.is(sh('nft list tables'), '');
  t.is(node.run('ls', '/run/vnfha/vip').stdout, '');
  t.is(node.run('pgrep', '-x', 'haproxy').code, 0, 'HAProxy itself goes on');
});

test('where HAProxy is not running, nobody waits for its connections; what a killed stop left is taken back', async (t) => {
  const stage = await scene(t);
  const { sh, vip, addresses } = stage;
  const parameters = { ...four, drain: 'lb' };
  sh('mkdir -p /run/vnfha/agents');
  for (const pid of ['999999', '']) {
    if (pid === '') sh('rm /run/vnfha/agents/lb.json');
    else note(sh, pid);
    t.is(vip('start', parameters).code, 0);
    const { code, stderr } = vip('stop', parameters);
    t.is(code, 0);
    t.is(stderr, '');
    t.is(addresses(), '');
    t.is(sh('nft list tables'), '');
  }
  // it runs, and its master doesn't answer: that costs a second, and is said
  note(sh, '1');
  t.is(vip('start', parameters).code, 0);
  const { code, stderr } = vip('stop', parameters);
  t.is(code, 0);
  t.regex(stderr, /^10\.9\.0\.50 goes without its connections being ended first: HAProxy is not running/);
  t.is(sh('nft list tables'), '');

  sh(`mkdir -p /run/vnfha/vip; nft add table inet vnfha_test; : >/run/vnfha/vip/test.held`);
  t.is(vip('start', parameters).code, 0);
  t.is(sh('nft list tables'), '');
});
