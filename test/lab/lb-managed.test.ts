/**
 * Schemes B2 and D on a real cluster (the example lb-managed): servers that are no nodes, whose only heartbeat is HAProxy's check, and
 * active/standby pairs as servers.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import type { JournalEntry } from '../../src/decide/incident-journal.ts';
import { Lab } from '../../src/lab/lab.ts';
import type { LabProcess } from '../../src/lab/enter.ts';
import { paths } from '../../src/model/names.ts';
import { jsonLines } from './json-lines.ts';
import { until } from './wait.ts';

const nodes = ['node1', 'node2', 'node3'];
const balancers = ['node1', 'node2'];
const waitMs = 120_000;
const addresses: Readonly<Record<string, string>> = { 'media-1': '10.77.0.101', 'media-2': '10.77.0.102', 'media-3': '10.77.0.103' }; // prettier-ignore
const media = Object.keys(addresses);
const running = new Map<string, LabProcess>();
let lab: Lab;

test.before('a lab with the example applied, three servers beside it, and a VNFM', async () => {
  lab = await Lab.up({ name: `b2-${process.pid}`, description: 'examples/lb-managed.yaml' });
  for (const [name, address] of Object.entries(addresses)) {
    await must('client', 'ip', 'addr', 'add', `${address}/24`, 'dev', 'eth0');
    await begin(name);
  }
  const access = ['--listen', '10.77.0.100:9890', '--client', 'vnfha', '--secret', 'vnfha-lab'];
  const repair = [
    'sh',
    '-c',
    'touch /tmp/asked; while [ ! -e /tmp/repaired ]; do sleep 0.1; done; cat /tmp/address 2>/dev/null || true',
  ];
  await lab.spawn('client', ['vnfha', 'vnfm-sim', ...access, '--heal-time', '500ms', '--on-heal', JSON.stringify(repair)]); // prettier-ignore
  await lab.ready();
  await lab.apply();
  await well();
});
test.afterEach.always('what a failed test leaves to read', async (t) => {
  if (t.passed) return;
  for (const node of nodes) {
    t.log(node, (await lab.exec(node, ['sh', '-c', 'tail -n 30 /var/log/vnfha/*bridge* /var/log/vnfha/*notifier*'])).stdout); // prettier-ignore
  }
  t.log((await lab.exec('node3', ['crm_mon', '-1rfA'])).stdout);
  t.log((await lab.exec('node3', ['vnfha', 'status'])).stdout);
});
test.after.always('nothing stays', () => lab.down());

async function must(where: string, ...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await lab.exec(where, argv);
  if (code !== 0) throw new Error(`${argv.join(' ')} on ${where}: ${stderr || stdout}`);
  return stdout;
}

/** A server that says its name. */
async function begin(name: string, address = addresses[name]!): Promise<void> {
  const code = `require('node:http').createServer((q, s) => s.end('${name}')).listen(8080, '${address}')`;
  running.set(name, await lab.spawn('client', ['node', '-e', code]));
}

const end = (name: string): Promise<void> => running.get(name)!.stop();

/** What a client at the VIP is answered; undefined: nothing, or an error. */
async function ask(): Promise<string | undefined> {
  const { code, stdout } = await lab.exec('client', ['curl', '-sf', '--max-time', '3', 'http://10.77.0.60/']);
  return code === 0 ? stdout : undefined;
}

/** Who answers twelve requests in a row. */
async function answering(): Promise<string[]> {
  const answers = new Set<string>();
  for (let count = 0; count < 12; count++) answers.add((await ask()) ?? 'nobody');
  return [...answers].sort();
}

/** A server that is back begins slowly. */
const allAnswer = (): Promise<true> =>
  until('all serve', async () => (await answering()).join() === media.join(), waitMs);

interface Status {
  readonly ok: boolean;
  readonly problems: readonly string[];
  readonly vnfcs: readonly { readonly name: string; readonly instances: readonly { readonly node: string; readonly state: string; readonly reason?: string }[] }[]; // prettier-ignore
}

async function status(): Promise<Status | undefined> {
  const { stdout } = await lab.exec('node3', ['vnfha', 'status', '--json']);
  return stdout.startsWith('{') ? (JSON.parse(stdout) as Status) : undefined;
}

const stateOf = async (vnfc: string, server: string) =>
  (await status())?.vnfcs.find(({ name }) => name === vnfc)?.instances.find(({ node }) => node === server);

async function well(): Promise<void> {
  let last: Status | undefined;
  await until('all is well', async () => (last = await status())?.ok, 2 * waitMs).catch((error: Error) => {
    throw new Error(`${error.message}: ${JSON.stringify(last)}`);
  });
} // prettier-ignore

async function journal(node: string): Promise<JournalEntry[]> {
  const { stdout } = await lab.exec(node, ['cat', paths.incidentJournal]);
  return jsonLines<JournalEntry>(stdout);
}

