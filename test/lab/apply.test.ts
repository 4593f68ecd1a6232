/** diff and apply on a real cluster that others change as well: the installed command on a lab node. */
import test from 'ava';
import { Lab } from '../../src/lab/lab.ts';
import { paths } from '../../src/model/names.ts';
import { parseXml, serializeXml } from '../../src/process/xml.ts';
import { holders, oneByOne } from './holders.ts';
import { until } from './wait.ts';

const waitMs = 90_000;
let lab: Lab;

test.before('a lab with somebody else in its CIB', async () => {
  lab = await Lab.up({ name: `apply-${process.pid}` });
  await lab.ready();
  await must('crm_attribute', '--node', 'node2', '--name', 'rack', '--update', '<7 & "8">');
  await must('pcs', 'resource', 'create', 'theirs', 'ocf:heartbeat:Dummy', 'op', 'monitor', 'interval=33s');
  await must('pcs', 'constraint', 'location', 'theirs', 'prefers', 'node3=50');
  await must('pcs', 'property', 'set', 'pe-input-series-max=77');
  await must('pcs', 'resource', 'defaults', 'update', 'resource-stickiness=3');
});
test.after.always('nothing stays', () => lab.down());

const at = (...argv: string[]) => lab.exec('node1', argv);
const vnfha = (...argv: string[]) => at('vnfha', ...argv);

async function must(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await at(...argv);
  if (code !== 0) throw new Error(`${argv.join(' ')}: exit code ${code}: ${stderr || stdout}`);
  return stdout;
}

/** The configuration in the live CIB, and its epoch. */
async function configuration(): Promise<{ text: string; epoch: number }> {
  const cib = parseXml(await must('cibadmin', '--query'), 'cibadmin');
  return {
    text: serializeXml(cib.children.find(({ name }) => name === 'configuration')!),
    epoch: Number(cib.attributes['epoch']),
  };
}

const started = async (id: string) =>
  (await lab.cluster())?.resources
    .filter((one) => one.id === id && one.role === 'Started')
    .flatMap(({ nodes }) => nodes)
    .sort()
    .join();
const description = () => lab.readFile('node1', paths.description);

/** The description with a change, beside the one that the daemons read. */
async function changed(from: string | RegExp, to: string): Promise<string> {
  const text = await description();
  const edited = text.replace(from, to);
  if (edited === text) throw new Error(`${String(from)} is not in the description`);
  await lab.writeFile('node1', '/tmp/changed.yaml', edited);
  return '/tmp/changed.yaml';
}

test.serial('diff: all that is to come, exit code 12; a dry run changes nothing', async (t) => {
  const before = await configuration();
  const diff = await vnfha('diff', paths.description);
  t.is(diff.code, 12);
  t.regex(diff.stdout, /^\+ clone sipcore-web-clone$/m);
  t.notRegex(diff.stdout, /theirs/);
  const dry = await vnfha('apply', paths.description, '--dry-run');
  t.is(dry.code, 0, dry.stderr);
  t.regex(dry.stdout, /starts sipcore-web on node2/);
  t.deepEqual(await configuration(), before);
});

