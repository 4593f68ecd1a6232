/**
 * The bridges in a real cluster (the example sipcore: web on three nodes, HAProxy on node1 and node2): whatever happens to whom,
 * both HAProxys end with the right list, in memory and in the file.
 */
import test from 'ava';
import { rotationOf } from '../../src/haproxy/config-file.ts';
import { parseServersState } from '../../src/haproxy/replies.ts';
import { Lab } from '../../src/lab/lab.ts';
import { paths } from '../../src/model/names.ts';
import { jsonLines } from './json-lines.ts';
import { until } from './wait.ts';

const name = `bridge-${process.pid}`;
const lbs = ['node1', 'node2'];
const vip = '10.77.0.60';
const waitMs = 90_000;
let lab: Lab;

test.before('a lab with the example applied', async () => {
  // a fenced node stays off for as long as a test wants something of the others meanwhile
  lab = await Lab.up({ name, bootDelayMs: 15_000 });
  await lab.ready();
  await lab.apply();
  await allIn();
  await until('the VIP serves', async () => (await lab.exec('client', curl)).stdout === '200', waitMs);
});
test.afterEach.always('what a failed test leaves to read', async (t) => {
  if (t.passed) return;
  for (const node of lbs) t.log(node, (await bridgeLog(node).catch(String)).split('\n').slice(-25).join('\n'));
});
test.after.always('nothing stays', () => lab.down());

const curl = ['curl', '-s', '-m', '5', '-o', '/dev/null', '-w', '%{http_code}', `http://${vip}/`];

async function must(node: string, ...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await lab.exec(node, argv);
  if (code !== 0) throw new Error(`${argv.join(' ')} on ${node}: ${stderr || stdout}`);
  return stdout;
}

/** What HAProxy itself answers on a node. */
async function haproxy(node: string, command: string): Promise<string> {
  const script = `const s = require('net').connect(process.argv[1], () => s.write(process.argv[2] + '\\n')); s.pipe(process.stdout);`;
  const { stdout } = await lab.exec(node, [process.execPath, '-e', script, paths.haproxySocket, command]);
  return stdout.trimEnd();
}

/** The servers that are out on a node, in memory and in the file; why not, when it cannot be seen. */
async function outAt(node: string): Promise<string> {
  try {
    const states = parseServersState(await haproxy(node, 'show servers state'));
    const memory = states.filter(({ admin }) => admin !== 'ready').map(({ server }) => server);
    const file = [...rotationOf(await lab.readFile(node, paths.haproxyConfig))]
      .filter(([, says]) => says === 'out')
      .map(([key]) => key.split('/')[1]);
    return memory.join() === file.join() ? memory.join() : `memory: ${memory.join()}; file: ${file.join()}`;
  } catch (error) {
    return String(error);
  }
}

async function expectOut(out: string, nodes = lbs): Promise<void> {
  let seen: string[] = [];
  await until(
    `out: '${out}' at ${nodes.join()}`,
    async () => {
      seen = await Promise.all(nodes.map(outAt));
      return seen.every((each) => each === out);
    },
    waitMs,
  ).catch((error: Error) => {
    throw new Error(`${error.message}; last: ${seen.map((each) => `'${each}'`).join(', ')}`);
  });
}

/** Everything is in, and the cluster is at rest. */
async function allIn(): Promise<void> {
  await expectOut('');
  await until(
    'every member is started',
    async () => {
      const started = (await lab.cluster())?.resources.filter(({ id, role, pending }) => {
        return id === 'sipcore-web-member' && role === 'Started' && pending === undefined;
      });
      return started?.length === 3;
    },
    waitMs,
  );
}

interface Line {
  readonly at: number;
  readonly event: string;
  readonly servers?: readonly { readonly server: string; readonly out: boolean; readonly outcome: unknown }[];
  readonly usFromEvidence?: number;
  readonly id?: string;
  readonly asks?: string;
  readonly server?: string;
  readonly found?: string;
  readonly reason?: string;
}