const vnfm = async <T>(path: string): Promise<T> => JSON.parse(await must('client', 'curl', '-sf', `http://10.77.0.100:9890${path}`)) as T; // prettier-ignore
const heals = () => vnfm<{ params: { cause: string; vnfcInstanceId: string[] } }[]>('/sim/heals');

const closed = async (node: string): Promise<JournalEntry[]> => (await journal(node)).filter(({ kind }) => kind === 'closed'); // prettier-ignore

/** Kills HAProxy on `node`: the status of `server` in the next one, as soon as that answers, which is before its checks could have found out. */
async function firstSight(node: string, server: string): Promise<string> {
  const code = `
    const { connect } = require('node:net');
    const ask = (question) => new Promise((resolve) => {
      let text = '';
      connect('${paths.haproxySocket}').on('error', () => resolve('')).on('data', (data) => (text += data)).on('end', () => resolve(text)).write(question + '\\n');
    });
    const pid = async () => /Pid: (\\d+)/.exec(await ask('show info'))?.[1];
    (async () => {
      const before = await pid();
      console.log('watching');
      for (;;) {
        const now = await pid();
        const line = now && now !== before && (await ask('show stat')).split('\\n').find((each) => each.includes(',${server},'));
        if (line) { console.log('status ' + line.split(',')[17]); process.exit(0); }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();`;
  await must(node, 'sh', '-c', 'rm -f /tmp/sight; : >/tmp/sight; node -e "$1" >/tmp/sight 2>&1 &', 'sh', code);
  await until('it is watched', async () => (await must(node, 'cat', '/tmp/sight')).includes('watching'), waitMs);
  await must(node, 'pkill', '-KILL', 'haproxy');
  return until('another HAProxy', async () => /^status (.*)$/m.exec(await must(node, 'cat', '/tmp/sight'))?.[1], waitMs);
} // prettier-ignore

test.serial('all servers serve, and no resource in the cluster stands for them', async (t) => {
  t.deepEqual(await answering(), media);
  const resources = (await lab.cluster())!.resources.map(({ id }) => id);
  t.false(resources.some((id) => id.includes('media')));
});

