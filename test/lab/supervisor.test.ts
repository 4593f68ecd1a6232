/**
 * The supervisor in a real cluster (the example sipcore: a Redis active on one of three nodes, an nginx on each behind HAProxy on node1
 * and node2): what dies or hangs is excluded by its word and recovered by its report; what is planned raises no alarm.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { rotationOf } from '../../src/haproxy/config-file.ts';
import { Lab } from '../../src/lab/lab.ts';
import { paths } from '../../src/model/names.ts';
import { jsonLines } from './json-lines.ts';
import { until } from './wait.ts';

const lbs = ['node1', 'node2'];
const nodes = ['node1', 'node2', 'node3'];
const waitMs = 90_000;
let lab: Lab;

/** The example, but with monitors that come too late to have any part in a recovery, and heartbeats that a busy machine doesn't miss. */
const description = path.join(mkdtempSync(path.join(tmpdir(), 'vnfha-supervisor-')), 'sipcore.yaml');
const unhurried = readFileSync('examples/sipcore.yaml', 'utf8')
  .replace(/(name: registrar[^]*?interval: )2s/, '$110s')
  .replace(/(name: web[^]*?interval: )2s/, '$130s')
  .replaceAll('misses: 3', 'misses: 10');
writeFileSync(description, unhurried);

test.before('a lab with the example applied', async () => {
  lab = await Lab.up({ name: `supervisor-${process.pid}`, description });
  await lab.ready();
  await lab.apply();
  await atRest();
});
test.afterEach.always('what a failed test leaves to read', async (t) => {
  if (t.passed) return;
  for (const node of nodes) t.log(node, (await logOf(node, 0).catch(() => [])).slice(-12));
});
test.after.always('nothing stays', async () => {
  rmSync(path.dirname(description), { recursive: true });
  await lab.down();
});

async function must(node: string, ...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await lab.exec(node, argv);
  if (code !== 0) throw new Error(`${argv.join(' ')} on ${node}: ${stderr || stdout}`);
  return stdout;
}

interface Line {
  readonly at: number;
  readonly event: string;
  readonly resource?: string;
  readonly word?: string;
  readonly reason?: string;
  readonly server?: string;
}

/** What a daemon of a node logged from `sinceUs` on. */
async function logOf(node: string, sinceUs: number, daemon = 'supervisor'): Promise<Line[]> {
  const log = await lab.readFile(node, `/var/log/vnfha/vnfha-${daemon}.log`);
  return jsonLines<Line>(log).filter(({ at }) => at >= sinceUs);
}

const wordsOf = async (node: string, resource: string, sinceUs: number): Promise<string> =>
  (await logOf(node, sinceUs))
    .flatMap((line) => (line.event === 'said' && line.resource === resource ? [line.word] : []))
    .join();

/** When a load balancer's bridge decided that node3's web is out, and why. */
const exclusion = async (lb: string, sinceUs: number): Promise<Line | undefined> =>
  (await logOf(lb, sinceUs, 'bridge')).find(
    ({ event, server }) => event === 'excluded' && server === 'sipcore-web/node3',
  );

const nowUs = (): number => Date.now() * 1000;
const ms = (us: number): string => `${(us / 1000).toFixed(1)} ms`;
const webOf = async (node: string): Promise<string> => (await lab.readFile(node, '/run/sipcore-web.pid')).trim();

/** The operations that failed and are remembered, as 'sipcore-web_asyncmon_0 on node3'. */
async function failed(resource: string): Promise<string[]> {
  const xml = await must('node1', 'crm_mon', '-1', '--output-as=xml');
  const all = [...xml.matchAll(/<failure op_key="([^"]+)" node="([^"]+)"/g)].map(([, op, node]) => `${op} on ${node}`);
  return all.filter((line) => line.startsWith(`${resource}_`));
}

async function running(id: string): Promise<string> {
  const instances = (await lab.cluster())?.resources.filter((resource) => resource.id === id) ?? [];
  return instances.map(({ role, pending }) => pending ?? role).sort().join(); // prettier-ignore
}

