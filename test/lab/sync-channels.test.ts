/** Every channel, chosen in the description, on one real cluster with its stores as resources of it: what was acknowledged is there after each failover. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { makeCertificates } from '../../bench/sync-check/certificates.ts';
import { Lab } from '../../src/lab/lab.ts';
import { loadVnf } from '../../src/model/load.ts';
import type { ActiveStandbyVnfc } from '../../src/model/vnf.ts';
import type { InstanceStatus } from '../../src/sync/status.ts';
import { lookUp } from './registrar.ts';
import { until } from './wait.ts';

const example = new URL('../../examples/sync-channels.yaml', import.meta.url).pathname;
const nodes = ['node1', 'node2', 'node3'];
const waitMs = 120_000;
const folder = mkdtempSync(path.join(tmpdir(), 'vnfha-channels-'));
let device: string | undefined;
let lab: Lab;
let vnfcs: readonly ActiveStandbyVnfc[];
/** VNFC -> users that were acknowledged */
const written = new Map<string, string[]>();

test.before('a registrar with each channel', async () => {
  makeCertificates(folder, nodes);
  device = fileSystem();
  const description = path.join(folder, 'vnf.yaml');
  writeFileSync(description, readFileSync(example, 'utf8').replace('/dev/disk/by-label/by-storage', device));
  const all = (await loadVnf(description)).vnfcs as ActiveStandbyVnfc[];
  vnfcs = all.filter(({ sync }) => sync !== undefined);
  lab = await Lab.up({ name: `channels-${process.pid}`, description });
  for (const node of nodes) {
    for (const [from, to] of [
      ['ca.pem', 'ca.pem'],
      [`${node}.pem`, 'node.pem'],
      [`${node}.key`, 'node.key'],
    ] as const)
      // prettier-ignore
      await lab.writeFile(node, `/etc/vnfha/sync/${to}`, readFileSync(path.join(folder, from), 'utf8'), 0o600);
    await lab.writeFile(node, '/etc/vnfha/sync/redis-password', 'not-telling\n', 0o600);
    await lab.exec(node, ['mkdir', '-p', '/srv/by-storage']);
  }
  await prepareStores();
  await lab.ready();
  for (const { name } of vnfcs)
    for (const node of nodes) await until(`the sidecar of ${name} on ${node}`, () => sidecar(name, node));
  await lab.apply();
});
test.afterEach.always('what a failed test leaves to read', async (t) => {
  if (!t.passed) t.log((await lab.exec('node1', ['sh', '-c', 'crm_mon -1rf; grep -h Filesystem /var/log/pacemaker/pacemaker.log | tail -20'])).stdout); // prettier-ignore
});
test.after.always('nothing stays', async () => {
  await lab?.down();
  if (device !== undefined) execFileSync('losetup', ['--detach', device]);
  rmSync(folder, { recursive: true });
});

/** A disk that every node reaches, as the description's comment wants it. */
function fileSystem(): string {
  const file = path.join(folder, 'disk');
  execFileSync('truncate', ['-s', '64M', file]);
  execFileSync('mkfs.ext4', ['-q', file]);
  const loop = execFileSync('losetup', ['--find', '--show', file], { encoding: 'utf8' }).trim();
  const there = path.join(folder, 'there');
  mkdirSync(there);
  execFileSync('mount', [loop, there]);
  mkdirSync(path.join(there, 'state'), { mode: 0o700 });
  execFileSync('umount', [there]);
  return loop;
}

/** What is made once on the stores' node, by hand. */
async function prepareStores(): Promise<void> {
  const conf = ['bind 0.0.0.0', 'requirepass not-telling', 'dir /var/lib/vnfha-redis', 'save ""', 'appendonly yes', 'appendfsync always']; // prettier-ignore
  await lab.writeFile('store', '/etc/vnfha/redis.conf', `${conf.join('\n')}\n`, 0o600);
  const script = `set -e
    mkdir /var/lib/vnfha-redis
    install -d -o postgres /var/lib/vnfha-postgresql
    cd /var/lib/vnfha-postgresql
    setpriv --reuid=postgres --regid=postgres --clear-groups /usr/lib/postgresql/15/bin/initdb -D /var/lib/vnfha-postgresql -U vnfha -A trust -E UTF8 --locale=C --no-sync >/dev/null
    echo 'host all all 10.79.0.0/24 trust' >>pg_hba.conf`;
  const { code, stderr } = await lab.exec('store', ['sh', '-c', script]);
  if (code !== 0) throw new Error(stderr);
}

/** undefined: it doesn't answer */
async function sidecar(name: string, node: string): Promise<InstanceStatus | undefined> {
  const argv = ['curl', '-s', '--unix-socket', `/run/vnfha/sync/${name}.control`, 'http://sync/v1/status'];
  const { code, stdout } = await lab.exec(node, argv).catch(() => ({ code: 1, stdout: '' }));
  return code === 0 ? (JSON.parse(stdout) as InstanceStatus) : undefined;
}

const portOf = ({ program }: ActiveStandbyVnfc): string => program.run!.at(-2)!;
const curl = (...args: string[]) => lab.exec('client', ['curl', '-sf', '--max-time', '3', ...args]);
const urlOf = (vnfc: ActiveStandbyVnfc, user: string): string => `http://${vnfc.vip.ip}:${portOf(vnfc)}/${user}`;

