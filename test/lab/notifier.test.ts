/**
 * The notifiers in a real cluster (the example sipcore), with the VNFM simulator on the client: a VNFC that Pacemaker can't recover is healed
 * once, whatever happens to the one who speaks.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { JournalEntry } from '../../src/decide/incident-journal.ts';
import { Lab } from '../../src/lab/lab.ts';
import { paths } from '../../src/model/names.ts';
import { jsonLines } from './json-lines.ts';
import { until } from './wait.ts';

const nodes = ['node1', 'node2', 'node3'];
const waitMs = 120_000;
const nginxConf = '/usr/share/vnfha/examples/sipcore/nginx.conf';
const api = 'http://10.77.0.100:9890';
let lab: Lab;

test.before('a lab with the example applied, and a VNFM whose heals wait for the test to repair', async () => {
  // a fenced node stays off until a test switches it on
  lab = await Lab.up({ name: `notifier-${process.pid}`, bootDelayMs: 600_000 });
  const repair = [
    'sh',
    '-c',
    'rm -f /tmp/repaired; touch /tmp/asked; while [ ! -e /tmp/repaired ]; do sleep 0.1; done',
  ];
  const access = ['--listen', '10.77.0.100:9890', '--client', 'vnfha', '--secret', 'vnfha-lab'];
  const log = ['--log', '/var/log/vnfm-sim.jsonl'];
  await lab.spawn('client', [
    'vnfha',
    'vnfm-sim',
    ...access,
    ...log,
    '--heal-time',
    '1s',
    '--on-heal',
    JSON.stringify(repair),
  ]);
  await lab.ready();
  await lab.apply();
  await until(
    'web runs everywhere',
    async () => (await activeOn('sipcore-web-member')).join() === nodes.join(),
    waitMs,
  );
});
test.afterEach.always('what a failed test leaves to read', async (t) => {
  if (t.passed) return;
  for (const node of nodes) {
    const log = await lab
      .exec(node, ['sh', '-c', 'tail -n 30 /var/log/vnfha-notifier.log /var/log/vnfha/*notifier*'])
      .catch(String);
    t.log(node, typeof log === 'string' ? log : log.stdout);
  }
  t.log((await lab.exec('client', ['tail', '-n', '30', '/var/log/vnfm-sim.jsonl'])).stdout);
});
test.after.always('nothing stays', () => lab.down());

test.serial(
  'one heal of the right VNFC, cleaned up, re-admitted, its alarm cleared, closed in all journals',
  async (t) => {
    await breakWeb();
    await asked();
    t.false((await activeOn('sipcore-web-member')).includes('node3'), 'excluded before the VNFM is told');
    await until('the alarm stands', async () => (await vnfm<unknown[]>('/alarms')).length === 1, waitMs);
    await repairWeb();
    await readmitted();
    const incident = await closedOn(nodes, 1);
    await healedOnce(t, incident, 1);
  },
);

test.serial(
  'the notifiers are root no longer: Pacemaker’s user, with no capability, to whom the secret is closed',
  async (t) => {
    for (const node of nodes) {
      const pid = (await must(node, 'pgrep', '-f', 'vnfha.mjs notifier')).trim();
      const status = await must(node, 'cat', `/proc/${pid}/status`);
      const hacluster = (await must(node, 'id', '-u', 'hacluster')).trim();
      t.regex(status, new RegExp(`^Uid:(\\s${hacluster}){4}$`, 'm'));
      t.regex(status, /^CapEff:\s0+$/m);
      const secret = ['setpriv', '--reuid=hacluster', '--clear-groups', 'cat', '/etc/vnfha/vnfm-secret'];
      t.not((await lab.exec(node, secret)).code, 0);
      t.is(await must(node, 'stat', '-c', '%U %a', paths.incidentJournal), 'hacluster 600\n');
    }
  },
);

test.serial('the speaker loses its power in the middle of the heal: the next one finishes it', async (t) => {
  await breakWeb();
  await asked();
  await until(
    'node2 knows that it is accepted',
    async () => (await journal('node2')).some(isLatest('heal-accepted', 2)),
    waitMs,
  );
  await lab.kill('node1');
  await until('node1 is out of the cluster', async () => (await nodesOnline()).join() === 'node2,node3', waitMs);
  await repairWeb();
  await closedOn(['node2', 'node3'], 2);
  await until('it is fenced', async () => (await lab.fenceLog()).some(({ node }) => node === 'node1'), waitMs);
  await lab.boot('node1');
  await lab.ready({ timeout: waitMs });
  const incident = await closedOn(nodes, 2);
  await readmitted();
  await healedOnce(t, incident, 2);
  t.is((await journal('node2')).find((entry) => entry.incident === incident && entry.kind === 'closed')?.by, 'node2');
});

test.serial(
  'a node that stays away is made anew by the VNFM, where the description says how long that may be',
  async (t) => {
    for (const node of nodes) {
      const text = await lab.readFile(node, paths.description);
      await lab.writeFile(node, paths.description, text.replace(/^vnfm:$/m, 'vnfm:\n  heals: { lostNodes: 10s }'));
      await lab.service(node, 'vnfha-notifier', 'stop');
      await lab.service(node, 'vnfha-notifier', 'start');
    }
    await must('client', 'rm', '-f', '/tmp/asked');
    await lab.kill('node3');
    await until('it is fenced', async () => (await lab.fenceLog()).some(({ node }) => node === 'node3'), waitMs);
    await asked();
    t.deepEqual(await nodesOnline(), ['node1', 'node2']);
    await lab.boot('node3'); // what the VNFM makes anew
    await must('client', 'touch', '/tmp/repaired');
    const incident = await closedOn(nodes, 3);
    const heals = await vnfm<{ params: { cause: string; vnfcInstanceId: string[] } }[]>('/sim/heals');
    t.is(heals.length, 3, 'one heal for the node, which has two VNFCs');
    t.true(heals.at(-1)!.params.cause.startsWith(`vnfha:${incident}#1 registrar on node3 with its node, which has been away for`)); // prettier-ignore
    t.deepEqual((await journal('node1')).filter((entry) => entry.incident === incident).at(-2)?.kind, 'alarm-cleared');
    await readmitted();
  },
);

test.serial(
  'as a user that may change the status only (docs/security.md, as written) it has a VNFC healed as well',
  async (t) => {
    const text = readFileSync(path.resolve(import.meta.dirname, '../../docs/security.md'), 'utf8');
    const [everywhere, once] = [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block]) => block!);
    for (const node of nodes) {
      await lab.service(node, 'vnfha-notifier', 'stop');
      await must(node, 'sh', '-ec', everywhere!);
    }
    await must('node1', 'sh', '-ec', once!);
    for (const node of nodes) await lab.service(node, 'vnfha-notifier', 'start');
    const forbidden = ['setpriv', '--reuid=vnfha', '--regid=haclient', '--clear-groups', 'crm_resource', '--ban', '-r', 'sipcore-lb-vip', '-N', 'node1']; // prettier-ignore
    t.not((await lab.exec('node1', forbidden)).code, 0);
    await breakWeb();
    await asked();
    await repairWeb();
    await closedOn(nodes, 4);
    await readmitted();
    t.is(await must('node1', 'stat', '-c', '%U', paths.incidentJournal), 'vnfha\n');
  },
);

/**
 * Waits until the DC is idle. Pacemaker 2.1.5 passes over the failure of a recurring monitor that comes in the transition that started
 * the monitor (process_graph_event: "already confirmed"), until its next recheck.
 */
