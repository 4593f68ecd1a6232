/** The agents on a lab node, installed from the artefact: as pcs and crmsh see them, and as Pacemaker runs them. */
import test from 'ava';
import { Lab } from '../../src/lab/lab.ts';
import { until } from './wait.ts';

const agents = ['vnfc', 'vnfc-vm', 'lb-member', 'haproxy', 'vip'];
const waitMs = 60_000;
let lab: Lab;

test.before('a lab without fencing: what is tested here is not the cluster', async () => {
  lab = await Lab.up({ name: `agents-${process.pid}` });
  await lab.ready();
  await must('pcs', 'property', 'set', 'stonith-enabled=false');
});
test.after.always('nothing stays', () => lab.down());

async function must(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await lab.exec('node1', argv);
  if (code !== 0) throw new Error(`${argv.join(' ')}: exit code ${code}: ${stderr || stdout}`);
  return stdout;
}

const instances = async (id: string) => (await lab.cluster())?.resources.filter((resource) => resource.id === id) ?? [];
const roles = async (id: string) => (await instances(id)).map(({ role }) => role).sort();
const inRole = (id: string, ...wanted: string[]) =>
  until(`${id} is ${wanted.join(', ')}`, async () => (await roles(id)).join() === wanted.join(), waitMs);

for (const agent of agents) {
  test.serial(`pcs and crm describe ocf:vnfha:${agent}`, async (t) => {
    const pcs = await must('pcs', 'resource', 'describe', `ocf:vnfha:${agent}`);
    const crm = await must('crm', 'ra', 'info', `ocf:vnfha:${agent}`);
    const metadata = await must('crm_resource', '--show-metadata', `ocf:vnfha:${agent}`);
    const names = [...metadata.matchAll(/<parameter name="(\w+)"/g)].map(([, name]) => name!);
    t.true(names.length >= 3);
    for (const name of names) {
      t.regex(pcs, new RegExp(`^  ${name}\\b`, 'm'));
      t.regex(crm, new RegExp(`^${name}\\b`, 'm'));
    }
    t.regex(pcs, /Default operations:/);
  });
}

test.serial('pcs lists them under the provider vnfha', async (t) => {
  const listed = (await must('pcs', 'resource', 'list', 'ocf:vnfha')).trim().split('\n');
  t.deepEqual(listed.map((line) => line.split(' ')[0]).sort(), agents.map((name) => `ocf:vnfha:${name}`).sort()); // prettier-ignore
});

test.serial('pcs resource create: it starts, is recovered when it is killed, and stops', async (t) => {
  await must(
    'pcs',
    'resource',
    'create',
    'one',
    'ocf:vnfha:vnfc',
    'name=one',
    'run=sleep 4720',
    'op',
    'monitor',
    'interval=2s',
  );
  await inRole('one', 'Started');
  const [node] = (await instances('one'))[0]!.nodes;
  const pid = async () => (await lab.exec(node!, ['pgrep', '-xf', 'sleep 4720'])).stdout.trim();
  const first = await pid();
  t.regex(first, /^\d+$/);
  await lab.exec(node!, ['kill', '-KILL', first]);
  await until('another runs', async () => !['', first].includes(await pid()), waitMs);
  // one, or two when the supervisor told it; both told it until the supervisor has put it right
  await until(
    'it counts one or two',
    async () => {
      const counted = (await lab.cluster())!.failures.find(({ resource }) => resource === 'one')?.failCount;
      return counted === 1 || counted === 2;
    },
    waitMs,
  );
  await must('pcs', 'resource', 'delete', 'one');
  await until('it is stopped', async () => (await pid()) === '', waitMs);
});

test.serial('pcs refuses what the metadata forbids; a failed start shows its reason', async (t) => {
  const { code, stderr } = await lab.exec('node1', [
    'pcs',
    'resource',
    'create',
    'bad',
    'ocf:vnfha:vnfc',
    'run=sleep 9',
  ]);
  t.not(code, 0);
  t.regex(stderr, /required resource option 'name' is missing/);
  await must('pcs', 'resource', 'create', 'bad', 'ocf:vnfha:vnfc', 'name=bad', 'run=/no/such/program');
  await until('the reason is shown', async () => (await must('crm_mon', '-1')).includes('/no/such/program'), waitMs);
  t.regex(await must('crm_mon', '-1'), /'not installed' \(the program '\/no\/such\/program' is not installed here\)/);
  await must('pcs', 'resource', 'delete', 'bad');
});