async function writeSome(vnfc: ActiveStandbyVnfc, prefix: string): Promise<void> {
  for (let at = 0; at < 10; at++) {
    const user = `${prefix}${at}`;
    const put = async (): Promise<boolean> => (await curl('-X', 'PUT', '--data', `sip:${user}@client`, urlOf(vnfc, user))).code === 0; // prettier-ignore
    await until(`${user} is written by ${vnfc.name}`, put, waitMs);
    written.set(vnfc.name, [...(written.get(vnfc.name) ?? []), user]);
  }
}

/** Users that were acknowledged and aren't there. */
async function lost(vnfc: ActiveStandbyVnfc): Promise<string[]> {
  const missing: string[] = [];
  for (const user of written.get(vnfc.name) ?? [])
    if ((await lookUp(lab, urlOf(vnfc, user), waitMs)) !== `sip:${user}@client`) missing.push(user);
  return missing;
}

const activeNode = (name: string, other?: string): Promise<string> =>
  until(
    `${name} is active on a node${other === undefined ? '' : ` other than ${other}`}, and its sidecar too`,
    async () => {
      const promoted = (await lab.cluster())?.resources.find((one) => one.id === `channels-${name}` && one.role === 'Promoted'); // prettier-ignore
      const node = promoted?.nodes[0];
      return node !== other && node !== undefined && (await sidecar(name, node))?.role === 'active' ? node : undefined;
    },
    waitMs,
  );

/** How many promotions its sidecars have refused. */
async function refusals(name: string): Promise<number> {
  const count = ['sh', '-c', `grep -c '"not-active"' '/var/log/vnfha/vnfha-sync@${name}.log'`];
  const counts = await Promise.all(nodes.map(async (node) => Number((await lab.exec(node, count)).stdout)));
  return counts.reduce((sum, one) => sum + one, 0);
}

/** Where the file system is mounted. */
async function mounted(): Promise<string[]> {
  const found = await Promise.all(nodes.map(async (node) => (await lab.exec(node, ['mountpoint', '-q', '/srv/by-storage'])).code === 0)); // prettier-ignore
  return nodes.filter((_, at) => found[at]);
}

test.serial('each one serves, and its file system is mounted where it is active, and nowhere else', async (t) => {
  for (const vnfc of vnfcs) {
    await activeNode(vnfc.name);
    await writeSome(vnfc, 'first');
    t.deepEqual(await lost(vnfc), [], vnfc.name);
  }
  t.deepEqual(await mounted(), [await activeNode('by-storage')]);
});

test.serial('it is killed: the next one has every acknowledged write', async (t) => {
  for (const vnfc of vnfcs) {
    const before = await activeNode(vnfc.name);
    await lab.exec(before, ['pkill', '-KILL', '-f', `registrar.mjs ${portOf(vnfc)}`]);
    await activeNode(vnfc.name, before);
    await writeSome(vnfc, 'killed');
    t.deepEqual(await lost(vnfc), [], vnfc.name);
  }
  t.deepEqual(await mounted(), [await activeNode('by-storage')]);
});

test.serial('the node of the shared storage loses its power: the same for all', async (t) => {
  const before = await activeNode('by-storage');
  await lab.kill(before);
  for (const vnfc of vnfcs) await activeNode(vnfc.name, before);
  for (const vnfc of vnfcs) {
    await writeSome(vnfc, 'cut');
    t.deepEqual(await lost(vnfc), [], vnfc.name);
  }
});

test.serial('a promotion waits for a store that is away for a moment, and does not fail', async (t) => {
  await lab.ready({ timeout: 90_000 });
  const vnfc = vnfcs.find(({ name }) => name === 'by-redis')!;
  const before = await activeNode(vnfc.name);
  const refused = await refusals(vnfc.name);
  await lab.exec('store', ['pkill', '-STOP', 'redis-server']);
  await lab.exec(before, ['pkill', '-KILL', '-f', `registrar.mjs ${portOf(vnfc)}`]);
  await until('a sidecar has refused', async () => (await refusals(vnfc.name)) > refused, waitMs);
  await lab.exec('store', ['pkill', '-CONT', 'redis-server']);
  await activeNode(vnfc.name, before);
  await writeSome(vnfc, 'waited');
  t.deepEqual(await lost(vnfc), []);
  t.notRegex((await lab.exec('node1', ['crm_mon', '-1f'])).stdout, /channels-by-redis promote /);
});

for (const [what, damage] of [
  ['the stores are killed', async () => void (await lab.exec('store', ['pkill', '-KILL', 'redis-server|postgres']))],
  ['their node loses its power', () => lab.kill('store')],
] as const)
  test.serial(`${what}: the cluster starts them where their disk is, and nothing acknowledged is lost`, async (t) => {
    await damage();
    for (const vnfc of vnfcs.filter(({ name }) => ['by-redis', 'by-postgresql'].includes(name))) {
      await writeSome(vnfc, what.replaceAll(' ', '-'));
      t.deepEqual(await lost(vnfc), [], vnfc.name);
    }
  });

test.serial('nothing secret is in the CIB or on a command line', async (t) => {
  await lab.ready();
  const { stdout: cib } = await lab.exec('node1', ['cibadmin', '--query']);
  t.false(cib.includes('not-telling'));
  t.true(cib.includes('by-storage-mount'));
  t.false((await lab.exec('node1', ['ps', 'axww', '-o', 'args'])).stdout.includes('not-telling'));
});
