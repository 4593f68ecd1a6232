/** VNFCs with no standby, with a spare, and single ones, on a real cluster: docs/use-cases.md. */
import test from 'ava';
import { Lab } from '../../src/lab/lab.ts';
import { until } from './wait.ts';

const waitMs = 60_000;
let lab: Lab;

test.before('the example', async () => {
  lab = await Lab.up({ name: `cases-${process.pid}`, description: 'examples/use-cases.yaml' });
  await lab.ready();
  for (const node of ['node1', 'node2', 'node3'])
    await until(`the sidecar on ${node}`, async () => (await lab.exec(node, ['curl', '-sf', '--unix-socket', '/run/vnfha/sync/alone.control', 'http://sync/v1/status'])).code === 0); // prettier-ignore
  await lab.apply();
});
test.afterEach.always('what a failed test leaves to read', async (t) => {
  if (!t.passed) t.log((await lab.exec('node1', ['crm_mon', '-1Arf'])).stdout);
});
test.after.always('nothing stays', () => lab?.down());

const curl = (...args: string[]) => lab.exec('client', ['curl', '-sf', '--max-time', '3', ...args]);

async function nodesOf(id: string, role: string): Promise<string[]> {
  const found = (await lab.cluster())?.resources.filter((one) => one.id === `cases-${id}` && one.role === role) ?? [];
  return found.flatMap(({ nodes }) => nodes).sort();
}

/** As many as are wanted, none of them on `without`. */
const there = (id: string, role: string, count: number, without?: string): Promise<string[]> =>
  until(
    `${count} ${id}${without === undefined ? '' : ` and none on ${without}`}`,
    async () => {
      const nodes = await nodesOf(id, role);
      return nodes.length === count && (without === undefined || !nodes.includes(without)) ? nodes : undefined;
    },
    waitMs,
  );

/** Pulls its plug, and waits until it is back. */
async function powerCut(node: string): Promise<void> {
  await lab.kill(node);
  await until(`${node} is away`, async () => (await lab.cluster())?.nodes.some(({ name, online }) => name === node && !online), waitMs); // prettier-ignore
}

const registrar = 'http://10.82.0.50:5080';
const put = (user: string): Promise<unknown> =>
  until(`${user} is written`, async () => (await curl('-X', 'PUT', '--data', `sip:${user}`, `${registrar}/${user}`)).code === 0, waitMs); // prettier-ignore
const get = (user: string): Promise<string> =>
  until(`${user} is answered`, async () => (await curl(`${registrar}/${user}`)).stdout || undefined, waitMs);

test.serial('a state and no standby: restarted with its last checkpoint, and started elsewhere with it', async (t) => {
  await there('alone', 'Promoted', 1);
  await put('alice');
  const [before] = await there('alone', 'Promoted', 1);
  await lab.exec(before!, ['pkill', '-KILL', '-f', 'registrar.mjs 5080']);
  t.is(await get('alice'), 'sip:alice');
  await put('bob');
  const [node] = await there('alone', 'Promoted', 1);
  await powerCut(node!);
  const [after] = await there('alone', 'Promoted', 1, node);
  t.not(after, node);
  t.is(await get('alice'), 'sip:alice');
  t.is(await get('bob'), 'sip:bob');
  await lab.ready({ timeout: 90_000 });
});

test.serial('two active and a spare: the spare’s node takes the place of one that is gone', async (t) => {
  const [first, second] = await there('pool', 'Started', 2);
  const spare = ['node1', 'node2', 'node3'].find((node) => node !== first && node !== second)!;
  await powerCut(second!);
  t.deepEqual(await there('pool', 'Started', 2, second), [first!, spare].sort());
  await until('the spare is in rotation', async () => (await there('pool-member', 'Started', 2)).includes(spare), waitMs); // prettier-ignore
  for (let asked = 0; asked < 10; asked += 1)
    await until('an answer', async () => (await curl('http://10.82.0.60/')).code === 0, waitMs);
  await lab.ready({ timeout: 90_000 });
});

test.serial('a single one without state: started again, and elsewhere', async (t) => {
  const answers = async (): Promise<boolean> => (await curl('http://10.82.0.60:81/health')).stdout === 'it runs\n';
  const [before] = await there('single', 'Started', 1);
  await until('it answers', answers, waitMs);
  await lab.exec(before!, ['pkill', '-KILL', '-f', 'registrar.mjs 5082']);
  await until('it answers again', answers, waitMs);
  const [node] = await there('single', 'Started', 1);
  await powerCut(node!);
  const [after] = await there('single', 'Started', 1, node);
  t.not(after, node);
  await until('it answers from there', answers, waitMs);
});
