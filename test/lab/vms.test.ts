/**
 * Scheme B3 on a real cluster: examples/vms.yaml, with a libvirtd on each node, real QEMU (by software emulation) and guests that serve
 * behind HAProxy. A VM that fails is excluded, restarted where it is, then on another host, and is at last the VNFM's; a host that is lost
 * costs its VMs no more than a start elsewhere.
 */
import test from 'ava';
import type { JournalEntry } from '../../src/decide/incident-journal.ts';
import { Lab } from '../../src/lab/lab.ts';
import { paths } from '../../src/model/names.ts';
import { jsonLines } from './json-lines.ts';
import { until } from './wait.ts';

const nodes = ['node1', 'node2', 'node3'];
const lbs = ['node1', 'node2'];
const vms = ['web1', 'web2'];
const configOf = (vm: string): string => `/etc/vnfha/vm/${vm}.xml`;
/** An emulated guest boots in seconds, and in a minute or two where everything else runs as well. */
const waitMs = 150_000;
let lab: Lab;

test.before('hosts with a libvirtd each, the example applied, and a VNFM that repairs when the test has', async () => {
  lab = await Lab.up({ name: `vms-${process.pid}`, description: 'examples/vms.yaml' });
  await lab.ready();
  const repair = ['sh', '-c', 'touch /tmp/asked; while [ ! -e /tmp/repaired ]; do sleep 0.1; done'];
  const sim = ['vnfha', 'vnfm-sim', '--listen', '10.77.0.100:9890', '--log', '/var/log/vnfm-sim.jsonl', '--heal-time', '1s'];
  await lab.spawn('client', [...sim, '--on-heal', JSON.stringify(repair)]);
  await lab.apply();
  await served(...vms);
}); // prettier-ignore
test.afterEach.always('what a failed test leaves to read', async (t) => {
  if (t.passed) return;
  const dc = (await lab.cluster())?.dc ?? 'node2';
  t.log((await lab.exec(dc, ['crm_mon', '-1Arf'])).stdout);
  for (const node of nodes) t.log(node, (await lab.exec(node, ['sh', '-c', 'tail -n 5 /run/guest/web*.log; tail -n 15 /var/log/vnfha/vnfha-bridge.log'])).stdout); // prettier-ignore
});
test.after.always('nothing stays', () => lab?.down());

async function must(node: string, ...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await lab.exec(node, argv);
  if (code !== 0) throw new Error(`${argv.join(' ')} on ${node}: ${stderr || stdout}`);
  return stdout;
}

/** The node on which a VM runs, by Pacemaker's word. */
const hostOf = async (vm: string): Promise<string | undefined> =>
  (await lab.cluster())?.resources.find(({ id, active }) => id === `vms-web-${vm}` && active)?.nodes[0];

async function theHostOf(vm: string): Promise<string> {
  const host = await hostOf(vm);
  if (host === undefined) throw new Error(`${vm} runs nowhere`);
  return host;
}

interface View {
  readonly server: string;
  readonly node: string | null;
  readonly rotation: 'in' | 'out';
  readonly reason: string;
}

/** What the bridge of a load balancer's node says of each VM's server. */
async function rotation(lb: string): Promise<Record<string, View>> {
  const { code, stdout } = await lab.exec(lb, ['curl', '-s', '--unix-socket', paths.bridgeSocket, 'http://x/state']);
  const { servers } = code === 0 ? (JSON.parse(stdout) as { servers: View[] }) : { servers: [] };
  return Object.fromEntries(servers.map((server) => [server.server, server]));
}

/** Who answers at the VIP, asked a few times. */
async function answers(): Promise<readonly string[]> {
  const loop = 'for i in 1 2 3 4 5 6; do curl -sf --max-time 3 http://10.77.0.60/ || echo lost; done';
  return [...new Set((await must('client', 'sh', '-c', loop)).trim().split('\n'))].sort();
}

/** Waits until these VMs and no others answer at the VIP, and every load balancer has them in rotation. */
async function served(...wanted: string[]): Promise<void> {
  await until(`${wanted.join()} in rotation`, async () => {
    const views = await Promise.all(lbs.map(rotation));
    return views.every((view) => vms.every((vm) => (view[vm]?.rotation === 'in') === wanted.includes(vm)));
  }, waitMs);
  await until(`${wanted.join()} at the VIP`, async () => (await answers()).join() === wanted.join(), waitMs);
} // prettier-ignore

/** Its QEMU, by the kernel's word, on the node. */
const killQemu = (node: string, vm: string): Promise<string> => must(node, 'pkill', '-KILL', '-f', `^/usr/bin/qemu-system-x86_64 -name guest=${vm},`); // prettier-ignore

interface Line {
  readonly at: number;
  readonly event: string;
  readonly server?: string;
  readonly reason?: string;
}
async function bridgeLog(lb: string, sinceUs: number): Promise<Line[]> {
  return jsonLines<Line>(await lab.readFile(lb, '/var/log/vnfha/vnfha-bridge.log')).filter(({ at }) => at >= sinceUs);
}