async function idle(): Promise<void> {
  await until('the DC is idle', async () => (await must('node2', 'crmadmin', '-S', (await lab.cluster())!.dc!)).includes('S_IDLE'), waitMs); // prettier-ignore
}

/** web on node3 fails, and can't be started again. */
async function breakWeb(): Promise<void> {
  await idle();
  await must('client', 'rm', '-f', '/tmp/asked');
  await must('node3', 'mv', nginxConf, `${nginxConf}.away`);
  await must('node3', 'pkill', '-KILL', 'nginx');
}

async function repairWeb(): Promise<void> {
  await must('node3', 'mv', `${nginxConf}.away`, nginxConf);
  await must('client', 'touch', '/tmp/repaired');
}

const asked = () =>
  until('the VNFM is asked', async () => (await lab.exec('client', ['test', '-e', '/tmp/asked'])).code === 0, waitMs);
const readmitted = () =>
  until('web on node3 is in again', async () => (await activeOn('sipcore-web-member')).includes('node3'), waitMs);

/** The id of the latest incident, once `count` of them are closed in the journals of these nodes. */
async function closedOn(where: readonly string[], count: number): Promise<string> {
  const closed = async (node: string) => (await journal(node)).filter(({ kind }) => kind === 'closed');
  for (const node of where) {
    await until(`${count} incidents are closed on ${node}`, async () => (await closed(node)).length === count, waitMs);
  }
  return (await closed(where[0]!)).at(-1)!.incident;
}

