/**
 * Scheme A2 on a real cluster (the example vip-by-vnfc): a VNFC that claims its address as part of becoming active, and one whose instances
 * settle it by VRRP among themselves. From outside, all the time: never two owners.
 */
import test from 'ava';
import { Lab } from '../../src/lab/lab.ts';
import { holders, oneByOne } from './holders.ts';
import { until } from './wait.ts';

const nodes = ['node1', 'node2', 'node3'];
const claimed = '10.77.0.50';
const elected = '10.77.0.70';
const waitMs = 120_000;
let lab: Lab;

test.before('a lab with the example applied', async () => {
  lab = await Lab.up({ name: `a2-${process.pid}`, description: 'examples/vip-by-vnfc.yaml' });
  await lab.ready();
  await lab.apply();
  await atRest();
});
test.afterEach.always('what a failed test leaves to read', async (t) => {
  if (t.passed) return;
  const logs = 'tail -n 40 /var/log/vnfha/*supervisor*; grep -h edge- /var/log/pacemaker/pacemaker.log | tail -n 60; ip -br address; ls -l /run/vnfha/agents /run/vnfha/sights /run/vnfha/passes; cat /run/vnfha/agents/*';
  for (const node of nodes) t.log(node, (await lab.exec(node, ['sh', '-c', logs])).stdout);
}); // prettier-ignore
test.after.always('nothing stays', () => lab.down());

async function must(where: string, ...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await lab.exec(where, argv);
  if (code !== 0) throw new Error(`${argv.join(' ')} on ${where}: ${stderr || stdout}`);
  return stdout;
}

/** The hosts that have the address, by their kernels. */
async function owners(address: string): Promise<string[]> {
  const found = await Promise.all(
    nodes.map(async (node) =>
      (await lab.exec(node, ['ip', '-o', 'addr', 'show', 'to', address])).stdout === '' ? [] : [node],
    ),
  );
  return found.flat();
}

const promoted = async (): Promise<string | undefined> =>
  (await lab.cluster())?.resources.find(({ id, role, pending }) => id === 'edge-policy' && role === 'Promoted' && !pending)?.nodes[0]; // prettier-ignore

interface Status {
  readonly ok: boolean;
  readonly problems: readonly string[];
  readonly vnfcs: readonly { readonly name: string; readonly vips: readonly { readonly node?: string }[]; readonly instances: readonly { readonly node: string; readonly state: string }[] }[]; // prettier-ignore
}

async function status(): Promise<Status | undefined> {
  const { stdout } = await lab.exec('node3', ['vnfha', 'status', '--json']);
  return stdout.startsWith('{') ? (JSON.parse(stdout) as Status) : undefined;
}

/** Each address has one owner, which the cluster knows to be active, and all is well. */
async function atRest(): Promise<{ policy: string; gateway: string }> {
  return until(
    'both addresses have an owner, and all is well',
    async () => {
      const [[policy, ...others], [gateway, ...more], now] = [await owners(claimed), await owners(elected), await status()];
      if (policy === undefined || gateway === undefined || others.length + more.length > 0 || !now?.ok) return undefined;
      const said = (name: string): string | undefined => now.vnfcs.find((one) => one.name === name)?.vips[0]?.node;
      return said('policy') === policy && said('gateway') === gateway ? { policy, gateway } : undefined;
    },
    waitMs,
  ).catch(async (error: unknown) => {
    const seen = { claimed: await owners(claimed), elected: await owners(elected), status: await status() };
    throw new Error(`${String(error)}: ${JSON.stringify(seen)}\n${(await lab.exec('node3', ['crm_mon', '-1A'])).stdout}`);
  });
} // prettier-ignore

async function forget(): Promise<void> {
  // again where one that was under way is written down only then
  await until(
    'no failure is remembered',
    async () => {
      await must('node3', 'crm_resource', '--cleanup');
      return (await lab.cluster())?.failures.length === 0;
    },
    waitMs,
  );
}

const answers = async (address: string): Promise<boolean> =>
  (await lab.exec('client', ['timeout', '1', 'redis-cli', '-h', address, 'ping'])).stdout.includes('PONG');

/** What Pacemaker or a supervisor says of another owner. */
async function anotherOwner(address: string): Promise<string | undefined> {
  const said = new RegExp(`another host has ${address.replaceAll('.', '[.]')}: [0-9a-f:]+ answers for it`);
  const texts = [
    (await lab.exec('node3', ['crm_mon', '-1', '--output-as=xml'])).stdout,
    ...(await Promise.all(nodes.map((node) => lab.readFile(node, '/var/log/vnfha/vnfha-supervisor.log')))),
  ];
  return texts.map((text) => said.exec(text)?.[0]).find((text) => text !== undefined);
}

test.serial('the active instance has the address, and nobody else; a client writes through it', async (t) => {
  const { policy } = await atRest();
  t.is(await promoted(), policy);
  t.true(await answers(claimed));
});

