/** The lab itself: it forms, its faults are real ones, and it leaves nothing behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { Lab } from '../../src/lab/lab.ts';
import type { ClusterStatus } from '../../src/model/cluster.ts';
import { Failure } from '../../src/process/failure.ts';
import { directoryOf, runningLabs } from '../../src/lab/worlds.ts';
import { rememberLab } from './leftovers.ts';
import { until } from './wait.ts';

const name = `lab-${process.pid}`;
const others = ['second', 'owned', 'interrupted', 'detached'].map((suffix) => `${name}-${suffix}`);
let lab: Lab;
let formedMs: number;

test.before('a lab of three nodes', async () => {
  const begun = performance.now();
  lab = await Lab.up({ name, seedFencing: true });
  await lab.ready();
  formedMs = performance.now() - begun;
});
test.after.always('nothing stays', async () => {
  for (const each of [name, ...others]) await Lab.named(each).down();
});

const powerOf = async (node: string) => (await lab.status()).hosts.find((host) => host.name === node)?.power;
const fencedSince = async (node: string, count: number) =>
  (await lab.fenceLog()).slice(count).find((fencing) => fencing.action === 'reboot' && fencing.node === node);
const bootId = async (node: string) => (await lab.exec(node, ['stat', '-c', '%z', '/run/lock'])).stdout;

test.serial('three nodes form a cluster, within a time that is told', async (t) => {
  t.log(`formed in ${(formedMs / 1000).toFixed(1)} s`);
  t.true(formedMs < 30_000);
  const cluster = await lab.cluster();
  t.deepEqual(cluster?.nodes.map((node) => [node.name, node.online]), [['node1', true], ['node2', true], ['node3', true]]); // prettier-ignore
  t.true(cluster?.quorate);
});

test.serial('programs run on the nodes, the client and the world, each in its own network', async (t) => {
  const ping = await lab.exec('client', ['ping', '-c', '1', '-W', '2', 'node2']);
  t.is(ping.code, 0, ping.stderr);
  t.is((await lab.exec('node2', ['uname', '-n'])).stdout, 'node2\n');
  t.true((await lab.exec('node2', ['ip', '-br', 'address'])).stdout.includes('10.77.0.2/24'));
  t.regex((await lab.exec('world', ['ip', '-br', 'link'])).stdout, /^br0\s/m);
  t.is((await lab.exec('node1', ['sh', '-c', 'cat; exit 7'], { input: 'words' })).code, 7);
  t.is((await lab.exec('node1', ['cat'], { input: 'words' })).stdout, 'words');
  t.is((await lab.exec('node1', ['printenv', 'A'], { env: { A: 'b' } })).stdout, 'b\n');
});

test.serial('a program that does not end in time is killed, on its node too', async (t) => {
  const sleep = ['sleep', '4711'];
  const error = await t.throwsAsync<Failure>(lab.exec('node1', sleep, { timeout: 500 }), { instanceOf: Failure });
  t.is(error.kind, 'timeout');
  const running = async () => (await lab.exec('node1', ['pgrep', '-f', 'sleep 4711'])).code === 0;
  await until('the sleep is gone', async () => !(await running()));
  const process = await lab.spawn('node1', sleep);
  await until('the sleep is there', running);
  await process.stop();
  await until('the stopped sleep is gone', async () => !(await running()));
  t.is(await process.done, 137);
});

test.serial('a node is installed from the artefact, with its own description', async (t) => {
  t.is((await lab.exec('node1', ['vnfha', '--version'])).code, 0);
  const description = await lab.readFile('node1', '/etc/vnfha/vnf.yaml');
  t.regex(description, /agent: fence_vnfha_lab/);
  const secret = await lab.exec('node1', ['stat', '-c', '%a', '/etc/vnfha/vnfm-secret']);
  t.is(secret.stdout, '600\n');
});

test.serial('its services are those of the unit files, and come back when they are killed', async (t) => {
  const pacemakerd = async () => (await lab.exec('node3', ['pidof', 'pacemakerd'])).stdout.trim();
  const before = await pacemakerd();
  t.regex(before, /^\d+$/);
  await lab.service('node3', 'pacemaker', 'kill');
  const after = await until('pacemakerd is back', async () => {
    const pid = await pacemakerd();
    return pid !== '' && pid !== before && pid;
  });
  t.not(after, before);
  const error = await t.throwsAsync(lab.service('node3', 'postfix', 'kill'), { instanceOf: Failure });
  t.regex(error.message, /no service 'postfix' here; there are: corosync, pacemaker, vnfha-bridge, vnfha-notifier/);
  await lab.ready();
});

test.serial('a power cut: fenced, back, and its disk as it was', async (t) => {
  const count = (await lab.fenceLog()).length;
  await lab.writeFile('node3', '/var/lib/vnfha/kept', 'as it was');
  await lab.writeFile('node3', '/run/lost', 'gone');
  const before = await bootId('node3');
  await lab.kill('node3');
  t.is(await powerOf('node3'), 'off');
  t.not((await lab.exec('client', ['ping', '-c', '1', '-W', '1', '10.77.0.3'])).code, 0);
  await t.throwsAsync(lab.exec('node3', ['true']), { message: 'node3 is off' });
  const fencing = await until('node3 is fenced', () => fencedSince('node3', count));
  t.is(fencing.result, 'ok');
  t.regex(fencing.from, /^node[12]$/);
  await lab.ready();
  t.not(await bootId('node3'), before);
  t.is(await lab.readFile('node3', '/var/lib/vnfha/kept'), 'as it was');
  t.is((await lab.exec('node3', ['cat', '/run/lost'])).code, 1);
});

test.serial('a pulled cable: fenced, and still pulled after the reboot', async (t) => {
  const count = (await lab.fenceLog()).length;
  const before = await bootId('node2');
  await lab.unplug('node2');
  await until('node2 is fenced', () => fencedSince('node2', count));
  await until('node2 is on again', async () => (await powerOf('node2')) === 'on' && (await bootId('node2')) !== before);
  t.deepEqual((await lab.status()).hosts.find((host) => host.name === 'node2')?.unplugged, ['service']);
  t.not((await lab.exec('node2', ['ping', '-c', '1', '-W', '1', 'node1'])).code, 0);
  await lab.plug('node2');
  await lab.ready();
  t.is((await lab.exec('node2', ['ping', '-c', '1', '-W', '2', 'node1'])).code, 0);
});

test.serial('a clean halt is not fenced', async (t) => {
  const count = (await lab.fenceLog()).length;
  await lab.halt('node2');
  t.is(await powerOf('node2'), 'off');
  await lab.ready({ nodes: ['node1', 'node3'] });
  await lab.boot('node2');
  await lab.ready();
  t.deepEqual((await lab.fenceLog()).slice(count), []);
});

test.serial('the fence agent says what a fence agent must', async (t) => {
  const agent = (...args: string[]) => lab.exec('node1', ['fence_vnfha_lab', ...args]);
  t.is(
    (await lab.exec('node1', ['xmllint', '--noout', '-'], { input: (await agent('-o', 'metadata')).stdout })).code,
    0,
  );
  t.is((await agent('-o', 'status', '-n', 'node1')).code, 0);
  t.is((await agent('-o', 'list')).stdout, 'node1,\nnode2,\nnode3,\n');
  t.is((await lab.exec('node1', ['fence_vnfha_lab'], { input: 'action=monitor\n' })).code, 0);
  const unknown = await lab.exec('node1', ['fence_vnfha_lab'], { input: 'action=off\nport=node9\n' });
  t.is(unknown.code, 1);
  t.regex(unknown.stderr, /no node 'node9'/);
});

test.serial('logs can be copied out, of a node that is off too', async (t) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'vnfha-logs-'));
  t.teardown(() => rm(directory, { recursive: true }));
  await lab.halt('node3');
  await lab.copyLogs(directory);
  t.deepEqual((await readdir(directory)).sort(), ['node1', 'node2', 'node3']);
  t.regex(await readFile(path.join(directory, 'node3/pacemaker/pacemaker.log'), 'utf8'), /pacemakerd/);
  await lab.boot('node3');
  await lab.ready();
});

const vnfha = path.join(import.meta.dirname, '../../dist/bin/vnfha');
const wrong: readonly (readonly [string, string[], number, RegExp])[] = [
  ['a lab that is not up', ['lab', 'status', '--name', 'nowhere'], 14, /the lab 'nowhere' is not up/],
  ['a name that cannot be', ['lab', 'up', '--name', '../x'], 2, /cannot be the name of a lab/],
  ['a cluster of one', ['lab', 'up', '--nodes', '1'], 2, /2 to 32 nodes/],
  ['no such description', ['lab', 'up', '/nowhere.yaml'], 5, /no description at \/nowhere\.yaml/],
  [
    'no such host',
    ['lab', 'exec', '--name', name, 'node9', '--', 'true'],
    14,
    /has no host 'node9'; it has: client, node1/,
  ],
  ['no such service', ['lab', 'service', '--name', name, 'node1', 'x', 'stop'], 14, /no service 'x' here/],
  ['a host that is on', ['lab', 'boot', '--name', name, 'node1'], 14, /node1 is on already/],
  ['no such network', ['lab', 'unplug', '--name', name, 'node1', 'x'], 14, /not in a network 'x'/],
];
for (const [what, args, code, message] of wrong) {
  test.serial(`vnfha lab: ${what} is said, with exit code ${code}`, async (t) => {
    const { exitCode, stderr } = await execa(vnfha, args, { reject: false });
    t.is(exitCode, code, stderr);
    t.regex(stderr, message);
  });
}

test.serial('vnfha lab: without root it says so', async (t) => {
  const nobody = ['setpriv', '--reuid', '65534', '--clear-groups', '--'];
  const { code, stderr } = await lab.exec('node1', [...nobody, 'vnfha', 'lab', 'up']);
  t.is(code, 4, stderr);
  t.regex(stderr, /only root can\n.*sudo/);
});

test.serial('vnfha lab: exec passes stdin, stdout and the exit code on', async (t) => {
  const args = ['lab', 'exec', '--name', name, 'node1', '--', 'sh', '-c', 'cat; uname -n; exit 9'];
  const { exitCode, stdout } = await execa(vnfha, args, { reject: false, input: 'words\n' });
  t.is(exitCode, 9);
  t.is(stdout, 'words\nnode1');
});

test.serial('two labs side by side, and one of a name', async (t) => {
  const second = others[0]!;
  await t.throwsAsync(Lab.up({ name }), { message: `the lab '${name}' is up already` });
  const other = await Lab.up({ name: second, nodes: 2 });
  const left = rememberLab(second);
  await other.ready();
  t.deepEqual((await other.status()).hosts.map((host) => host.name), ['client', 'node1', 'node2']); // prettier-ignore
  t.true(runningLabs().includes(name) && runningLabs().includes(second));
  await other.down();
  t.deepEqual(left(), []);
  await lab.ready();
});

test.serial('nothing is left when the owner is killed with -9', async (t) => {
  const owned = others[1]!;
  const owner = spawn(process.execPath, ['--import=tsx', path.join(import.meta.dirname, 'owner.ts'), owned], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => owner.kill('SIGKILL'));
  await once(owner.stdout, 'data');
  const left = rememberLab(owned);
  t.true(left().length > 5);
  owner.kill('SIGKILL');
  await until('nothing is left', () => left().length === 0, 10_000).catch(() => t.deepEqual(left(), []));
  t.pass();
});

test.serial('nothing is left when `vnfha lab up` is interrupted', async (t) => {
  const interrupted = others[2]!;
  const up = spawn(vnfha, ['lab', 'up', '--name', interrupted], { stdio: ['ignore', 'ignore', 'pipe'] });
  t.teardown(() => up.kill('SIGKILL'));
  let said = '';
  up.stderr.on('data', (data) => (said += String(data)));
  await until('the cluster is forming', () => said.includes('waiting for the cluster'));
  const left = rememberLab(interrupted);
  up.kill('SIGINT');
  await until('nothing is left', () => left().length === 0, 10_000).catch(() => t.deepEqual(left(), []));
  t.pass();
});

test.serial('`vnfha lab up` applies the description, and leaves a lab that `vnfha lab down` ends', async (t) => {
  const detached = others[3]!;
  const up = await execa(vnfha, ['lab', 'up', '--name', detached], { reject: false });
  t.is(up.exitCode, 0, up.stderr);
  const left = rememberLab(detached);
  const status = await execa(vnfha, ['lab', 'status', '--json', '--name', detached]);
  const { cluster } = JSON.parse(status.stdout) as { cluster: ClusterStatus };
  t.true(cluster.resources.some((resource) => resource.id === 'sipcore-fence-lab'));
  t.is((await execa(vnfha, ['lab', 'down', '--name', detached])).exitCode, 0);
  t.deepEqual(left(), []);
});

test.serial('what a crash left is no obstacle; down leaves nothing', async (t) => {
  const world = Number((await lab.exec('world', ['readlink', '/proc/self'])).stdout);
  t.true(world > 1);
  const left = rememberLab(name);
  await lab.exec('world', ['kill', '-KILL', '2']); // the world’s main process: nobody tidies up
  await until('the lab is gone', () => !runningLabs().includes(name));
  t.deepEqual(left(), [directoryOf(name)]);
  lab = await Lab.up({ name });
  const again = rememberLab(name);
  await lab.down();
  t.deepEqual(again(), []);
});