test.serial('one dies: HAProxy excludes it, the VNFM is asked once for that one, and it is back when it answers again', async (t) => {
  await end('media-2');
  await until('it is excluded', async () => !(await answering()).includes('media-2'), waitMs);
  t.deepEqual(await answering(), ['media-1', 'media-3']);
  await until('the VNFM is asked', async () => (await lab.exec('client', ['test', '-e', '/tmp/asked'])).code === 0, waitMs);
  t.is((await stateOf('media', 'media-2'))?.state, 'down');
  for (const node of balancers) {
    t.is(await firstSight(node, 'media-2'), 'DOWN');
    await until(`HAProxy is looked at on ${node}`, async () => (await stateOf('media', 'media-2'))?.state === 'down', waitMs);
  }
  await begin('media-2'); // what the VNFM does
  await must('client', 'touch', '/tmp/repaired');
  for (const node of nodes) await until(`closed on ${node}`, async () => (await closed(node)).length === 1, waitMs);
  await allAnswer();
  await well();
  const asked = await heals();
  t.is(asked.length, 1);
  t.deepEqual(asked[0]!.params.vnfcInstanceId, ['MEDIA-7f0e']);
  t.regex(asked[0]!.params.cause, /media on media-2 down by every load balancer's checks/);
  t.deepEqual(await vnfm('/alarms'), []);
}); // prettier-ignore

test.serial('one load balancer is cut off from a server that the other sees well: no heal, and it is said', async (t) => {
  const before = (await heals()).length;
  await must('node1', 'nft', 'add table inet cut; add chain inet cut out { type filter hook output priority 0; }; add rule inet cut out ip daddr 10.77.0.101 drop');
  const seen = await until('they disagree', async () => {
    const view = await stateOf('media', 'media-1');
    return view?.state === 'changing' && view.reason?.includes('down on node1') ? view : undefined;
  }, waitMs);
  t.regex(seen.reason!, /by the checks down on node1, up on node2/);
  await sleep(8000);
  t.is((await heals()).length, before);
  t.deepEqual((await closed('node3')).length, 1);
  await must('node1', 'nft', 'delete table inet cut');
  await well();
}); // prettier-ignore

test.serial('an HAProxy and a bridge are killed: nobody takes that for a server’s failure', async (t) => {
  const before = (await heals()).length;
  await lab.service('node1', 'vnfha-bridge', 'kill');
  await must('node2', 'pkill', '-KILL', '-x', 'haproxy');
  await sleep(3000);
  await well();
  for (const node of balancers) {
    const told = await must('node3', 'attrd_updater', '--name', 'edge-media-servers', '--node', node, '--query');
    t.regex(told, /media-1:up media-2:up media-3:up/);
  }
  t.is((await heals()).length, before);
  t.deepEqual(await answering(), media);
});

test.serial('all die: all are excluded, each is an incident, no heal is asked for twice, and all come back', async (t) => {
  const before = (await heals()).length;
  const earlier = (await journal('node3')).filter(({ kind }) => kind === 'raised').length;
  const raised = async () => (await journal('node3')).filter(({ kind }) => kind === 'raised').slice(earlier);
  await must('client', 'rm', '-f', '/tmp/repaired', '/tmp/asked');
  for (const name of media) await end(name);
  await until('nobody serves', async () => (await answering()).join() === 'nobody', waitMs);
  await until('each is an incident', async () => (await raised()).length === 3, waitMs);
  // a VNFM does one operation on a VNF at a time (SOL003): the others wait for it
  await until('the VNFM is asked', async () => (await heals()).length === before + 1, waitMs);
  for (const name of media) await begin(name);
  await must('client', 'touch', '/tmp/repaired');
  await allAnswer();
  await well();
  const asked = (await heals()).slice(before).map(({ params }) => params.vnfcInstanceId.join());
  t.deepEqual(asked, [...new Set(asked)]);
  t.true((await raised()).some((entry) => entry.kind === 'raised' && entry.severity === 'CRITICAL'), 'nobody was left');
}); // prettier-ignore

test.serial('the VNFM makes one anew at another address: the load balancers look for it there, and no request is lost', async (t) => {
  await must('client', 'rm', '-f', '/tmp/repaired', '/tmp/asked');
  await must('client', 'ip', 'addr', 'add', '10.77.0.112/24', 'dev', 'eth0');
  await lab.writeFile('client', '/tmp/address', '10.77.0.112\n');
  const before = (await closed('node1')).length;
  await end('media-2');
  await until('the VNFM is asked', async () => (await lab.exec('client', ['test', '-e', '/tmp/asked'])).code === 0, waitMs);
  await begin('media-2', '10.77.0.112');
  const lost: string[] = [];
  let over = false;
  const asking = (async () => { while (!over) if ((await ask()) === undefined) lost.push(new Date().toISOString()); })();
  try {
    await must('client', 'touch', '/tmp/repaired');
    await until('the incident is closed', async () => (await closed('node1')).length === before + 1, waitMs);
    await well();
  } finally {
    over = true;
    await asking;
  }
  t.deepEqual(lost, []);
  await allAnswer();
  const said = async () => (await lab.exec('node1', ['vnfha', 'doctor'])).stdout;
  t.regex(await said(), /'media-2' of media is at 10\.77\.0\.112 since a heal, and .* has it at 10\.77\.0\.102/);
  for (const node of balancers) {
    await lab.service(node, 'vnfha-bridge', 'kill');
    await must(node, 'pkill', '-KILL', '-x', 'haproxy');
  }
  await well();
  await allAnswer(); // they remember
  for (const node of nodes) {
    const text = await lab.readFile(node, paths.description);
    await lab.writeFile(node, paths.description, text.replace('10.77.0.102', '10.77.0.112'));
  }
  for (const node of balancers) await must(node, 'pkill', '-HUP', '-f', 'vnfha.mjs bridge');
  await until('the description says it', async () => !(await said()).includes('since a heal'), waitMs);
  await well();
  await allAnswer();
  await must('client', 'rm', '/tmp/address');
}); // prettier-ignore

test.serial('a pair as a server: its failover is the cluster’s, the client is served again, and nobody is healed', async (t) => {
  const before = (await heals()).length;
  const said = async (...command: string[]) => (await lab.exec('client', ['timeout', '2', 'redis-cli', '-h', '10.77.0.60', ...command])).stdout.trim(); // prettier-ignore
  t.is(await said('set', 'subscriber', '1'), 'OK');
  const pair = ((await said('info', 'server')).match(/tcp_port:(\d+)/) ?? [])[1] === '6381' ? 'a' : 'b';
  const active = (await lab.cluster())!.resources.find(({ id, role }) => id === `edge-store-${pair}` && role === 'Promoted')!.nodes[0]!;
  await must(active, 'pkill', '-KILL', '-f', `redis-server.*:${pair === 'a' ? 6381 : 6382}`);
  const begun = performance.now();
  const script = "set subscriber 2\\ninfo server\\n";
  const served = await until('the client is served', async () => {
    const { stdout } = await lab.exec('client', ['sh', '-c', `printf '${script}' | timeout 2 redis-cli -h 10.77.0.60`]);
    return stdout.startsWith('OK') ? /tcp_port:(\d+)/.exec(stdout)?.[1] : undefined;
  }, waitMs);
  t.log(`served again after ${Math.round(performance.now() - begun)} ms, at port ${served}`);
  await well();
  // when its failover takes longer than HAProxy's checks, the client is at the other pair, which has a state of its own
  const vip = served === '6381' ? '10.77.0.51' : '10.77.0.52';
  t.is(await must('client', 'redis-cli', '-h', vip, '-p', served, 'get', 'subscriber'), '2\n');
  t.is((await heals()).length, before);
}); // prettier-ignore
