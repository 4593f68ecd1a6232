/**
 * Nodes' heartbeats in a real cluster whose Corosync takes its time (token 3 s): a node without power is drained long before
 * Corosync has its word; a bridge that was stopped, or is cut off itself, suspects nobody.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { Lab } from '../../src/lab/lab.ts';
import { paths } from '../../src/model/names.ts';
import { jsonLines } from './json-lines.ts';
import { until } from './wait.ts';

const name = `heartbeat-${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), 'vnfha-heartbeat-'));
const lbs = ['node1', 'node2'];
const waitMs = 120_000;
/** Silent is who misses three: on a busy machine a daemon may get no time for longer than three times the default. */
const cluster = '\ncluster: { token: 3s, heartbeat: { interval: 300ms } }\n';
let lab: Lab;

test.before('a lab with the example, and a slow Corosync', async () => {
  const description = join(folder, 'vnf.yaml');
  writeFileSync(description, readFileSync('examples/sipcore.yaml', 'utf8') + cluster);
  lab = await Lab.up({ name, description });
  await lab.ready();
  await lab.apply();
  await atRest();
});
test.afterEach.always('what a failed test leaves to read', async (t) => {
  if (t.passed) return;
  for (const node of lbs) t.log(node, (await bridgeLog(node).catch(String)).split('\n').slice(-25).join('\n'));
});
test.after.always('nothing stays', async () => {
  await lab.down();
  rmSync(folder, { recursive: true, force: true });
});

interface Line {
  readonly at: number;
  readonly event: string;
  readonly nodeids?: readonly number[];
  readonly servers?: readonly { readonly server: string; readonly out: boolean; readonly cut: boolean }[];
  readonly reason?: string;
  readonly server?: string;
}

const bridgeLog = (node: string): Promise<string> => lab.readFile(node, '/var/log/vnfha/vnfha-bridge.log');

async function logOf(node: string, sinceUs: number): Promise<Line[]> {
  return jsonLines<Line>(await bridgeLog(node)).filter(({ at }) => at >= sinceUs);
}

const nowUs = (): number => Date.now() * 1000;
const setOut = (server: string, cut: boolean) => (line: Line) =>
  line.event === 'set-servers' &&
  line.servers!.some((one) => one.server.endsWith(server) && one.out && one.cut === cut);
const suspects = ({ event, nodeids }: Line): boolean => event === 'suspected-nodes' && nodeids!.length > 0;

const logged = (node: string, sinceUs: number, what: string, is: (line: Line) => boolean): Promise<Line> =>
  until(`${node}: ${what}`, async () => (await logOf(node, sinceUs)).find(is), waitMs);

interface View {
  readonly ring: readonly number[] | null;
  readonly heartbeats: readonly number[];
  readonly servers: readonly { readonly rotation: string }[];
}

async function view(node: string): Promise<View | undefined> {
  const argv = ['curl', '-s', '-m', '5', '--unix-socket', paths.bridgeSocket, 'http://bridge/state'];
  const { code, stdout } = await lab.exec(node, argv);
  return code === 0 ? (JSON.parse(stdout) as View) : undefined;
}

/** Every server is in, and each bridge hears the other nodes. */
async function atRest(): Promise<void> {
  for (const node of lbs) {
    await until(
      `${node}: all are in and heard`,
      async () => {
        const seen = await view(node);
        return seen?.heartbeats.length === 2 && seen.servers.every(({ rotation }) => rotation === 'in');
      },
      waitMs,
    );
  }
}

/** The process of a unit's program on a node. */
async function pidOf(node: string, program: string): Promise<string> {
  const argv = ['pgrep', '-o', '-f', `(vnfha|cli|main).* ${program}`];
  return until(`${program} runs on ${node}`, async () => (await lab.exec(node, argv)).stdout.trim() || undefined);
}

test.serial('a node loses its power: drained at every load balancer before Corosync has a word', async (t) => {
  const since = nowUs();
  await lab.kill('node3');
  for (const lb of lbs) {
    const drained = await logged(lb, since, 'it is drained', setOut('node3', false));
    const ring = await logged(
      lb,
      since,
      'the ring without it',
      ({ event, nodeids }) => event === 'ring' && !nodeids!.includes(3),
    );
    const cut = await logged(lb, since, 'its sessions are cut', setOut('node3', true));
    t.log(
      `${lb}: drained ${Math.round((drained.at - since) / 1000)} ms after the cut, Corosync ${Math.round((ring.at - since) / 1000)} ms`,
    );
    t.true(drained.at < ring.at);
    t.true(cut.at >= ring.at);
  }
  await lab.ready({ timeout: waitMs });
  await atRest();
});

test.serial('a bridge that was stopped and goes on suspects nobody', async (t) => {
  const pid = await pidOf('node1', 'bridge');
  const since = nowUs();
  await lab.exec('node1', ['kill', '-STOP', pid]);
  await sleep(2000); // that it misses six heartbeats is what is tested
  await lab.exec('node1', ['kill', '-CONT', pid]);
  await atRest();
  await sleep(2500); // twice as long as a suspicion would take
  const lines = await logOf('node1', since);
  t.deepEqual(
    lines.filter((line) => suspects(line) || line.event === 'excluded'),
    [],
  );
});

test.serial('a load balancer that hears nobody suspects nobody; the others see its silence', async (t) => {
  const since = nowUs();
  await lab.unplug('node2');
  await logged('node1', since, 'node2 is drained', setOut('node2', false));
  await logged(
    'node1',
    since,
    'the ring without it',
    ({ event, nodeids }) => event === 'ring' && !nodeids!.includes(2),
  );
  await lab.plug('node2');
  await lab.ready({ timeout: waitMs });
  await atRest();
  t.deepEqual((await logOf('node2', since)).filter(suspects), []);
});