/** Everything runs, nothing is under way, everything is in at both load balancers, and every instance has a sight. */
async function atRest(): Promise<void> {
  const wanted = {
    'sipcore-web': 'Started,Started,Started',
    'sipcore-web-member': 'Started,Started,Started',
    'sipcore-registrar': 'Promoted,Unpromoted,Unpromoted',
    'sipcore-registrar-vip': 'Started',
  };
  for (const [id, roles] of Object.entries(wanted)) {
    await until(`${id} is ${roles}`, async () => (await running(id)) === roles, waitMs);
  }
  for (const lb of lbs) {
    await until(
      `all are in at ${lb}`,
      async () => [...rotationOf(await lab.readFile(lb, paths.haproxyConfig)).values()].every((says) => says === 'in'),
      waitMs,
    );
  }
  for (const node of nodes) {
    await until(`${node} has sights`, async () => (await sightsOf(node)) === 'sipcore-registrar sipcore-web', waitMs);
  }
}

const sightsOf = async (node: string): Promise<string> =>
  (await lab.exec(node, ['ls', paths.sights])).stdout.trim().split(/\s+/).join(' ');

async function forget(): Promise<void> {
  // again where one that was under way is written down only then
  await until(
    'no failure is remembered',
    async () => {
      await must('node1', 'crm_resource', '--cleanup');
      return (await lab.cluster())?.failures.length === 0;
    },
    waitMs,
  );
  await atRest();
}

test.serial(
  'kill -9 of a pool VNFC: out at both load balancers by the supervisor’s word, recovered by its report',
  async (t) => {
    const first = await webOf('node3');
    const since = nowUs();
    await must('node3', 'kill', '-9', first);
    for (const lb of lbs) {
      const { at, reason } = await until(`${lb} excludes it`, () => exclusion(lb, since), waitMs);
      t.regex(reason!, /main process \d+ is gone/, 'the first reason is the supervisor’s word');
      t.log(`${lb}: decided ${ms(at - since)} after the kill was asked for`);
    }
    await until('another runs', async () => (await webOf('node3').catch(() => first)) !== first, waitMs);
    await atRest();
    t.is(await wordsOf('node3', 'sipcore-web', since), 'died,well');
    t.deepEqual(await failed('sipcore-web'), ['sipcore-web_asyncmon_0 on node3'], 'no monitor had to find it');
    await forget();
  },
);

test.serial(
  'a failure that a monitor, under way at that moment, has counted as well counts two all the same',
  async (t) => {
    const first = await webOf('node3');
    const counted = async () =>
      (await lab.cluster())?.failures.find(({ resource, node }) => resource === 'sipcore-web' && node === 'node3')
        ?.failCount;
    // as the controller does for a monitor that failed: 3 is the threshold, and the resource would not be started again
    const count = (name: string, value: number) =>
      must('node3', 'attrd_updater', '--name', `${name}-sipcore-web#monitor_30000`, '--update', String(value));
    await count('last-failure', Math.ceil(Date.now() / 1000));
    await Promise.all([count('fail-count', 1), must('node3', 'kill', '-9', first)]);
    await until('it counts two, settled', async () => (await counted()) === 2 && (await webOf('node3').catch(() => first)) !== first, waitMs); // prettier-ignore
    await atRest();
    t.is(await counted(), 2);
    await forget();
  },
);

test.serial(
  'the same when the node is slow: the monitor counts seconds later, and the stop comes after that',
  async (t) => {
    const first = await webOf('node3');
    const failures = async () => (await lab.cluster())?.failures.find(({ resource, node }) => resource === 'sipcore-web' && node === 'node3'); // prettier-ignore
    // bridges that don't answer hold up the stop, here for as long as it takes
    const stopMay = (take: string) => must('node1', 'cibadmin', '--modify', '--xml-text', `<op id="sipcore-web-member-stop-interval-0s" timeout="${take}"/>`); // prettier-ignore
    await stopMay('60s');
    const bridges = (signal: string) => Promise.all(lbs.map((lb) => must(lb, 'pkill', `-${signal}`, '-f', 'vnfha.mjs bridge'))); // prettier-ignore
    await bridges('STOP');
    await must('node3', 'kill', '-9', first);
    await until('it was told', async () => (await failures())?.failCount === 2, waitMs);
    await sleep(1500);
    for (const [name, value] of [
      ['last-failure', Math.ceil(Date.now() / 1000)],
      ['fail-count', 1],
    ] as const)
      await must('node3', 'attrd_updater', '--name', `${name}-sipcore-web#monitor_30000`, '--update', String(value));
    await until('it is counted', async () => (await failures())?.failCount === 3, waitMs);
    await bridges('CONT');
    await until('it runs again', async () => (await webOf('node3').catch(() => first)) !== first, waitMs);
    await atRest();
    t.is((await failures())?.failCount, 2);
    await stopMay('5s');
    await forget();
  },
);