async function healedOnce(t: ExecutionContext, incident: string, total: number): Promise<void> {
  const heals = await vnfm<{ params: { cause: string; vnfcInstanceId: string[] } }[]>('/sim/heals');
  t.is(heals.length, total, 'one heal for each incident');
  t.deepEqual(heals.at(-1)!.params.vnfcInstanceId, ['WEB-c336']);
  t.true(heals.at(-1)!.params.cause.startsWith(`vnfha:${incident}#1 web on node3 failed`));
  t.deepEqual(await vnfm('/alarms'), [], 'what was raised is cleared');
  const told = await vnfm<{ notificationType: string; alarm?: { id: string }; alarmId?: string }[]>('/sim/alarms');
  const types = told
    .filter(({ alarm, alarmId }) => (alarm?.id ?? alarmId) === incident)
    .map((each) => each.notificationType);
  t.deepEqual([...new Set(types)], ['AlarmNotification', 'AlarmClearedNotification']);
  const journals = await Promise.all(
    nodes.map(async (node) => (await journal(node)).filter((entry) => entry.incident === incident)),
  );
  const kinds = journals.map((entries) => entries.map(({ kind }) => kind).toSorted());
  t.deepEqual(kinds[1], kinds[0]);
  t.deepEqual(kinds[2], kinds[0]);
  t.is(new Set(kinds[0]).size, kinds[0]!.length, 'no fact twice');
  const failures = (await lab.cluster())!.failures.filter(
    (each) => each.resource === 'sipcore-web' && each.node === 'node3',
  );
  t.deepEqual(failures, [], 'Pacemaker has forgotten the failures');
}

const isLatest =
  (kind: JournalEntry['kind'], nth: number) => (entry: JournalEntry, _: number, all: readonly JournalEntry[]) =>
    entry.kind === kind &&
    all.filter((other) => other.kind === 'raised').length === nth &&
    all.findLast((other) => other.kind === 'raised')?.incident === entry.incident;

async function must(host: string, ...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await lab.exec(host, argv);
  if (code !== 0) throw new Error(`${argv.join(' ')} on ${host}: ${stderr || stdout}`);
  return stdout;
}

async function vnfm<T>(resource: string): Promise<T> {
  return JSON.parse(await must('client', 'curl', '-sS', '--fail', '-m', '5', api + resource)) as T;
}

async function journal(node: string): Promise<readonly JournalEntry[]> {
  const { code, stdout } = await lab.exec(node, ['cat', paths.incidentJournal]);
  if (code !== 0) return [];
  return jsonLines<JournalEntry>(stdout);
}

async function activeOn(resource: string): Promise<string[]> {
  const { resources = [] } = (await lab.cluster()) ?? {};
  return resources.filter(({ id, active }) => id === resource && active).flatMap((each) => each.nodes).toSorted(); // prettier-ignore
}

const nodesOnline = async (): Promise<string[]> =>
  ((await lab.cluster())?.nodes ?? []).filter(({ online, unclean }) => online && !unclean).map(({ name }) => name).toSorted(); // prettier-ignore
