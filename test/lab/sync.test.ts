/** A VNFC whose state a sidecar carries, on a real cluster: what was acknowledged is there after each failover. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { makeCertificates } from '../../bench/sync-check/certificates.ts';
import { Lab } from '../../src/lab/lab.ts';
import type { InstanceStatus } from '../../src/sync/status.ts';
import { lookUp } from './registrar.ts';
import { until } from './wait.ts';

const nodes = ['node1', 'node2', 'node3'];
const service = 'http://10.79.0.50:5080';
const waitMs = 120_000;
const folder = mkdtempSync(path.join(tmpdir(), 'vnfha-sync-lab-'));
/** What was acknowledged. */
const written: string[] = [];
let lab: Lab;

test.before('a registrar with a sidecar on each node', async () => {
  makeCertificates(folder, nodes);
  lab = await Lab.up({ name: `sync-${process.pid}`, description: 'examples/sessions.yaml' });
  for (const node of nodes)
    for (const [from, to] of [
      ['ca.pem', 'ca.pem'],
      [`${node}.pem`, 'node.pem'],
      [`${node}.key`, 'node.key'],
    ] as const)
      await lab.writeFile(node, `/etc/vnfha/sync/${to}`, readFileSync(path.join(folder, from), 'utf8'), 0o600);
  await lab.ready();
  for (const node of nodes) await until(`the sidecar on ${node}`, () => sidecar(node));
  await lab.apply();
});
test.after.always('nothing stays', async () => {
  await lab.down();
  rmSync(folder, { recursive: true });
});

/** undefined: it doesn't answer */
async function sidecar(node: string): Promise<InstanceStatus | undefined> {
  const argv = ['curl', '-s', '--unix-socket', '/run/vnfha/sync/registrar.control', 'http://sync/v1/status'];
  const { code, stdout } = await lab.exec(node, argv).catch(() => ({ code: 1, stdout: '' }));
  return code === 0 ? (JSON.parse(stdout) as InstanceStatus) : undefined;
}

const curl = (...args: string[]) => lab.exec('client', ['curl', '-sf', '--max-time', '3', ...args]);
const put = async (user: string): Promise<boolean> => (await curl('-X', 'PUT', '--data', `sip:${user}@client`, `${service}/${user}`)).code === 0; // prettier-ignore

async function writeSome(prefix: string): Promise<void> {
  for (let at = 0; at < 20; at++) {
    const user = `${prefix}${at}`;
    await until(`${user} is written`, () => put(user), waitMs);
    written.push(user);
  }
}

/** Users that were acknowledged and aren't there. */
async function lost(): Promise<string[]> {
  const missing: string[] = [];
  for (const user of written)
    if ((await lookUp(lab, `${service}/${user}`, waitMs)) !== `sip:${user}@client`) missing.push(user);
  return missing;
}

const activeNode = async (other?: string): Promise<string> =>
  until(
    `a node${other === undefined ? '' : ` other than ${other}`} is active, and its sidecar too`,
    async () => {
      const promoted = (await lab.cluster())?.resources.find((one) => one.id === 'sessions-registrar' && one.role === 'Promoted'); // prettier-ignore
      const node = promoted?.nodes[0];
      return node !== other && node !== undefined && (await sidecar(node))?.role === 'active' ? node : undefined;
    },
    waitMs,
  );

/** Both standbys have what the active one has. */
const inStep = (active: string): Promise<unknown> =>
  until(
    'the standbys have the state',
    async () => {
      const status = await sidecar(active);
      return status?.copies.every((copy) => copy.version?.sequence === status.version.sequence);
    },
    waitMs,
  );

const epochInCib = async (node: string): Promise<number> =>
  Number((await lab.exec(node, ['crm_attribute', '-t', 'crm_config', '-s', 'vnfha-sync', '-n', 'vnfha-epoch-sessions-registrar', '-G', '-q'])).stdout); // prettier-ignore

test.serial('the promotion gives the sidecar its role, in an epoch that the CIB has', async (t) => {
  const active = await activeNode();
  await writeSome('first');
  await inStep(active);
  const { epoch } = (await sidecar(active))!;
  t.true(epoch >= 1);
  t.is(await epochInCib(active), epoch);
  for (const node of nodes.filter((each) => each !== active)) t.is((await sidecar(node))!.role, 'standby');
});

test.serial('the VNFC is killed: the next one has every acknowledged write', async (t) => {
  const before = await activeNode();
  const { epoch } = (await sidecar(before))!;
  await lab.exec(before, ['pkill', '-KILL', '-f', 'registrar.mjs']);
  const after = await activeNode(before);
  await writeSome('killed');
  t.deepEqual(await lost(), []);
  t.true((await sidecar(after))!.epoch > epoch);
  await inStep(after);
});

test.serial('the active node is cut off: the same', async (t) => {
  const before = await activeNode();
  await lab.unplug(before);
  await activeNode(before);
  await writeSome('cut');
  t.deepEqual(await lost(), []);
  await lab.plug(before);
});

test.serial('the active sidecar is killed: its VNFC doesn’t stay active without a state', async (t) => {
  await lab.ready();
  const before = await activeNode();
  await inStep(before);
  await lab.service(before, 'vnfha-sync@registrar', 'kill');
  await activeNode(before);
  t.deepEqual(await lost(), []);
  await writeSome('sidecar');
  t.deepEqual(await lost(), []);
});