test.serial('kill -9 of the active VNFC: another is active, and the dead one is a standby again', async (t) => {
  const active = async () =>
    (await lab.cluster())?.resources.find(({ id, role }) => id === 'sipcore-registrar' && role === 'Promoted')
      ?.nodes[0];
  const first = (await active())!;
  const since = nowUs();
  await must(first, 'pkill', '-9', 'redis-server');
  await until('another is active', async () => ![undefined, first].includes(await active()), waitMs);
  await atRest();
  t.is(await wordsOf(first, 'sipcore-registrar', since), 'died,well');
  await forget();
});

test.serial('a VNFC that hangs is drained by its heartbeat, and in again when it goes on', async (t) => {
  const since = nowUs();
  const pids = (await must('node3', 'pgrep', 'nginx')).trim().split('\n');
  await must('node3', 'kill', '-STOP', ...pids);
  for (const lb of lbs) {
    const { at, reason } = await until(`${lb} excludes it`, () => exclusion(lb, since), waitMs);
    t.log(`${lb}: decided ${ms(at - since)} after SIGSTOP was asked for`);
    t.regex(reason!, /heartbeats without an answer/);
  }
  await lab.exec('node3', ['kill', '-CONT', ...pids]); // recovered meanwhile, where this machine was slow
  await atRest();
  t.regex(await wordsOf('node3', 'sipcore-web', since), /^hung,.*well$/);
  await forget();
});

test.serial('what is planned raises no alarm: a restart, a stop, a move', async (t) => {
  const since = nowUs();
  await must('node1', 'crm_resource', '--restart', '--resource', 'sipcore-web-clone', '--timeout', '60s');
  await must('node1', 'pcs', 'resource', 'disable', 'sipcore-web-clone');
  await until('it is stopped', async () => (await running('sipcore-web')) === 'Stopped,Stopped,Stopped', waitMs);
  for (const node of nodes) t.is(await sightsOf(node), 'sipcore-registrar', 'what is stopped has no sight');
  await must('node1', 'pcs', 'resource', 'enable', 'sipcore-web-clone');
  await atRest();
  await must('node1', 'pcs', 'node', 'standby', 'node2');
  await until('node2 has nothing', async () => (await sightsOf('node2')) === '', waitMs);
  await must('node1', 'pcs', 'node', 'unstandby', 'node2');
  await atRest();
  for (const node of nodes) {
    const words = (await logOf(node, since)).flatMap(({ event, word }) => (event === 'said' ? [word] : []));
    t.deepEqual(
      words.filter((word) => word !== 'well'),
      [],
      node,
    );
  }
  t.deepEqual((await lab.cluster())?.failures, []);
});

test.serial('Pacemaker’s attribute manager crashes on every node: the promotion scores are told again', async (t) => {
  const score = async (node: string): Promise<string> =>
    (await lab.exec('node1', ['attrd_updater', '-n', 'master-sipcore-registrar', '-N', node, '-Q'])).stdout;
  const told = async (): Promise<boolean> => (await Promise.all(nodes.map(score))).every((line) => /value="\d+"/.test(line)); // prettier-ignore
  await until('every instance has one', told, waitMs);
  let lost = 0;
  for (const node of nodes) {
    await must(node, 'pkill', '-KILL', '-x', 'pacemaker-attrd');
    await until('another one is there', async () => (await lab.exec(node, ['pgrep', '-x', 'pacemaker-attrd'])).code === 0); // prettier-ignore
    if (!(await told())) lost += 1;
  }
  t.true(lost > 0, 'they were lost');
  await until('every instance has one again', told, waitMs);
});

test.serial(
  'the supervisor killed or stopped: monitors look for themselves, nothing fails, and sights come back',
  async (t) => {
    for (const node of nodes) await lab.service(node, 'vnfha-supervisor', 'kill');
    await atRest();
    await must('node3', 'pkill', '-STOP', '-f', 'vnfha.mjs supervisor');
    const since = nowUs();
    const first = await webOf('node3');
    await must('node3', 'kill', '-9', first);
    await until('another runs', async () => (await webOf('node3').catch(() => first)) !== first, waitMs);
    t.deepEqual(await failed('sipcore-web'), ['sipcore-web_monitor_30000 on node3']);
    await must('node3', 'pkill', '-CONT', '-f', 'vnfha.mjs supervisor');
    await atRest();
    t.notRegex(await wordsOf('node3', 'sipcore-web', since), /died/, 'what Pacemaker had repaired is not news');
    await forget();
  },
);
