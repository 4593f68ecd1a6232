/**
 * Whatever is killed, whenever: never two owners of an address, and in the end all is as described. The faults follow from a seed
 * (VNFHA_CHAOS_SEED, else the same every time; VNFHA_CHAOS_FAULTS says how many), and what was done is printed.
 */
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { unwell } from '../../src/demo/cluster.ts';
import { Lab } from '../../src/lab/lab.ts';
import { loadVnf } from '../../src/model/load.ts';
import { paths } from '../../src/model/names.ts';
import type { Vnf } from '../../src/model/vnf.ts';
import { until } from './wait.ts';

const seed = Number(process.env.VNFHA_CHAOS_SEED ?? 20261123);
const faults = Number(process.env.VNFHA_CHAOS_FAULTS ?? 20);
const nodes = ['node1', 'node2', 'node3'];
const vips = ['10.77.0.50', '10.77.0.60'];
let lab: Lab;
let vnf: Vnf;

test.before('a lab with the example applied, and a VNFM', async () => {
  vnf = await loadVnf(new URL('../../examples/sipcore.yaml', import.meta.url).pathname);
  lab = await Lab.up({ name: `chaos-${process.pid}` });
  const credentials = ['--client', 'vnfha', '--secret', 'vnfha-lab'];
  await lab.spawn('client', ['vnfha', 'vnfm-sim', '--listen', '10.77.0.100:9890', ...credentials, '--heal-time', '1s']);
  await lab.ready();
  await lab.apply();
  await wellAgain();
});
test.after.always('nothing stays', () => lab.down());

async function wellAgain(): Promise<void> {
  let last = '';
  await until(
    'the VNF is as described',
    async () => (last = unwell(await lab.cluster(), vnf).join('; ')) === '',
    180_000,
  ).catch(async (error: Error) => Promise.reject(new Error(`${error.message}: ${last}\n${await whatIsSaid()}`)));
}

/** What an operator would look at: the failures that Pacemaker counts, the incidents and what became of them, what the notifiers did. */
async function whatIsSaid(): Promise<string> {
  const asked = nodes.flatMap((node) =>
    [
      ['crm_mon', '-1', '-r', '-f'],
      ['vnfha', 'incident', 'list'],
      ['tail', '-n', '30', '/var/log/vnfha/vnfha-notifier.log'],
    ].map(async (argv) => {
      const { stdout, stderr } = await lab
        .exec(node, argv, { timeout: 10_000 })
        .catch((error: Error) => ({ stdout: '', stderr: error.message }));
      return `${node}# ${argv.join(' ')}\n${stdout}${stderr}`;
    }),
  );
  return (await Promise.all(asked)).join('\n');
}

/** The nodes that have an address. */
async function ownersOf(vip: string, among: readonly string[]): Promise<string[]> {
  const held = await Promise.all(
    among.map(async (node) => {
      const { stdout } = await lab
        .exec(node, ['ip', '-o', 'addr', 'show'], { timeout: 5000 })
        .catch(() => ({ stdout: '' }));
      return stdout.includes(` ${vip}/`);
    }),
  );
  return among.filter((_, at) => held[at]);
}

/** Looks again and again until told to stop. An address that moves between two reads is seen once, not twice. */
async function watchOwners(until: () => boolean): Promise<string[]> {
  const violations: string[] = [];
  while (!until()) {
    for (const vip of vips) {
      const seen = await ownersOf(vip, nodes);
      const still = seen.length > 1 ? await ownersOf(vip, seen) : [];
      if (still.length > 1) violations.push(`${vip} is on ${still.join(' and ')}`);
    }
    await delay(100);
  }
  return violations;
}

/** Numbers in [0, 1) that follow from the seed (mulberry32). */
function chanceFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** kill -9 of whatever is called so on a node. */
async function crash(node: string, program: string): Promise<void> {
  const { stdout } = await lab.exec(node, ['pgrep', '-x', program]);
  const pids = stdout.split('\n').filter(Boolean);
  if (pids.length > 0) await lab.exec(node, ['kill', '-KILL', ...pids]);
}

const kinds: Readonly<Record<string, (node: string) => Promise<void>>> = {
  'the bridge is killed': (node) => lab.service(node === 'node3' ? 'node1' : node, 'vnfha-bridge', 'kill'),
  'the notifier is killed': (node) => lab.service(node, 'vnfha-notifier', 'kill'),
  'HAProxy is killed': (node) => crash(node === 'node3' ? 'node2' : node, 'haproxy'),
  'the web is killed': (node) => crash(node, 'nginx'),
  'the registrar is killed': (node) => crash(node, 'redis-server'),
  'the controller is killed': (node) => crash(node, 'pacemaker-contr'),
  'the power is cut': (node) => lab.kill(node),
};

test('killed at random, the VNF comes back, and no address ever has two owners', async (t) => {
  const chance = chanceFrom(seed);
  let over = false;
  const watching = watchOwners(() => over);
  try {
    for (let count = 0; count < faults; count++) {
      const names = Object.keys(kinds);
      const kind = names[Math.floor(chance() * names.length)]!;
      const node = nodes[Math.floor(chance() * nodes.length)]!;
      const pause = Math.floor(chance() * 3000);
      t.log(`${kind} (${node}), then ${pause} ms`);
      await kinds[kind]!(node);
      await delay(pause);
      // one node at a time: two of three make no quorum
      await lab.ready({ timeout: 90_000 });
    }
    await wellAgain();
  } finally {
    over = true;
  }
  t.deepEqual(await watching, []);
  for (const node of ['node1', 'node2']) {
    await until(`the HAProxy of ${node} has every server`, async () => (await listOf(node)).every(isIn), 30_000);
    t.is((await listOf(node)).length, nodes.length);
  }
});

interface Place {
  readonly rotation: string;
  readonly memory: string;
  readonly file: string;
}

const isIn = (place: Place): boolean => [place.rotation, place.memory, place.file].every((says) => says === 'in');

/** What the bridge of a node says of each server: what should be, HAProxy's memory, its file. */
async function listOf(node: string): Promise<Place[]> {
  const ask = ['curl', '-s', '--unix-socket', paths.bridgeSocket, 'http://bridge/state'];
  return (JSON.parse((await lab.exec(node, ask)).stdout) as { servers: Place[] }).servers;
}