/** Kills it on its host; returns how long the slower load balancer took to exclude it (ms), and why it did. */
async function killed(vm: string): Promise<{ readonly node: string; readonly ms: number; readonly why: string }> {
  const node = await theHostOf(vm);
  const since = Date.now() * 1000;
  await killQemu(node, vm);
  const lines = await Promise.all(lbs.map((lb) => until(`${vm} is excluded on ${lb}`, async () =>
    (await bridgeLog(lb, since)).find(({ event, server }) => event === 'excluded' && server === `vms-web/${vm}`), waitMs))); // prettier-ignore
  const slower = lines.reduce((a, b) => (a.at > b.at ? a : b));
  return { node, ms: (slower.at - since) / 1000, why: slower.reason! };
}

/** Pacemaker has dealt with it all. */
const idle = (): Promise<true> => until('the DC is idle', async () => {
  const dc = (await lab.cluster())?.dc;
  return dc !== undefined && (await lab.exec(dc, ['crmadmin', '-S', dc])).stdout.includes('S_IDLE');
}, waitMs); // prettier-ignore

test.serial('each VM is on a host of its own, and answers at the VIP by its name', async (t) => {
  await idle();
  const hosts = await Promise.all(vms.map(theHostOf));
  t.is(new Set(hosts).size, 2, hosts.join());
  const view = await rotation('node1');
  t.deepEqual(vms.map((vm) => view[vm]!.node), hosts);
  const status = JSON.parse((await lab.exec('node1', ['vnfha', 'status', '--json'])).stdout) as { ok: boolean; vnfcs: { instances: { node: string; host: string; state: string; rotation: string }[] }[] };
  t.deepEqual(status.vnfcs[0]!.instances.map(({ node, host, state, rotation: where }) => [node, host, state, where]), vms.map((vm, at) => [vm, hosts[at]!, 'up', 'in']));
}); // prettier-ignore

test.serial('a VM that dies is excluded by its supervisor’s word, restarted where it is, and re-admitted', async (t) => {
  const { node, ms, why } = await killed('web1');
  t.log(`out at both load balancers ${ms.toFixed(1)} ms after the request for the kill: ${why}`);
  t.regex(why, /^VM web1 died on node/);
  t.true(ms < 3000);
  await served('web2');
  await served('web1', 'web2');
  t.is(await hostOf('web1'), node);
}); // prettier-ignore

test.serial('one that fails again there is started on another host, and keeps its name and address', async (t) => {
  await idle();
  const { node } = await killed('web1');
  await until('web1 runs elsewhere', async () => ![undefined, node].includes(await hostOf('web1')), waitMs);
  await served('web1', 'web2');
  const host = await theHostOf('web1');
  for (const lb of lbs) t.like((await rotation(lb))['web1'], { node: host, rotation: 'in' });
});

test.serial('a host loses its power: its VM’s server is out at once, and in again from another host', async (t) => {
  await idle();
  const lost = await theHostOf('web2');
  const stays = lbs.find((lb) => lb !== lost)!;
  const since = Date.now() * 1000;
  await lab.kill(lost);
  const out = await until('web2 is excluded', async () => (await bridgeLog(stays, since)).find(({ event, server }) => event === 'excluded' && server === 'vms-web/web2'), waitMs); // prettier-ignore
  t.log(`out ${((out.at - since) / 1000).toFixed(0)} ms after the power cut: ${out.reason}`);
  t.true(out.at - since < 5_000_000);
  await until('web2 runs elsewhere', async () => ![undefined, lost].includes(await hostOf('web2')), waitMs);
  await lab.ready({ timeout: waitMs }); // fencing has switched it on again
  await served('web1', 'web2');
  t.not(await hostOf('web2'), lost, 'it isn’t moved back');
});

test.serial('a VM that no host can start is the VNFM’s, by its vnfcInstanceId, and is back when that has healed it', async (t) => {
  await idle();
  for (const node of nodes) await must(node, 'mv', configOf('web1'), '/root/web1.xml');
  await killed('web1');
  await until('the VNFM is asked', async () => (await lab.exec('client', ['test', '-e', '/tmp/asked'])).code === 0, waitMs);
  t.is(await hostOf('web1'), undefined);
  t.deepEqual(await answers(), ['web2'], 'excluded before the VNFM is told');
  const requests = (await lab.readFile('client', '/var/log/vnfm-sim.jsonl')).split('\n').filter((line) => line.includes('WEB-'));
  t.true(requests.some((line) => line.includes('WEB-3c01')), requests.join('\n'));
  t.false(requests.some((line) => line.includes('WEB-77d9')));
  for (const node of nodes) await must(node, 'mv', '/root/web1.xml', configOf('web1'));
  await must('client', 'touch', '/tmp/repaired');
  await served('web1', 'web2');
  const journal = async (): Promise<JournalEntry[]> => jsonLines(await lab.readFile('node3', paths.incidentJournal));
  const closed = await until('the incident is closed', async () => (await journal()).find(({ kind }) => kind === 'closed'), waitMs);
  t.like((await journal()).find(({ kind, incident }) => kind === 'raised' && incident === closed.incident), { vnfc: 'web', node: 'web1' });
}); // prettier-ignore
