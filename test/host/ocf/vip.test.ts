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
    t.is(vip('start', slow).code, 0);
    const first = announcers();
    t.is(first.length, 1);
    t.is(vip('start', slow).code, 0);
    t.is(announcers().length, 1, 'one, not two');
    t.notDeepEqual(announcers(), first);
    t.is(vip('stop', slow).code, 0);
    t.deepEqual(announcers(), []);
    t.is(node.run('ls', '/run/vnfha/vip').stdout, '');
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

test('ocf-tester', async (t) => {
  const { node } = await scene(t);
  t.is(ocfTester(node, 'vip', four), '');
  t.is(ocfTester(node, 'vip', six), '');
});
