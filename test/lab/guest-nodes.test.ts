/**
 * Guest nodes on a real cluster: examples/guest-nodes.yaml, with a libvirtd on each host, real QEMU (by software emulation) and pacemaker_remote in the
 * VMs. The registrar and its VIP run in the VMs. Its process dies, its VM dies (or hangs first), the host of its VM dies: each time the standby in the other VM is made active
 * without waiting for a boot, and never have two VMs the address.
 */
import test from 'ava';
import { Lab } from '../../src/lab/lab.ts';
import { jsonLines } from './json-lines.ts';
import { until } from './wait.ts';

const nodes = ['node1', 'node2', 'node3'];
const guests: Readonly<Record<string, string>> = { vm1: '10.77.0.41', vm2: '10.77.0.42' };
const vip = '10.77.0.50';
/** An emulated guest is there in a minute, and in several where everything else runs as well. */
const waitMs = 400_000;
let lab: Lab;

test.before('hosts with a libvirtd each, and the example applied', async () => {
  lab = await Lab.up({ name: `guests-${process.pid}`, description: 'examples/guest-nodes.yaml' });
  await lab.ready();
  await lab.apply();
});
test.afterEach.always('what a failed test leaves to read', async (t) => {
  if (t.passed) return;
  const dc = (await lab.cluster())?.dc ?? 'node2';
  t.log((await lab.exec(dc, ['crm_mon', '-1Arf'])).stdout);
  t.log((await lab.exec(dc, ['sh', '-c', 'grep -hE "log_list_item|Initiating" /var/log/pacemaker/pacemaker.log | tail -n 60 | cut -c1-180'])).stdout); // prettier-ignore
  for (const guest of Object.keys(guests)) t.log(guest, await inGuest(guest, 'tail -n 20 /var/log/pacemaker/pacemaker.log /var/log/vnfha/vnfha-supervisor.log').catch(String)); // prettier-ignore
});
test.after.always('nothing stays', () => lab?.down());

async function must(node: string, ...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await lab.exec(node, argv);
  if (code !== 0) throw new Error(`${argv.join(' ')} on ${node}: ${stderr || stdout}`);
  return stdout;
}

/** What a script prints that is run in a guest. */
const inGuest = (guest: string, script: string): Promise<string> =>
  must(
    'client',
    'curl',
    '-sf',
    '--max-time',
    '50',
    '--data-binary',
    script,
    `http://${guests[guest]!}:8099/cgi-bin/sh`,
  );

/** Where the registrar is active, and where a standby, by Pacemaker's word. */
async function roles(): Promise<{ readonly active: readonly string[]; readonly standby: readonly string[] }> {
  const all = ((await lab.cluster())?.resources ?? []).filter(({ id, failed }) => id === 'guests-registrar' && !failed);
  const of = (role: string) => all.flatMap((one) => (one.role === role && one.pending === undefined ? one.nodes : []));
  return { active: of('Promoted'), standby: of('Unpromoted') };
}

/** Whether it has booted: something answers there. */
const isUp = async (guest: string): Promise<boolean> =>
  (await lab.exec('client', ['curl', '-s', '--max-time', '2', `http://${guests[guest]!}:8099/`])).code === 0;

/** The node that runs a guest's VM. */
async function hostOf(guest: string): Promise<string> {
  const found = (await lab.cluster())?.resources.find(({ id, active }) => id === `guests-guest-${guest}` && active);
  if (found === undefined) throw new Error(`${guest} runs nowhere`);
  return found.nodes[0]!;
}

/** Who answers at the VIP: active, with which Ethernet address. */
async function owner(): Promise<string | undefined> {
  const ask = `redis-cli -h ${vip} role | head -n 1; ip neigh show ${vip}`;
  const { stdout } = await lab.exec('client', ['timeout', '5', 'sh', '-c', ask]);
  const number = /^master[^]*lladdr 52:54:00:77:00:0(\d)/.exec(stdout)?.[1]; // the lab's, in the order of the description
  return Object.keys(guests)[Number(number) - 1];
}

