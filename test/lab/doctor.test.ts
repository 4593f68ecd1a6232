/** `vnfha doctor` on a real node: nothing is wrong, then things are put wrong one after the other. */
import test from 'ava';
import { Lab } from '../../src/lab/lab.ts';
import { until } from './wait.ts';

let lab: Lab;

test.before('a VNF that runs', async () => {
  lab = await Lab.up({ name: `doctor-${process.pid}` });
  await lab.ready();
  const { code, stderr } = await lab.exec('node1', ['vnfha', 'apply', '/etc/vnfha/vnf.yaml', '--yes']);
  if (code !== 0) throw new Error(stderr);
});
test.after.always('nothing stays', () => lab.down());

interface Report {
  readonly code: number;
  /** 'error fencing', …; without what this machine itself shows through: its HAProxy and its clock. */
  readonly found: readonly string[];
}

async function doctor(node = 'node1'): Promise<Report> {
  const { code, stdout } = await lab.exec(node, ['vnfha', 'doctor', '--json']);
  const { findings } = JSON.parse(stdout) as { findings: { severity: string; check: string }[] };
  const found = findings.map(({ severity, check }) => `${severity} ${check}`);
  return { code, found: found.filter((one) => one !== 'warning haproxy' && one !== 'warning clock') };
}

const finds = (...expected: string[]) =>
  until(`the doctor finds ${expected.join(', ') || 'nothing'}`, async () => {
    const { code, found } = await doctor();
    return [...new Set(found)].join() === expected.join() && code === (expected.some((one) => one.startsWith('error')) ? 15 : 0);
  }); // prettier-ignore

const at = async (...argv: string[]): Promise<void> => {
  const { code, stderr } = await lab.exec('node1', argv);
  if (code !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
};

test.serial('a VNF that runs as described: nothing is wrong, on every node', async (t) => {
  await finds();
  for (const node of ['node2', 'node3'])
    await until(`the doctor finds nothing on ${node}`, async () => {
      const { code, found } = await doctor(node);
      return code === 0 && found.length === 0;
    });
  t.pass();
});

test.serial('fencing switched off', async (t) => {
  await at('pcs', 'property', 'set', 'stonith-enabled=false');
  await finds('error fencing', 'warning applied');
  await at('pcs', 'property', 'set', 'stonith-enabled=true');
  await finds();
  t.pass();
});

test.serial('a secret and a directory that others can use', async (t) => {
  await at('chmod', '0644', '/etc/vnfha/vnfm-secret');
  await at('chmod', '0777', '/run/vnfha');
  await finds('error secrets', 'error permissions');
  await at('chmod', '0600', '/etc/vnfha/vnfm-secret');
  await at('chmod', '0755', '/run/vnfha');
  t.pass();
});

test.serial('daemons that do not run, here and elsewhere', async (t) => {
  await lab.service('node2', 'vnfha-notifier', 'stop');
  await finds('warning daemons');
  await lab.service('node2', 'vnfha-notifier', 'start');
  for (const [node, service] of [
    ['node1', 'vnfha-bridge'],
    ['node3', 'vnfha-supervisor'],
  ] as const) {
    // prettier-ignore
    await lab.service(node, service, 'stop');
    await finds('error daemons');
    await lab.service(node, service, 'start');
  }
  await finds();
  t.pass();
});

test.serial('a node that is gone', async (t) => {
  await lab.halt('node3');
  await finds('error nodes');
  t.pass();
});