test.serial('apply: ours is there and starts, what was there stays', async (t) => {
  const before = (await configuration()).text.split('\n');
  const { code, stdout, stderr } = await vnfha('apply', paths.description);
  t.is(code, 0, stderr);
  t.regex(stdout, /^Applied\./m);
  const after = (await configuration()).text.split('\n');
  for (const line of before.filter((one) => /theirs|rack|pe-input|rsc_defaults|stickiness" value="3"/.test(one))) {
    t.true(after.includes(line), line);
  }
  await until('all of web is in', async () => (await started('sipcore-web-member')) === 'node1,node2,node3', waitMs);
  await until(
    'the active VNFC has its VIP',
    async () => (await started('sipcore-registrar-vip'))?.startsWith('node'),
    waitMs,
  );
});

test.serial('apply again: nothing to change, and no new version of the CIB', async (t) => {
  const before = await configuration();
  const { code, stdout } = await vnfha('apply', paths.description);
  t.is(code, 0);
  t.regex(stdout, /nothing to change/);
  t.deepEqual(await configuration(), before);
  t.is((await vnfha('diff', paths.description)).code, 0);
});

test.serial("an operator's change by pcs is shown and put back; a disabled resource stays disabled", async (t) => {
  await must('pcs', 'resource', 'update', 'sipcore-lb-vip', 'op', 'monitor', 'interval=77s');
  await must('pcs', 'resource', 'disable', 'sipcore-web-member-clone');
  const diff = await vnfha('diff', paths.description, '--json');
  t.is(diff.code, 12);
  t.regex(diff.stdout, /"kind":"removed","element":"op","id":"sipcore-lb-vip-monitor-interval-77s"/);
  t.regex(diff.stdout, /"kind":"added","element":"op","id":"sipcore-lb-vip-monitor-interval-5s"/);
  t.notRegex(diff.stdout, /target-role/);
  t.is((await vnfha('apply', paths.description)).code, 0);
  const { text } = await configuration();
  t.regex(text, /sipcore-lb-vip-monitor\S* name="monitor" interval="5s"/);
  t.regex(text, /name="target-role" value="Stopped"/);
  await must('pcs', 'resource', 'enable', 'sipcore-web-member-clone');
  await until('all of web is in', async () => (await started('sipcore-web-member')) === 'node1,node2,node3', waitMs);
});

test.serial('what disrupts the healthy is refused without --yes, with the effect', async (t) => {
  const before = await configuration();
  const { code, stdout, stderr } = await vnfha(
    'apply',
    await changed(/run: nginx.*/, 'run: nginx -e stderr -c /tmp/other.conf'),
  );
  t.is(code, 10);
  t.regex(stdout, /! restarts sipcore-web on node2/);
  t.regex(stderr, /--yes/);
  t.deepEqual(await configuration(), before);
});

test.serial(
  'a cluster that has its VIPs by IPaddr2 is taken over: each moves to the other agent, and never has two owners',
  async (t) => {
    await must(
      'sh',
      '-c',
      'cibadmin --query | sed \'s/provider="vnfha" type="vip"/provider="heartbeat" type="IPaddr2"/\' >/tmp/old.xml && cibadmin --replace --xml-file /tmp/old.xml',
    );
    const vips = ['sipcore-registrar-vip', 'sipcore-lb-vip'];
    const agents = async () =>
    ((await lab.cluster())?.resources ?? []).filter(({ id, role }) => vips.includes(id) && role === 'Started').map(({ agent }) => agent).join(); // prettier-ignore
    const both = (agent: string) => async () => (await agents()) === `${agent},${agent}`;
    await until('IPaddr2 has both', both('ocf:heartbeat:IPaddr2'), waitMs);

    const held = await holders(lab, ['node1', 'node2', 'node3'], '10.77.0.48/28', async () => {
      const applied = await vnfha('apply', paths.description, '--yes');
      t.is(applied.code, 0, applied.stderr);
      t.regex(applied.stdout, /restarts sipcore-registrar-vip on/);
      await until('ours has both', both('ocf:vnfha:vip'), waitMs);
    });
    for (const address of ['10.77.0.50/24', '10.77.0.60/24']) {
      const by = held.get(address) ?? [];
      t.true(by.length > 0, address);
      t.true(oneByOne(by), `${address} had two owners: ${JSON.stringify(by)}`);
    }
    t.is((await vnfha('diff', paths.description)).code, 0);
  },
);

test.serial('others write all the time: both their writes and ours arrive', async (t) => {
  const file = await changed(/(name: web[^]*?interval: )2s/, '$14s');
  const writes = 40;
  const script = `for i in $(seq ${writes}); do crm_attribute --node node3 --name theirs$i --update $i || exit 1; sleep 0.05; done`;
  const writer = lab.exec('node2', ['sh', '-c', script]);
  const applied = await vnfha('apply', file, '--yes');
  t.is((await writer).code, 0);
  t.is(applied.code, 0, applied.stderr);
  const { text } = await configuration();
  for (let i = 1; i <= writes; i++) t.true(text.includes(`name="theirs${i}" value="${i}"`), `theirs${i}`);
  t.regex(text, /id="sipcore-web-monitor" name="monitor" interval="4s"/);
  t.is((await vnfha('diff', file)).code, 0);
});

test.serial('what the description no longer has goes, with its ban; what is not ours stays', async (t) => {
  await must('pcs', 'resource', 'ban', 'sipcore-web-clone', 'node3');
  const file = await changed(/ {2}# An nginx[^]*?(?=^loadBalancer)/m, '');
  await lab.writeFile('node1', file, (await lab.readFile('node1', file)).replace(/^loadBalancer:\n(?: .*\n)*/m, ''));
  const { code, stderr } = await vnfha('apply', file, '--yes');
  t.is(code, 0, stderr);
  const { text } = await configuration();
  t.notRegex(text, /sipcore-web|sipcore-lb/);
  t.regex(text, /<primitive id="theirs"/);
  await until('web is gone', async () => (await started('sipcore-web')) === '', waitMs);
});

test.serial('a VNF is removed, and what is not its stays', async (t) => {
  t.is((await vnfha('remove', 'other')).stdout, "There is nothing of a VNF 'other' to take out of the CIB.\n");
  const asked = await vnfha('remove', 'sipcore');
  t.is(asked.code, 10, asked.stderr);
  const { code, stderr } = await vnfha('remove', 'sipcore', '--yes');
  t.is(code, 0, stderr);
  const { text } = await configuration();
  t.notRegex(text, /sipcore-(?!fence-)/);
  t.regex(text, /<primitive id="theirs"/);
  t.regex(text, /<primitive id="sipcore-fence-lab"/);
  await until('the registrar is gone', async () => (await started('sipcore-registrar')) === '', waitMs);
});

test.serial('no cluster: one clear sentence', async (t) => {
  // Pacemaker's sockets are the network namespace's.
  const { code, stderr } = await at('unshare', '--net', 'vnfha', 'diff', paths.description);
  t.is(code, 7, stderr);
  t.regex(stderr, /Pacemaker is not running on this node/);
});