/** One is active and answers a client at the VIP, the other is its standby and has what was written. */
async function whole(active?: string): Promise<string> {
  const now = await until(`the registrar is whole${active === undefined ? '' : `, and active in ${active}`}`, async () => {
    const { active: [one], standby } = await roles();
    return one !== undefined && standby.length === 1 && (active ?? one) === one && (await owner()) === one && one;
  }, waitMs); // prettier-ignore
  const value = String(Date.now());
  await must('client', 'redis-cli', '-h', vip, 'set', 'subscriber', value);
  const other = Object.keys(guests).find((guest) => guest !== now)!;
  const copy = async (): Promise<string> => (await lab.exec('client', ['redis-cli', '-h', guests[other]!, 'get', 'subscriber'])).stdout.trim(); // prettier-ignore
  await until('the standby has it', async () => (await copy()) === value, waitMs);
  // an instance that failed lately gives way to one that didn't, when that is back: that is tested elsewhere
  await must('node1', 'crm_resource', '--cleanup').catch(() => must('node2', 'crm_resource', '--cleanup'));
  await until('the DC is idle', async () => {
    const dc = (await lab.cluster())?.dc;
    return dc !== undefined && (await must(dc, 'crmadmin', '-S', dc)).includes('S_IDLE');
  }, waitMs); // prettier-ignore
  return now;
}

/** Looks whether two guests ever have the VIP at once, until `stop`. */
function watchOwners(): { stop(): Promise<readonly string[]> } {
  let on = true;
  const twice: string[] = [];
  const look = async (): Promise<void> => {
    while (on) {
      // duplicate address detection: every host that has it answers, none has to be the one that a neighbour remembers
      const { stdout } = await lab.exec('client', ['arping', '-c', '2', '-w', '2', '-I', 'br0', vip]);
      const macs = new Set([...stdout.matchAll(/\[(52:54:[0-9A-F:]+)\]/gi)].map(([, mac]) => mac));
      if (macs.size > 1) twice.push([...macs].join());
    }
  };
  const looking = look();
  return {
    async stop() {
      on = false;
      await looking;
      return twice;
    },
  };
}

/** Until the other guest answers at the VIP (ms), and that the lost one boots takes longer. */
async function takenOver(from: string, strike: () => Promise<unknown>): Promise<{ readonly to: string; readonly ms: number }> {
  const to = Object.keys(guests).find((guest) => guest !== from)!;
  const begun = performance.now();
  await strike();
  await until(`${to} has the VIP`, async () => (await owner()) === to, waitMs);
  return { to, ms: performance.now() - begun };
} // prettier-ignore

/** To the QEMU of a guest. */
const signalQemu = (signal: string, guest: string, host: string): Promise<string> =>
  must(host, 'pkill', `-${signal}`, '-f', `^/usr/bin/qemu-system-x86_64 -name guest=${guest},`);

const uptimeMs = async (guest: string): Promise<number> => 1000 * Number((await inGuest(guest, 'cut -d" " -f1 /proc/uptime')).trim()); // prettier-ignore

test.serial('the registrar and its VIP come up in the guests, each on a host of its own, and answer a client', async (t) => {
  const active = await whole();
  t.regex(await inGuest(active, 'ip -o addr show dev eth0'), /inet 10\.77\.0\.50\/24/);
  t.not(await hostOf('vm1'), await hostOf('vm2'));
  const status = JSON.parse((await lab.exec('node1', ['vnfha', 'status', '--json'])).stdout) as { nodes: { name: string; host?: string; state: string }[]; problems: string[] };
  t.deepEqual(status.nodes.filter(({ host }) => host !== undefined), [
    { name: 'vm1', state: 'online', host: await hostOf('vm1') },
    { name: 'vm2', state: 'online', host: await hostOf('vm2') },
  ]);
  t.deepEqual(status.problems, []);
  for (const node of nodes) t.regex((await must(node, 'stat', '-c', '%a %G', '/etc/pacemaker/authkey')).trim(), /^640 haclient$/);
  const { stdout } = await lab.exec('node1', ['vnfha', 'doctor', '--json']);
  t.notRegex(stdout, /"check":\s*"(guests|nodes|applied)"/);
}); // prettier-ignore

