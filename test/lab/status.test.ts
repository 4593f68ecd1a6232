/** `vnfha status` and `vnfha incident` on a real node, while things happen. */
import test from 'ava';
import { Lab } from '../../src/lab/lab.ts';
import type { PageState } from '../../src/page/state.ts';
import type { IncidentTimes } from '../../src/status/incident-times.ts';
import type { VnfStatus } from '../../src/status/vnf-status.ts';
import { until } from './wait.ts';

let lab: Lab;

test.before('a VNF that runs', async () => {
  lab = await Lab.up({ name: `status-${process.pid}` });
  await lab.ready();
  const { code, stderr } = await lab.exec('node1', ['vnfha', 'apply', '/etc/vnfha/vnf.yaml', '--yes']);
  if (code !== 0) throw new Error(stderr);
});
test.after.always('nothing stays', () => lab.down());

async function status(): Promise<{ code: number; status: VnfStatus }> {
  const { code, stdout } = await lab.exec('node1', ['vnfha', 'status', '--json']);
  return { code, status: JSON.parse(stdout) as VnfStatus };
}

async function well(): Promise<VnfStatus> {
  let problems: readonly string[] = [];
  const seen = until('all is well', async () => {
    const { code, status: now } = await status();
    problems = now.problems;
    return now.ok && code === 0 ? now : undefined;
  });
  return seen.catch((error: unknown) => {
    throw new Error(`${String(error)}: ${problems.join('; ')}`);
  });
}

test.serial('well: every instance is up and in rotation, one is active and has the address', async (t) => {
  const { vnfcs, loadBalancer } = await well();
  const [registrar, web] = vnfcs;
  const active = registrar!.instances.filter(({ state }) => state === 'active').map(({ node }) => node);
  t.deepEqual(active, [registrar!.vips[0]!.node]);
  t.deepEqual(web!.instances.map(({ state, rotation }) => [state, rotation]), [['up', 'in'], ['up', 'in'], ['up', 'in']]); // prettier-ignore
  t.truthy(loadBalancer?.vips[0]?.node);
  const text = await lab.exec('node1', ['vnfha', 'status']);
  t.regex(text.stdout, /^sipcore: well\n/);
});

