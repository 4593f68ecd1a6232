/** Two VNFs with a load balancer and a VNFM each on the same three nodes (the examples sipcore and sipcore-im): neither is touched by the other. */
import path from 'node:path';
import test from 'ava';
import type { JournalEntry } from '../../src/decide/incident-journal.ts';
import { Lab } from '../../src/lab/lab.ts';
import { vnfPaths, vnfUnit } from '../../src/model/names.ts';
import { jsonLines } from './json-lines.ts';
import { until } from './wait.ts';

const nodes = ['node1', 'node2', 'node3'];
const waitMs = 120_000;
const first = { name: 'sipcore', beside: false, vip: '10.77.0.60', vnfm: '10.77.0.100:9890' };
const second = { name: 'sipcore-im', beside: true, vip: '10.77.0.61', vnfm: '10.77.0.100:9891' };
const both = [first, second];
type Which = typeof first;
const nginxConf = ({ name }: Which): string => `/usr/share/vnfha/examples/${name}/nginx.conf`;
let lab: Lab;

test.before('a lab with two descriptions, of which the first is applied', async () => {
  const beside = path.resolve(import.meta.dirname, '../../examples/sipcore-im.yaml');
  lab = await Lab.up({ name: `several-${process.pid}`, beside: [beside], bootDelayMs: 1000 });
  for (const { name, vnfm } of both) {
    const script = `touch /tmp/asked-${name}; while [ ! -e /tmp/repaired-${name} ]; do sleep 0.1; done`;
    await lab.spawn('client', [
      ...['vnfha', 'vnfm-sim', '--listen', vnfm, '--client', 'vnfha', '--secret', 'vnfha-lab', '--heal-time', '1s'],
      ...['--log', `/var/log/vnfm-sim-${name}.jsonl`, '--on-heal', JSON.stringify(['sh', '-c', script])],
    ]);
  }
  await lab.ready();
  await apply(first);
  await allServe(first);
});
test.afterEach.always('what a failed test leaves to read', async (t) => {
  if (t.passed) return;
  for (const node of nodes) {
    const said = await lab.exec(node, ['sh', '-c', 'tail -n 12 /var/log/vnfha/vnfha-*.log']).catch(String);
    t.log(node, typeof said === 'string' ? said : said.stdout);
  }
});
test.after.always('nothing stays', () => lab?.down());

test.serial('a second VNF is applied: the first serves on, not one request is lost, and neither differs', async (t) => {
  const lost = await lostDuring(first, async () => {
    await apply(second);
    await allServe(second);
  });
  t.deepEqual(lost, []);
  for (const which of both)
    t.is((await lab.exec('node1', ['vnfha', 'diff', described(which)])).stdout, 'No differences.\n');
  for (const which of both)
    await until(
      `the bridge of ${which.name} on node1 hears both other nodes`,
      async () => (await bridgeState(which)).heartbeats.toSorted().join() === '2,3',
      waitMs,
    );
});

test.serial(
  'a VNFC of one is killed: it is excluded at its own load balancer, and the other is not touched',
  async (t) => {
    for (const [hurt, other] of [
      [second, first],
      [first, second],
    ] as const) {
      const orders = await ordersOf(other);
      const before = (await ordersOf(hurt)).length;
      const lost = await lostDuring(other, async () => {
        const killed = await killWeb(hurt);
        const out = `{"server":"${hurt.name}-web/node3","out":true,"cut":true`;
        await until(
          'it is out',
          async () => (await ordersOf(hurt)).slice(before).some((line) => line.includes(out)),
          waitMs,
        );
        // until then its place may look as if nothing had been; it loses it, and the bridges say so, before the new start
        await until('it was started anew', async () => ![killed, ''].includes(await webPid(hurt)), waitMs);
        await allServe(hurt);
      });
      t.deepEqual(lost, [], `${other.name} lost none`);
      t.deepEqual(await ordersOf(other), orders, `nobody was excluded at the load balancer of ${other.name}`);
    }
    for (const node of ['node1', 'node2']) {
      const wrong = await lab.exec(node, [
        'sh',
        '-c',
        'grep "no longer in the description" /var/log/vnfha/vnfha-bridge*',
      ]);
      t.is(wrong.stdout, '', 'no bridge answered for a backend of the other VNF');
    }
  },
);