const bridgeLog = (node: string): Promise<string> => lab.readFile(node, '/var/log/vnfha/vnfha-bridge.log');

/** The bridge's log on a node, from `sinceUs` on. */
async function logOf(node: string, sinceUs: number): Promise<Line[]> {
  return jsonLines<Line>(await bridgeLog(node)).filter(({ at }) => at >= sinceUs);
}

/** When a node's HAProxy had excluded `server`, and how long after the evidence. */
async function excludedAt(node: string, server: string, sinceUs: number): Promise<{ at: number; us: number }> {
  const line = (await logOf(node, sinceUs)).find(({ event, servers }) => {
    return (
      event === 'set-servers' &&
      servers!.some((one) => one.server.endsWith(server) && one.out && one.outcome === 'done')
    );
  });
  if (line === undefined) throw new Error(`${node} did not exclude ${server}`);
  return { at: line.at, us: line.usFromEvidence! };
}

const nowUs = (): number => Date.now() * 1000;
const ms = (us: number): string => `${(us / 1000).toFixed(1)} ms`;

async function ban(node: string): Promise<void> {
  await must('node1', 'crm_resource', '--ban', '--resource', 'sipcore-web-clone', '--node', node);
}

async function unban(): Promise<void> {
  await must('node1', 'crm_resource', '--clear', '--resource', 'sipcore-web-clone');
  await allIn();
}

/** One request after the other from the client, until it is told to stop; their status codes. */
async function traffic(): Promise<() => Promise<string[]>> {
  const script = `while [ ! -e /tmp/enough ]; do ${curl.join(' ').replace('%{http_code}', "'%{http_code}\\n'")}; done`;
  await must('client', 'rm', '-f', '/tmp/enough');
  const running = await lab.spawn('client', ['sh', '-c', script]);
  let text = '';
  running.stdout.on('data', (data: Buffer) => (text += data.toString()));
  await until('requests are answered', () => text.length > 20, waitMs);
  return async () => {
    await must('client', 'touch', '/tmp/enough');
    await running.done;
    return text.trim().split('\n');
  };
}

const nginxOf = async (node: string): Promise<string> => (await lab.readFile(node, '/run/sipcore-web.pid')).trim();

/** Watches the nginx of a node; `ended` is when it did, in µs. */
async function watchNginx(node: string): Promise<{ ended: Promise<number> }> {
  const pid = await nginxOf(node);
  const watch = await lab.spawn(node, ['sh', '-c', `tail -s 0.005 --pid=${pid} -f /dev/null; date +%s%6N`]);
  let text = '';
  watch.stdout.on('data', (data: Buffer) => (text += data.toString()));
  return { ended: watch.done.then(() => Number(text)) };
}

/** Before it is fenced it isn't switched on: the fencing would end it once more. */
async function bootFenced(node: string): Promise<void> {
  await until(`${node} is fenced`, async () => (await lab.fenceLog()).some((fencing) => fencing.node === node), waitMs);
  await lab.boot(node).catch(() => undefined); // it may have come by itself
  await lab.ready({ timeout: waitMs });
}

test.serial(
  'a planned stop: excluded at both load balancers before the VNFC stops, and no request is lost',
  async (t) => {
    const since = nowUs();
    const enough = await traffic();
    const { ended } = await watchNginx('node3');
    await ban('node3');
    await expectOut('node3');
    const stopped = await ended;
    for (const lb of lbs) {
      const { at, us } = await excludedAt(lb, 'node3', since);
      t.true(at < stopped, `${lb} excluded it ${ms(at - stopped)} after its end`);
      t.log(`${lb}: ${ms(us)} from the agent's word to HAProxy's yes; ${ms(stopped - at)} before the VNFC's end`);
    }
    await unban();
    const codes = await enough();
    t.log(`${codes.length} requests`);
    t.deepEqual([...new Set(codes)], ['200']);
  },
);

