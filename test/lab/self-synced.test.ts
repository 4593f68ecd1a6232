/** A VNFC that carries its state itself, on a real cluster: who hasn't got it is promoted only when nobody has, and if the description says so. */
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { Lab } from '../../src/lab/lab.ts';
import { until } from './wait.ts';

const nodes = ['node1', 'node2', 'node3'];
const resource = 'self-synced-registrar';
/** Who is behind by 4 s, instead of 10, is behind: the tests wait that out. */
const example = readFileSync('examples/self-synced.yaml', 'utf8').replace('lag: 10', 'lag: 4');
const waitMs = 120_000;
const folder = mkdtempSync(path.join(tmpdir(), 'vnfha-self-synced-'));
let lab: Lab;

test.before('three Redis', async () => {
  const description = path.join(folder, 'vnf.yaml');
  writeFileSync(description, example);
  lab = await Lab.up({ name: `self-${process.pid}`, description });
  await lab.ready();
  await lab.apply();
});
test.afterEach.always('what a failed test leaves to read', async (t) => {
  if (!t.passed) t.log((await lab.exec('node1', ['crm_mon', '-1Arf'])).stdout);
});
test.after.always('nothing stays', async () => {
  await lab?.down();
  rmSync(folder, { recursive: true });
});

const redis = async (node: string, ...args: string[]): Promise<string> =>
  (await lab.exec(node, ['redis-cli', '--raw', ...args])).stdout.trim();

const promotedNode = async (): Promise<string | undefined> =>
  (await lab.cluster())?.resources.find(({ id, role }) => id === resource && role === 'Promoted')?.nodes[0];

const activeNode = (other?: string): Promise<string> =>
  until(
    `a node${other === undefined ? '' : ` other than ${other}`} is active`,
    async () => {
      const node = await promotedNode();
      return node !== undefined && node !== other ? node : undefined;
    },
    waitMs,
  );

const attribute = async (by: string, ...args: string[]): Promise<string> =>
  (await lab.exec(by, ['crm_attribute', '--query', '--quiet', ...args])).stdout.trim();
/** '': it has none. */
const scoreOf = (node: string): Promise<string> => attribute(node, '--promotion', resource, '--node', node);
const epochInCib = (): Promise<string> =>
  attribute('node1', '--type', 'crm_config', '--set-name', 'vnfha-sync', '--name', `vnfha-epoch-${resource}`);

const scores = (wanted: Readonly<Record<string, string>>): Promise<unknown> =>
  until(
    `the promotion scores are ${JSON.stringify(wanted)}`,
    async () => {
      for (const [node, score] of Object.entries(wanted)) if ((await scoreOf(node)) !== score) return false;
      return true;
    },
    waitMs,
  );

/** From now on its Redis hears of nobody. */
const detach = (node: string): Promise<string> => redis(node, 'replicaof', '127.0.0.1', '1');
const standbys = (active: string): string[] => nodes.filter((node) => node !== active);

test.serial('each says that it has the state, and the epoch is in the CIB and in the data', async (t) => {
  const active = await activeNode();
  await scores({ node1: '100', node2: '100', node3: '100' });
  await redis(active, 'set', 'user', 'alice');
  t.is(await epochInCib(), await redis(active, 'get', 'vnfha:epoch'));
  for (const node of standbys(active))
    await until(`${node} has the data`, async () => (await redis(node, 'get', 'user')) === 'alice');
});

test.serial('of two standbys the one that has the state is promoted, in a higher epoch', async (t) => {
  const active = await activeNode();
  const epoch = Number(await epochInCib());
  const [behind, fresh] = standbys(active) as [string, string];
  await detach(behind);
  await redis(active, 'set', 'user', 'bob');
  await scores({ [behind]: '', [fresh]: '100' });
  const itWaits = async () => (await lab.cluster())?.waits?.some(({ node }) => node === behind) ?? false;
  await until('it is said that it waits', itWaits, waitMs);
  // it may be said again before anybody has looked
  const killAndLook = async (): Promise<boolean> => {
    await lab.exec(behind, ['pkill', '-KILL', '-x', 'pacemaker-attrd']);
    for (let looks = 0; looks < 20; looks += 1) if (!(await itWaits())) return true;
    return false;
  };
  await until('that is gone with the attribute manager', killAndLook, waitMs);
  await until('it is said again', itWaits, waitMs);
  await scores({ [behind]: '', [fresh]: '100' });
  await lab.exec(active, ['pkill', '-KILL', '-x', 'redis-server']);
  t.is(await activeNode(active), fresh);
  t.is(await redis(fresh, 'get', 'user'), 'bob');
  t.true(Number(await epochInCib()) > epoch);
  t.is(await redis(fresh, 'get', 'vnfha:epoch'), await epochInCib());
  await redis(behind, 'replicaof', '10.81.0.50', '6379');
  await scores({ node1: '100', node2: '100', node3: '100' });
});

test.serial(
  'when nobody has the state, nobody is promoted, and it is said why; unless the description wants it',
  async (t) => {
    const active = await activeNode();
    const others = standbys(active);
    await redis(active, 'set', 'user', 'carol');
    for (const node of others)
      await until(`${node} has the data`, async () => (await redis(node, 'get', 'user')) === 'carol');
    for (const node of others) await detach(node);
    await scores(Object.fromEntries(others.map((node) => [node, ''])));
    await lab.unplug(active);
    await until(
      `${active} is known to be off`,
      async () => (await lab.cluster())?.nodes.some(({ name, online, unclean }) => name === active && !online && !unclean), // prettier-ignore
      waitMs,
    );
    for (let looks = 0; looks < 10; looks += 1) {
      t.is(await promotedNode(), undefined);
      await delay(500);
    }
    const { problems } = JSON.parse((await lab.exec(others[0]!, ['vnfha', 'status', '--json'])).stdout) as { problems: string[] }; // prettier-ignore
    for (const node of others)
      t.true(
        problems.includes(`registrar on ${node} is not to be promoted: its state is behind by more than 4`),
        problems.join('; '),
      );

    const bold = path.join(folder, 'bold.yaml');
    writeFileSync(bold, example.replace('unsure: wait', 'unsure: promote'));
    await lab.writeFile(others[0]!, '/tmp/bold.yaml', readFileSync(bold, 'utf8'));
    const applied = await lab.exec(others[0]!, ['vnfha', 'apply', '/tmp/bold.yaml', '--yes']);
    t.is(applied.code, 0, applied.stderr);
    const next = await activeNode(active);
    t.true(others.includes(next));
    t.is(await redis(next, 'get', 'user'), 'carol', 'what it had is there');
    await until('nobody waits any more', async () => (await lab.cluster())?.waits === undefined, waitMs);
    await lab.plug(active);
  },
);