test.serial('a VNFC that Pacemaker cannot recover: exactly its own VNFM is asked', async (t) => {
  await must('node3', 'mv', nginxConf(second), `${nginxConf(second)}.away`);
  await killWeb(second);
  await until(
    'the VNFM is asked',
    async () => (await lab.exec('client', ['test', '-e', '/tmp/asked-sipcore-im'])).code === 0,
    waitMs,
  );
  await must('node3', 'mv', `${nginxConf(second)}.away`, nginxConf(second));
  await must('client', 'touch', '/tmp/repaired-sipcore-im');
  await until(
    'the incident is closed',
    async () => (await journal(second)).some(({ kind }) => kind === 'closed'),
    waitMs,
  );
  await allServe(second);
  t.deepEqual(
    (await heals(second)).map(({ params }) => params.vnfcInstanceId),
    [['IMWEB-e905']],
  );
  t.deepEqual(await heals(first), []);
  t.deepEqual(await journal(first), []);
  const list = await must('node1', 'vnfha', 'incident', 'list', '--vnf', second.name);
  t.regex(list, /^sipcore-im-web-node3-\S+ .* web on node3 /);
  t.is(await must('node1', 'vnfha', 'incident', 'list'), 'No incidents.\n');
});

test.serial('the address of one moves as planned: its own HAProxy is drained, and the other serves on', async (t) => {
  const vip = `${second.name}-lb-vip`;
  const before = await Promise.all(both.map(workers));
  const lost = await lostDuring(first, async () => {
    // on a busy machine a move may be too quick for the drain, which has a second
    for (let moves = 0; moves < 3 && (await workers(second)) === before[1]; moves++) {
      const [from] = await activeOn(vip);
      const moved = async () => (await activeOn(vip)).some((node) => node !== from);
      await must(from!, 'crm_resource', '--ban', '--resource', vip, '--node', from!);
      await until('it has moved', moved, waitMs);
      await must('node1', 'crm_resource', '--clear', '--resource', vip);
    }
  });
  t.deepEqual(lost, []);
  t.true((await workers(second)) > before[1]!, 'the HAProxy of the address was told to reload');
  t.is(await workers(first), before[0]!, 'the other was not');
  await allServe(second);
});

test.serial('a node loses its power: both recover, and both doctors find nothing', async (t) => {
  await lab.kill('node1');
  await until('node1 is fenced', async () => (await lab.fenceLog()).some(({ node }) => node === 'node1'), waitMs);
  for (const which of both) await until(`${which.name} serves`, async () => (await ask(which)) === '200', waitMs);
  await lab.ready({ timeout: waitMs });
  for (const which of both) await allServe(which);
  for (const which of both) {
    const args = which.beside ? ['--vnf', which.name] : [];
    await until(
      `the doctor on node1 finds ${which.name} well`,
      async () => (await lab.exec('node1', ['vnfha', 'doctor', ...args])).code === 0,
      waitMs,
    );
    await until(
      `the status says that ${which.name} is well`,
      async () => (await lab.exec('node1', ['vnfha', 'status', ...args])).code === 0,
      waitMs,
    );
  }
  t.pass();
});

test.serial("the nodes' own VNF is removed: the one beside it serves on, not one request is lost", async (t) => {
  const lost = await lostDuring(second, async () => {
    await must('node2', 'vnfha', 'remove', first.name, '--yes');
    await until(
      'it is gone',
      async () => (await lab.cluster())?.resources.every(({ id }) => !/^sipcore-(web|lb|registrar)/.test(id)),
      waitMs,
    );
  });
  t.deepEqual(lost, []);
  await allServe(second);
  t.is((await lab.exec('node2', ['vnfha', 'diff', described(second)])).stdout, 'No differences.\n');
});

const described = (which: Which): string => vnfPaths(which).description;
const apply = (which: Which): Promise<string> => must('node1', 'vnfha', 'apply', '--yes', described(which));