test.serial('a node in standby and an instance that is gone are seen, exit code 15', async (t) => {
  await lab.exec('node1', ['pcs', 'node', 'standby', 'node3']);
  const expected = ['node3 is standby', 'web: 2 of 3 instances run', 'registrar: 2 of 3 instances run'];
  let problems: readonly string[] = [];
  const seen = await until('the instances are gone', async () => {
    const now = await status();
    problems = now.status.problems;
    return expected.every((problem) => problems.includes(problem)) && now;
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${problems.join('; ')}`);
  });
  t.is(seen.code, 15);
  await lab.exec('node1', ['pcs', 'node', 'unstandby', 'node3']);
  await well();
});

test.serial('watched, it goes on', async (t) => {
  const watch = 'timeout 12 vnfha status --watch 0.5 --json | head -n 3'; // as soon as there are three
  const lines = (await lab.exec('node1', ['sh', '-c', watch])).stdout.trim().split('\n');
  t.is(lines.length, 3);
  for (const line of lines) t.true((JSON.parse(line) as VnfStatus).ok, line);
});

test.serial('an incident is listed on every node, open and then closed, with its timeline', async (t) => {
  // the second failure of web on a node is the VNFM's; nobody answers there yet, so the incident stays open
  await lab.exec('node2', ['pkill', '-9', '-x', 'nginx']);
  await until('the failure is counted', async () => /sipcore-web: .*fail-count=2/.test((await lab.exec('node2', ['crm_mon', '-1rf'])).stdout)); // prettier-ignore
  await well();
  await lab.exec('node2', ['pkill', '-9', '-x', 'nginx']);
  const list = async (node: string) => (await lab.exec(node, ['vnfha', 'incident', 'list'])).stdout;
  for (const node of ['node1', 'node3'])
    await until('the incident is listed', async () => /web on node2/.test(await list(node)));
  const now = await status();
  t.is(now.code, 15);
  t.regex(now.status.problems.join('\n'), /^incident \S+ is open: web on node2/m);
  const [id] = (await list('node1')).split(' ');
  const text = (await lab.exec('node1', ['vnfha', 'incident', 'show', id!])).stdout;
  // the supervisor's word and HAProxy's exclusion, as the group heard them, come before the notifier's
  t.regex(text, / {2}\+0\.000 s {2}node\d {2}failed\n.* {2}noticed\n.* {2}excluded\n(.*\n)*.* {2}raised {2}\(/);
  const simulator = 'vnfha vnfm-sim --listen 10.77.0.100:9890 --client vnfha --secret vnfha-lab';
  await lab.exec('client', ['sh', '-c', `setsid ${simulator} </dev/null >/dev/null 2>&1 &`]);
  await well();
  const shown = await lab.exec('node3', ['vnfha', 'incident', 'show', id!, '--json']);
  const { open, times } = JSON.parse(shown.stdout) as { open: boolean; times: IncidentTimes };
  t.false(open);
  const took = Object.fromEntries(times.steps.map(({ what, ms }) => [what, ms]));
  t.log(times.sentence);
  t.true(
    took['noticed']! < 1000 && took['excluded']! >= took['noticed']! && took['excluded']! < 2000,
    JSON.stringify(took),
  );
  t.is(took['service'], took['excluded']); // the others serve
  t.true(took['instance']! > took['excluded']!, JSON.stringify(took));
  // held against what a description asks for
  const asks = "{ cat /etc/vnfha/vnf.yaml; echo 'recovery: { detect: 25s, recover: 60s }'; } >/tmp/asks.yaml";
  await lab.exec('node1', ['sh', '-c', asks]);
  const held = await lab.exec('node1', ['vnfha', 'incident', 'show', id!, '--description', '/tmp/asks.yaml']);
  t.regex(
    held.stdout,
    /^within detect 25s, recover 60s: noticed in [0-9.]+ s of 25 s, excluded in [0-9.]+ s, the service back in [0-9.]+ s of 60 s/m,
  );
  t.is((await lab.exec('node1', ['vnfha', 'incident', 'show', 'nothing'])).code, 2);
});

test.serial('Prometheus finds each daemon where /etc/default/vnfha says, and what happened in it', async (t) => {
  await well();
  const ports = { bridge: 9760, notifier: 9761, supervisor: 9762 };
  const lines = Object.entries(ports).map(([daemon, port]) => `VNFHA_${daemon.toUpperCase()}_METRICS=${port}\n`);
  await lab.writeFile('node1', '/etc/default/vnfha', lines.join(''));
  for (const daemon of Object.keys(ports)) {
    await lab.service('node1', `vnfha-${daemon}`, 'stop');
    await lab.service('node1', `vnfha-${daemon}`, 'start');
  }
  const scrape = async (port: number): Promise<string> =>
    (await lab.exec('node1', ['curl', '-s', `http://127.0.0.1:${port}/metrics`])).stdout;
  const says = (port: number, line: RegExp): Promise<string> =>
    until(`${line.source} at ${port}`, async () => {
      const text = await scrape(port);
      return line.test(text) && text;
    }); // prettier-ignore

  await says(ports.bridge, /^vnfha_bridge_settled 1$/m);
  await says(ports.bridge, /^vnfha_server_in_rotation\{backend="sipcore-web",server="node1",vnfc="web"\} 1$/m);
  await says(ports.notifier, /^vnfha_notifier_group_up 1$/m);
  await says(ports.supervisor, /^vnfha_instance_well\{resource="sipcore-web"\} 1$/m);

  await lab.exec('node1', ['pkill', '-9', '-x', 'nginx']);
  await says(ports.supervisor, /^vnfha_instance_words_total\{resource="sipcore-web",word="died"\} 1$/m);
  await says(ports.supervisor, /^vnfha_pacemaker_told_seconds_count\{resource="sipcore-web"\} 1$/m);
  const text = await says(ports.bridge, /^vnfha_rotation_change_seconds_count\{vnfc="web",rotation="out"\} [1-9]/m);
  const seconds = Number(/^vnfha_rotation_change_seconds_sum\{vnfc="web",rotation="out"\} (\S+)$/m.exec(text)?.[1]);
  t.true(seconds > 0 && seconds < 5, `${seconds} s`);
  t.log(`out of rotation ${Math.round(seconds * 1000)} ms after the evidence`);
});

test.serial(
  'the status page shows at once that a server is out, and back; it says what `vnfha status` says',
  async (t) => {
    await well();
    await lab.writeFile('node1', '/etc/default/vnfha', 'VNFHA_BRIDGE_PAGE=9770\n');
    await lab.service('node1', 'vnfha-bridge', 'stop');
    await lab.service('node1', 'vnfha-bridge', 'start');
    const page = async (path: string): Promise<string> =>
      (await lab.exec('node1', ['curl', '-sf', `http://localhost:9770${path}`])).stdout;
    await until('the page is there, of a bridge that knows the cluster', async () => {
      const text = await page('/status.json');
      return text !== '' && (JSON.parse(text) as PageState).bridge?.settled;
    });
    await well();
    const shown = await until('page and command agree', async () => {
      const { status: seen, incidents } = JSON.parse(await page('/status.json')) as PageState;
      return JSON.stringify(seen) === JSON.stringify((await status()).status) && incidents;
    });
    t.regex(shown[0]!.verdict, /^noticed in /);
    t.regex(await page(`/incidents/${shown[0]!.id}`), /<svg/);
    t.regex(await page('/'), /<title>vnfha<\/title>/);
    // from elsewhere it can't be reached
    t.not((await lab.exec('client', ['curl', '-s', '-m', '2', 'http://10.77.0.1:9770/'])).code, 0);

    await lab.exec('node1', [
      'sh',
      '-c',
      'setsid timeout 60 curl -sN http://localhost:9770/events >/tmp/events 2>/dev/null </dev/null &',
    ]);
    const events = async (): Promise<string> => (await lab.exec('node1', ['cat', '/tmp/events'])).stdout;
    await until('the whole state', async () => /^event: state$/m.test(await events()));
    // it hangs: one that is killed may be back before the page is asked to show it, half a second later
    await lab.exec('node3', ['pkill', '-STOP', '-x', 'nginx']);
    await until('out', async () => (await events()).includes('web on node3 is out of rotation: '));
    await lab.exec('node3', ['pkill', '-CONT', '-x', 'nginx']);
    await until('back', async () => (await events()).includes('web on node3 is in rotation'));
    const states = (await events()).split('\n').slice(0, -1).filter((line) => line.startsWith('data: {')); // prettier-ignore
    const rotationOf = (line: string) => (JSON.parse(line.slice(6)) as { state: PageState }).state.status?.vnfcs[1]?.instances[2]?.rotation; // prettier-ignore
    t.deepEqual(states.map(rotationOf).filter((one, at, all) => one !== all[at - 1]).slice(0, 3), ['in', 'out', 'in']); // prettier-ignore
    await lab.exec('node1', ['pkill', '-x', 'curl']);
  },
);