test.serial('the active one dies: another takes the address, and at no time have two', async (t) => {
  const { policy } = await atRest();
  const held = await holders(lab, nodes, claimed, async () => {
    const begun = performance.now();
    await must(policy, 'pkill', '-9', '-f', 'redis-server.*6379');
    await until('it is elsewhere', async () => (await owners(claimed)).some((node) => node !== policy), waitMs);
    t.log(`elsewhere after ${Math.round(performance.now() - begun)} ms`);
    await until('it answers', () => answers(claimed), waitMs);
  });
  const by = held.get(`${claimed}/24`) ?? [];
  t.is(by[0]?.node, policy);
  t.true(by.length > 1);
  t.true(oneByOne(by), JSON.stringify(by));
  t.not((await atRest()).policy, policy);
  await forget();
});

test.serial('the active one’s node loses its power: another takes the address', async (t) => {
  const { policy } = await atRest();
  await lab.kill(policy);
  await until('it answers from elsewhere', async () => (await promoted()) !== policy && (await answers(claimed)), waitMs);
  await lab.boot(policy).catch(() => undefined); // the fencing may have done so
  await lab.ready({ timeout: waitMs });
  t.not((await atRest()).policy, policy);
  await forget();
}); // prettier-ignore

test.serial('another host has the address: the active one gives it up, nobody takes it until that has gone, and the cluster says why', async (t) => {
  await atRest();
  await must('client', 'ip', 'addr', 'add', `${claimed}/24`, 'dev', 'eth0');
  await until('no node has it', async () => (await owners(claimed)).length === 0, waitMs);
  t.log(await until('it is said', () => anotherOwner(claimed), waitMs));
  const until2 = performance.now() + 3000;
  while (performance.now() < until2) t.deepEqual(await owners(claimed), []);
  await must('client', 'ip', 'addr', 'del', `${claimed}/24`, 'dev', 'eth0');
  await forget();
  await atRest();
}); // prettier-ignore

test.serial('a standby that somebody gave the address, too: it gives it up and is restarted, the active one keeps it', async (t) => {
  const { policy } = await atRest();
  const standby = nodes.find((node) => node !== policy)!;
  const pid = async (): Promise<string> => (await lab.exec(standby, ['pgrep', '-x', 'redis-server'])).stdout.trim();
  const before = await pid();
  await must(standby, 'ip', 'addr', 'add', `${claimed}/24`, 'dev', 'eth0');
  await until('it has it no more', async () => {
    const now = await owners(claimed);
    t.true(now.includes(policy), 'the active one has it all the time');
    return !now.includes(standby);
  }, waitMs);
  await until('it was restarted', async () => ![before, ''].includes(await pid()), waitMs);
  await forget();
  t.is((await atRest()).policy, policy);
}); // prettier-ignore

test.serial('a node whose instance is stopped has the address, too: after three monitors the active one gives it up', async (t) => {
  const { policy } = await atRest();
  const idle = nodes.find((node) => node !== policy)!;
  await must(policy, 'crm_standby', '--node', idle, '--update', 'on');
  await until('nothing runs there', async () => (await lab.cluster())?.resources.every(({ id, nodes: on }) => id !== 'edge-policy' || !on.includes(idle)), waitMs);
  const begun = performance.now();
  await must(idle, 'ip', 'addr', 'add', `${claimed}/24`, 'dev', 'eth0');
  await until('nobody else has it', async () => (await owners(claimed)).join() === idle, waitMs);
  t.true(performance.now() - begun > 4000, 'it was given some time');
  await must(idle, 'ip', 'addr', 'del', `${claimed}/24`, 'dev', 'eth0');
  await must(policy, 'crm_standby', '--node', idle, '--delete');
  await forget();
  await atRest();
}); // prettier-ignore

test.serial('by election: what died without giving the address up doesn’t keep it; the other one has it, and the cluster knows', async (t) => {
  const { gateway } = await atRest();
  await must(gateway, 'pkill', '-9', 'keepalived'); // all of it at once: nothing takes the address away any more
  await until('it has the address no more', async () => !(await owners(elected)).includes(gateway), waitMs);
  const now = await atRest();
  t.not(now.gateway, gateway);
  t.deepEqual((await status())?.vnfcs.find(({ name }) => name === 'gateway')?.instances.map(({ node, state }) => `${node} ${state}`).sort(), ['node1', 'node2'].map((node) => `${node} ${node === gateway ? 'standby' : 'active'}`));
  await forget();
}); // prettier-ignore

test.serial(
  'by election: two that can’t hear each other’s election both claim the address, and one of them is taken down',
  async (t) => {
    await atRest();
    for (const node of ['node1', 'node2']) await must(node, 'nft', 'add table inet deaf; add chain inet deaf in { type filter hook input priority 0; }; add rule inet deaf in ip protocol 112 drop'); // prettier-ignore
    await until('two have it', async () => (await owners(elected)).length === 2, waitMs);
    t.log(await until('it is said', () => anotherOwner(elected), waitMs));
    await until('one of them gives it up', async () => (await owners(elected)).length === 1, waitMs);
    for (const node of ['node1', 'node2']) await must(node, 'nft', 'delete table inet deaf');
    await forget();
    await atRest();
    t.pass();
  },
);