/** The VNFC on node3 ends, by its pid file: another of the same program runs there too. Returns the pid. */
async function killWeb(which: Which): Promise<string> {
  const idle = async () => (await must('node2', 'crmadmin', '-S', (await lab.cluster())!.dc!)).includes('S_IDLE');
  await until('the DC is idle', idle, waitMs); // see notifier.test.ts
  const pid = await webPid(which);
  await must('node3', 'kill', '-KILL', pid);
  return pid;
}

const webPid = async ({ name }: Which): Promise<string> =>
  (await must('node3', 'sh', '-c', `cat /run/${name}-web.pid || true`)).trim();

/** Waits until the web VNFC has its place on every node, and the address answers. */
async function allServe(which: Which): Promise<void> {
  const member = `${which.name}-web-member`;
  await until(`${member} is on every node`, async () => (await activeOn(member)).join() === nodes.join(), waitMs);
  await until(`${which.vip} answers`, async () => (await ask(which)) === '200', waitMs);
}

const curl = ({ vip }: Which): string[] => [
  'curl',
  '-s',
  '-m',
  '5',
  '-o',
  '/dev/null',
  '-w',
  '%{http_code}',
  `http://${vip}/`,
];
const ask = async (which: Which): Promise<string> => (await lab.exec('client', curl(which))).stdout;

/** The answers other than 200 that a client got, one request after the other, while `work` went on. */
async function lostDuring(which: Which, work: () => Promise<void>): Promise<string[]> {
  const enough = `/tmp/enough-${which.name}`;
  await must('client', 'rm', '-f', enough);
  const request = curl(which).join(' ').replace('%{http_code}', "'%{http_code}\\n'");
  const asking = lab.exec('client', ['sh', '-c', `while [ ! -e ${enough} ]; do ${request}; done`], {
    timeout: 4 * waitMs,
  });
  try {
    await work();
  } finally {
    await must('client', 'touch', enough);
  }
  const answers = (await asking).stdout.trim().split('\n');
  if (answers.length < 3) throw new Error(`only ${answers.length} requests to ${which.vip}`);
  return answers.filter((answer) => answer !== '200');
}

/** How many workers this VNF's HAProxys on node1 and node2 have forked: one at the start, and one at each reload. */
async function workers({ name }: Which): Promise<number> {
  const logs = ['node1', 'node2'].map((node) =>
    must(node, 'sh', '-c', `grep -c forked /var/log/vnfha/${name}-lb.log || true`),
  );
  return (await Promise.all(logs)).reduce((sum, count) => sum + Number(count), 0);
}

/** Exclusions on node3, on proof (a busy machine drains on suspicion), by this VNF's bridges on node1 and node2, a line each. */
async function ordersOf(which: Which): Promise<string[]> {
  const log = `/var/log/vnfha/${vnfUnit('bridge', which)}.log`;
  const lines = await Promise.all(
    ['node1', 'node2'].map((node) =>
      must(node, 'sh', '-c', `grep '"set-servers".*/node3","out":true,"cut":true' ${log} || true`),
    ),
  );
  return lines.flatMap((text) => text.split('\n').filter(Boolean));
}

async function bridgeState(which: Which): Promise<{ heartbeats: number[] }> {
  const state = await must('node1', 'curl', '-s', '--unix-socket', vnfPaths(which).bridgeSocket, 'http://bridge/state');
  return JSON.parse(state) as { heartbeats: number[] };
}

async function heals({ vnfm }: Which): Promise<{ params: { vnfcInstanceId: string[] } }[]> {
  return JSON.parse(await must('client', 'curl', '-sS', '--fail', '-m', '5', `http://${vnfm}/sim/heals`)) as never;
}

async function journal(which: Which): Promise<JournalEntry[]> {
  const { code, stdout } = await lab.exec('node1', ['cat', vnfPaths(which).incidentJournal]);
  return code === 0 ? jsonLines<JournalEntry>(stdout) : [];
}

async function activeOn(resource: string): Promise<string[]> {
  const { resources = [] } = (await lab.cluster()) ?? {};
  return resources.filter(({ id, active }) => id === resource && active).flatMap((each) => each.nodes).toSorted(); // prettier-ignore
}

async function must(host: string, ...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await lab.exec(host, argv, { timeout: waitMs });
  if (code !== 0) throw new Error(`${argv.join(' ')} on ${host}: ${stderr || stdout}`);
  return stdout;
}