test.serial('a VNFC that is killed is excluded by the alert or its agent, and comes back', async (t) => {
  const since = nowUs();
  await must('node3', 'kill', '-9', await nginxOf('node3'));
  for (const lb of lbs) {
    await until(
      `${lb} excludes it`,
      () =>
        excludedAt(lb, 'node3', since).then(
          () => true,
          () => false,
        ),
      waitMs,
    );
    const { at, us } = await excludedAt(lb, 'node3', since);
    t.log(`${lb}: ${ms(us)} from the evidence to HAProxy's yes; ${ms(at - since)} after the kill`);
  }
  await allIn();
  t.pass();
});

test.serial('a bridge killed in the midst of an exclusion: its HAProxy ends right all the same', async (t) => {
  await Promise.all([ban('node3'), lab.service('node2', 'vnfha-bridge', 'kill')]);
  await expectOut('node3');
  await Promise.all([unban(), lab.service('node1', 'vnfha-bridge', 'kill')]);
  await expectOut('');
  t.pass();
});

test.serial('HAProxy killed during an exclusion starts with the right list', async (t) => {
  await ban('node3');
  await expectOut('node3');
  const pid = /^Pid: (\d+)$/m.exec(await haproxy('node2', 'show info'))![1]!;
  await must('node2', 'kill', '-9', pid);
  await until(
    'another HAProxy answers',
    async () => {
      const other = /^Pid: (\d+)$/m.exec(await haproxy('node2', 'show info'))?.[1];
      return other !== undefined && other !== pid;
    },
    waitMs,
  );
  t.is(await outAt('node2'), 'node3', 'at its first answer');
  await unban();
});

test.serial('a change by hand is seen, logged and put right', async (t) => {
  const since = nowUs();
  await haproxy('node1', 'set server sipcore-web/node2 state maint');
  const line = await until('it is seen', async () =>
    (await logOf('node1', since)).find(({ event }) => event === 'foreign-change'),
  );
  await expectOut('');
  t.like(line, { server: 'sipcore-web/node2', found: 'out' });
});

test.serial('a node loses its power: its server is out, by its silence or by corosync’s ring', async (t) => {
  const since = nowUs();
  await lab.kill('node3');
  await expectOut('node3');
  for (const lb of lbs) {
    const { at, us } = await excludedAt(lb, 'node3', since);
    t.log(`${lb}: ${ms(at - since)} after the cut, ${ms(us)} after the evidence`);
  }
  const excluded = (line: Line): boolean => line.event === 'excluded' && line.server === 'sipcore-web/node3';
  const line = (await logOf('node1', since)).find(excluded);
  t.regex(line?.reason ?? '', /^node3 (left the cluster|is silent)/);
  await bootFenced('node3');
  await allIn();
});

test.serial('a load balancer’s node loses its power, and comes back with a list that changed meanwhile', async (t) => {
  await lab.kill('node2');
  await expectOut('node2', ['node1']);
  await ban('node3');
  await expectOut('node2,node3', ['node1']);
  await bootFenced('node2');
  await expectOut('node3');
  // what the bridge itself has seen of HAProxy may be a look older than what HAProxy says
  const state = await until('the bridge has seen HAProxy run', async () => {
    const text = await must('node2', 'curl', '-s', '--unix-socket', paths.bridgeSocket, 'http://bridge/state');
    const said = JSON.parse(text) as { haproxy?: { running: boolean } };
    return said.haproxy?.running && said;
  });
  t.like(state, { node: 'node2', corosync: 'up', settled: true, strangers: [] });
  await unban();
});

test.serial('corosync dies on a load balancer’s node: its bridge changes nothing until it is back', async (t) => {
  const since = nowUs();
  await lab.service('node2', 'corosync', 'kill');
  const lines = await until(
    'the bridge is in the group again',
    async () => {
      const log = await logOf('node2', since).catch((): Line[] => []); // node2 may be off: it is fenced
      return log.some(({ event }) => event === 'group-joined') && log;
    },
    waitMs,
  );
  const events = lines.map(({ event }) => event);
  t.false(events.slice(0, events.indexOf('group-joined')).includes('set-servers'));
  await lab.ready({ timeout: waitMs });
  await allIn();
});
