/** Scheme C with two VIPs on a real cluster (examples/two-vips.yaml): both load balancers serve, each can be lost, and no request is when one is back. */
import test from 'ava';
import { Lab } from '../../src/lab/lab.ts';
import { until } from './wait.ts';

const balancers = ['node1', 'node2'];
const addresses = ['10.77.0.60', '10.77.0.61'];
const ids = ['twovips-lb-vip', 'twovips-lb-vip2'];
const waitMs = 120_000;
let lab: Lab;

test.before('a lab with the example applied', async () => {
  lab = await Lab.up({ name: `vips-${process.pid}`, description: 'examples/two-vips.yaml' });
  await lab.ready();
  await lab.apply();
  await spread();
  for (const address of addresses) await until(`${address} answers`, () => answers(address), waitMs);
});
test.afterEach.always('what a failed test leaves to read', async (t) => {
  if (!t.passed) t.log((await lab.exec('node3', ['crm_mon', '-1Arf'])).stdout);
});
test.after.always('nothing stays', () => lab?.down());

async function must(where: string, ...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await lab.exec(where, argv);
  if (code !== 0) throw new Error(`${argv.join(' ')} on ${where}: ${stderr || stdout}`);
  return stdout;
}

/** The nodes with the VIPs, by Pacemaker's word; undefined: it is at work. */
async function places(): Promise<string[] | undefined> {
  const resources = (await lab.cluster())?.resources ?? [];
  const nodes = ids.flatMap((id) => resources.find((one) => one.id === id && one.role === 'Started')?.nodes ?? []);
  return nodes.length === ids.length ? nodes : undefined;
}

const spread = () =>
  until('a VIP on each load balancer', async () => (await places())?.toSorted().join() === balancers.join(), waitMs);
const together = (node: string) =>
  until(`both VIPs on ${node}`, async () => (await places())?.join() === [node, node].join(), waitMs);

async function answers(address: string): Promise<boolean> {
  return (await lab.exec('client', ['curl', '-sf', '--max-time', '2', `http://${address}/`])).code === 0;
}

/** Which nodes' kernels have the address. */
async function owners(address: string, among = balancers): Promise<string[]> {
  const found: string[] = [];
  for (const node of among) {
    const { stdout } = await lab.exec(node, ['ip', '-o', 'addr', 'show', 'to', address]);
    if (stdout.trim() !== '') found.push(node);
  }
  return found;
}

/** Asks both VIPs all the time, over connections that are kept and over new ones, until it is told to stop; what went wrong. */
async function asking(): Promise<() => Promise<string[]>> {
  const loop = (address: string) =>
    `while [ ! -e /tmp/enough ]; do curl -sf --max-time 5 http://${address}/ http://${address}/ >/dev/null || echo "$(date +%T.%N) ${address} $?"; sleep 0.02; done`;
  await must('client', 'rm', '-f', '/tmp/enough');
  const all = addresses.map((address) => lab.exec('client', ['sh', '-c', loop(address)], { timeout: 180_000 }));
  return async () => {
    await must('client', 'touch', '/tmp/enough');
    return (await Promise.all(all)).flatMap(({ stdout }) => stdout.split('\n').filter(Boolean));
  };
}

test.serial('each load balancer has a VIP, and each VIP answers', async (t) => {
  const at = await places();
  t.deepEqual(at?.toSorted(), balancers);
  for (const [index, address] of addresses.entries()) {
    t.deepEqual(await owners(address), [at![index]]);
    t.true(await answers(address));
  }
  const { stdout } = await lab.exec('node3', ['vnfha', 'status']);
  for (const [index, address] of addresses.entries()) t.true(stdout.includes(`${address} on ${at![index]}`), stdout);
});

test.serial('HAProxy of one dies: the other one has both VIPs at once, and gives one back when it runs again', async (t) => {
  const [first, second] = (await places())!;
  const moved = together(first!);
  await must(second!, 'pkill', '-9', '-x', 'haproxy');
  await moved;
  t.true((await Promise.all(addresses.map(answers))).every(Boolean));
  const stop = await asking();
  await spread();
  t.deepEqual(await stop(), []);
}); // prettier-ignore

test.serial('a node is lost: both VIPs are on the other; it is back, and so is its VIP, without a request lost', async (t) => {
  const [first, second] = (await places())!;
  await lab.kill(first!);
  await together(second!);
  for (const address of addresses) {
    await until(`${address} answers`, () => answers(address), waitMs);
    t.deepEqual(await owners(address, [second!]), [second]); // the other one is off
  }
  const stop = await asking();
  await spread();
  for (const address of addresses) t.is((await owners(address)).length, 1);
  t.deepEqual(await stop(), []);
}); // prettier-ignore

test.serial('a planned move of both VIPs onto one node, and back: no request is lost', async (t) => {
  const [first, second] = (await places())!;
  const stop = await asking();
  await must('node3', 'crm_standby', '-N', second!, '-v', 'on');
  await together(first!);
  await must('node3', 'crm_standby', '-N', second!, '-D');
  await spread();
  t.deepEqual(await stop(), []);
});
