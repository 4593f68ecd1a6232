/** VNFCs with no standby, with a spare, single ones, and one that fails again and again, on a real cluster: docs/use-cases.md. */
import test from 'ava';
import type { JournalEntry } from '../../src/decide/incident-journal.ts';
import { Lab } from '../../src/lab/lab.ts';
import { paths } from '../../src/model/names.ts';
import { jsonLines } from './json-lines.ts';
import { until } from './wait.ts';

const waitMs = 120_000;
let lab: Lab;

test.before('the example', async () => {
  lab = await Lab.up({ name: `cases-${process.pid}`, description: 'examples/use-cases.yaml' });
  await lab.ready();
  for (const node of ['node1', 'node2', 'node3'])
    await until(`the sidecar on ${node}`, async () => (await lab.exec(node, ['curl', '-sf', '--unix-socket', '/run/vnfha/sync/alone.control', 'http://sync/v1/status'])).code === 0); // prettier-ignore
  await lab.apply();
});
test.afterEach.always('what a failed test leaves to read', async (t) => {
  if (t.passed) return;
  t.log((await lab.exec('node1', ['crm_mon', '-1Arf'])).stdout);
  t.log((await journal()).map((entry) => JSON.stringify(entry)).join('\n'));
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

const journal = async (): Promise<readonly JournalEntry[]> => {
  const files = ['node1', 'node2', 'node3'].map((node) => lab.exec(node, ['cat', paths.incidentJournal]));
  const texts = (await Promise.all(files)).map(({ stdout }) => stdout);
  const longest = texts.toSorted((one, other) => other.length - one.length)[0]!; // a node that was away has less
  return jsonLines<JournalEntry>(longest);
};
const kinds = async (): Promise<string[]> => (await journal()).map(({ kind }) => kind);

/** What a restart of the program doesn't cure: something else has its port. */
const squat = (node: string): Promise<unknown> =>
  lab.spawn(node, ['node', '-e', `
    const { createServer } = require('node:net');
    const { execSync } = require('node:child_process');
    (function take() {
      try { execSync('pkill -KILL -f "[r]egistrar.mjs 5083"'); } catch {}
      createServer().on('error', () => setTimeout(take, 5)).listen(5083, '0.0.0.0');
    })();`]); // prettier-ignore

test.serial(
  'one that fails again and again: its node is restarted, and when that does not help for long, the VNFM is asked',
  async (t) => {
    const cure = ['sh', '-c', 'touch /tmp/asked; while [ ! -e /tmp/repaired ]; do sleep 0.1; done'];
    await lab.spawn('client', ['vnfha', 'vnfm-sim', '--listen', '10.82.0.100:9890', '--on-heal', JSON.stringify(cure)]);
    await lab.ready({ timeout: 90_000 });
    await there('frail-member', 'Started', 3);
    const [alone] = await there('alone', 'Promoted', 1);
    const [single] = await there('single', 'Started', 1);
    const node = ['node1', 'node2', 'node3'].find((name) => name !== alone && name !== single)!;
    await put('carol');

    const fenced = async () => (await lab.fenceLog()).filter((one) => one.node === node).length;
    const before = await fenced();
    await squat(node);
    await until('its node is restarted', async () => (await fenced()) > before, waitMs);
    await there('frail-member', 'Started', 3);
    const first = await until('it is over', async () => ((await kinds()).includes('closed') ? await kinds() : undefined), waitMs); // prettier-ignore
    t.deepEqual(first, ['raised', 'node-restart-requested', 'node-restarted', 'recovered', 'closed']);
    t.not((await lab.exec('client', ['test', '-e', '/tmp/asked'])).code, 0, 'the VNFM is not asked');
    t.is((await lab.exec('node1', ['crm_attribute', '-N', node, '-n', 'standby', '-l', 'reboot', '-G', '-q'])).stdout, '', 'it is not left in standby'); // prettier-ignore

    await squat(node);
    await until('the VNFM is asked', async () => (await lab.exec('client', ['test', '-e', '/tmp/asked'])).code === 0, waitMs); // prettier-ignore
    t.is(await fenced(), before + 1, 'a second restart is not tried');
    await lab.exec(node, ['pkill', '-KILL', '-f', 'createServer']);
    await lab.exec('client', ['touch', '/tmp/repaired']);
    await there('frail-member', 'Started', 3);
    const both = await until('it is over', async () => ((await kinds()).filter((kind) => kind === 'closed').length === 2 ? await kinds() : undefined), waitMs); // prettier-ignore
    t.deepEqual(both.slice(first.length), ['raised', 'node-not-restarted', 'heal-requested', 'heal-accepted', 'heal-completed', 'cleaned-up', 'recovered', 'closed']); // prettier-ignore
    t.is(await get('carol'), 'sip:carol', 'what else ran there has its state');
  },
);