test.serial(
  'crm configure primitive: a promotable clone; the active one is killed, a standby takes over',
  async (t) => {
    const redis = 'redis-cli -p 7001';
    const parameters = {
      name: 'store',
      run: 'redis-server --port 7001 --bind 127.0.0.1 --save "" --replicaof 127.0.0.1 7002',
      user: 'redis',
      check_tcp: '7001',
      promote: `${redis} replicaof no one`,
      demote: `${redis} replicaof 127.0.0.1 7002`,
      role_query: `${redis} role`,
    };
    const params = Object.entries(parameters).map(([name, value]) => `${name}='${value}'`);
    const configuration = [
      `primitive store ocf:vnfha:vnfc params ${params.join(' ')} \\`,
      'op monitor interval=2s role=Promoted op monitor interval=3s role=Unpromoted',
      'clone store-clone store meta promotable=true',
    ];
    await lab.writeFile('node1', '/tmp/store.crm', configuration.join('\n') + '\n');
    await must('crm', '--force', 'configure', 'load', 'update', '/tmp/store.crm');
    await inRole('store', 'Promoted', 'Unpromoted', 'Unpromoted');
    const score = async (node: string) =>
    Number(/value=(\d+)/.exec((await lab.exec('node1', ['crm_attribute', '-N', node, '-l', 'reboot', '-n', 'master-store', '-G'])).stdout)?.[1]); // prettier-ignore
    const active = async () => (await instances('store')).find(({ role }) => role === 'Promoted')?.nodes[0];
    const first = (await active())!;
    for (const node of ['node1', 'node2', 'node3']) t.is(await score(node), 100);
    const { stdout } = await lab.exec(first, ['pgrep', '-u', 'redis', '-f', '7001']);
    await lab.exec(first, ['kill', '-KILL', stdout.trim()]);
    await until(
      'it is recovered',
      async () => {
        const failed = (await lab.cluster())?.failures.some(({ resource }) => resource === 'store');
        return failed === true && (await roles('store')).join() === 'Promoted,Unpromoted,Unpromoted';
      },
      waitMs,
    );
    await must('crm', '--force', 'resource', 'stop', 'store-clone');
    await inRole('store', 'Stopped', 'Stopped', 'Stopped');
    const left = await lab.exec(first, ['pgrep', '-u', 'redis']);
    t.is(left.stdout, '');
  },
);

test.serial(
  'recurring monitors go by the supervisor, without Node; without a supervisor they look themselves',
  async (t) => {
    await must('pcs', 'resource', 'create', 'quick', 'ocf:vnfha:vnfc', 'name=quick', 'run=sleep 4721', 'op', 'monitor', 'interval=2s'); // prettier-ignore
    await inRole('quick', 'Started');
    const [node] = (await instances('quick'))[0]!.nodes;
    const here = async (command: string) => (await lab.exec(node!, ['sh', '-c', command])).stdout.trim();
    const failed = async () => (await lab.cluster())?.failures.some(({ resource }) => resource === 'quick');
    const sights = '/run/vnfha/sights/quick';
    await until('its sight is newer than its pass', () => here(`[ ${sights} -nt /run/vnfha/passes/quick ] && echo yes`), waitMs); // prettier-ignore
    t.is(await here('sed -n "s/^for_executor=\'\\(.*\\)\'/\\1/p" /run/vnfha/passes/quick'), await here('pgrep -x pacemaker-execd || pgrep pacemaker-execd')); // prettier-ignore
    const bundle = '/usr/lib/vnfha/agents/vnfc.cjs';
    await here(`mv ${bundle} /root/`);
    const seen = new Set<string>();
    await until('the supervisor has looked five times', async () => seen.add(await here(`stat -c %y ${sights}`)).size > 5, waitMs); // prettier-ignore
    t.false(await failed());
    await lab.service(node!, 'vnfha-supervisor', 'stop');
    await until('a monitor wanted Node', failed, waitMs);
    await here(`mv /root/vnfc.cjs ${bundle}`);
    await must('pcs', 'resource', 'cleanup', 'quick');
    await inRole('quick', 'Started');
    await must('pcs', 'resource', 'delete', 'quick');
  },
);