test.serial('the active program dies: the supervisor in its guest tells, and the standby is active', async (t) => {
  const active = await whole();
  const owners = watchOwners();
  const { to, ms } = await takenOver(active, () => inGuest(active, 'pkill -KILL redis-server'));
  t.log(`answered at the VIP again ${(ms / 1000).toFixed(1)} s after the kill of ${active}'s program`);
  t.is(await whole(to), to);
  t.deepEqual(await owners.stop(), []);
  t.regex(await inGuest(active, 'cat /var/log/vnfha/vnfha-supervisor.log'), /"event":"said".*"word":"died"/);
});

test.serial(
  'the active guest’s QEMU dies: the standby is active before it boots, and it comes back as the standby',
  async (t) => {
    const active = await whole();
    const host = await hostOf(active);
    const owners = watchOwners();
    const { to, ms } = await takenOver(active, () => signalQemu('KILL', active, host));
    t.false(await isUp(active), 'it has not waited for the lost one');
    const count = ['--name', `fail-count-guests-guest-${active}#asyncmon_0`, '--node', host, '--query'];
    t.regex(await must(host, 'attrd_updater', ...count), / value="2"/, 'one failure counts two');
    t.log(`answered at the VIP again ${(ms / 1000).toFixed(1)} s after the kill of ${active}`);
    t.is(await whole(to), to);
    t.log(
      `on ${host} before, on ${await hostOf(active)} now; whole again after ${((await uptimeMs(active)) / 1000).toFixed(0)} s of ${active}'s new life`,
    );
    t.deepEqual(await owners.stop(), []);
    t.deepEqual(await lab.fenceLog(), [], 'a guest that dies costs no node');
  },
);

test.serial(
  'it hangs, so that Pacemaker’s connection waits for an answer, and then dies: nobody waits for that answer',
  async (t) => {
    const active = await whole();
    const host = await hostOf(active);
    await signalQemu('STOP', active, host);
    // Pacemaker asks over the connection every 30 s, and waits 30 s: until it has asked, there is nothing to acknowledge
    const queued = ['sh', '-c', `ss -Htn dst ${guests[active]!}:3121 | awk '$3 > 0'`];
    await until('Pacemaker has asked', async () => (await must(host, ...queued)) !== '', waitMs);
    const { ms } = await takenOver(active, () => signalQemu('KILL', active, host));
    t.false(await isUp(active), 'it has not waited for the lost one');
    t.log(`answered at the VIP again ${(ms / 1000).toFixed(1)} s after the kill of ${active}, which had hung`);
    const log = jsonLines<{ at: number; event: string; phase?: string }>(await must(host, 'cat', '/var/log/vnfha/vnfha-supervisor.log'));
    const at = (which: string): number => log.findLast(({ event }) => event === which)?.at ?? NaN;
    const told = at('pacemaker-told');
    const stopped = log.find(({ event, phase, at: when }) => event === 'noted' && phase === 'stopping' && when > told)!;
    t.log(`the connection was ended ${((at('connection-ended') - told) / 1000).toFixed(0)} ms after Pacemaker was told, the VM's stop begun after ${((stopped.at - told) / 1000).toFixed(0)} ms`);
    t.true(at('connection-ended') > told);
    t.true(stopped.at - at('connection-ended') < 5_000_000);
  },
); // prettier-ignore

test.serial(
  'its host loses its power: that is fenced, the standby is active, and the guest is started elsewhere',
  async (t) => {
    const active = await whole();
    const host = await hostOf(active);
    const owners = watchOwners();
    const { to, ms } = await takenOver(active, () => lab.kill(host));
    t.log(`answered at the VIP again ${(ms / 1000).toFixed(1)} s after the power cut of ${host}`);
    const fenced = (await lab.fenceLog()).map(({ node, action }) => `${action} ${node}`);
    t.deepEqual(fenced, [`reboot ${host}`]);
    await lab.ready({ timeout: waitMs });
    t.is(await whole(to), to);
    t.not(await hostOf(active), host);
    t.deepEqual(await owners.stop(), []);
  },
);
