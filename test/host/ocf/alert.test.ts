/** The alert agent: which events it lets through, and whom it leaves them with. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import type { PacemakerAlert } from '../../../src/model/wire.ts';
import { type Alerts, takeAlerts } from '../../../src/supervisor/alerts.ts';
import { until } from '../corosync/lonely-node.ts';

const failedMonitor = { kind: 'resource', node: 'n1', rsc: 'tel-web:0', task: 'monitor', interval: '10000', rc: '7', target_rc: '0', timestamp_epoch: '1700000000', timestamp_usec: '250000', desc: 'not "running"\nany more' }; // prettier-ignore
const alert: PacemakerAlert = { kind: 'resource', node: 'n1', resource: 'tel-web:0', task: 'monitor', intervalMs: 10_000, rc: 7, targetRc: 0, happened: 1_700_000_000_250, description: 'not "running"\nany more' }; // prettier-ignore

const cases = [
  { what: 'a monitor that failed', passes: true, env: failedMonitor },
  { what: 'a monitor that found a promoted one', passes: false, env: { kind: 'resource', task: 'monitor', rc: '8', target_rc: '8' } }, // prettier-ignore
  { what: 'a start', passes: false, env: { kind: 'resource', task: 'start', rc: '0', target_rc: '0' } },
  { what: 'a stop that failed', passes: true, env: { kind: 'resource', task: 'stop', rc: '1', target_rc: '0' } },
  { what: 'a node', passes: true, env: { kind: 'node', desc: 'lost' } },
  { what: 'a fencing', passes: true, env: { kind: 'fencing', rc: '0', target_rc: '' } },
  { what: 'what is not understood', passes: true, env: {} },
];

for (const { what, passes, env } of cases) {
  test(`without a supervisor: ${what}: ${passes ? 'goes to the program' : 'ends there'}`, async (t) => {
    const place = await agent(t);
    t.is(await place.call(env), passes ? 'by the program' : '');
  });
}

test('with a supervisor: left with it as hacluster, passed on once, and removed', async (t) => {
  const place = await agent(t);
  const { passed } = await supervisor(t, place.run);
  t.is(await place.call(failedMonitor), '');
  await until('it is passed on', () => passed.length > 0);
  t.deepEqual(passed, [alert]);
  await until('it is removed', () => readdirSync(`${place.run}/alerts`).length === 0);
});

test('what is left while nobody can say it is said when somebody can', async (t) => {
  const place = await agent(t);
  const there = await supervisor(t, place.run);
  there.answer = () => Promise.reject(new Error('corosync is away'));
  await place.call(failedMonitor);
  await until('it was tried', () => there.log.some((line) => line.includes('corosync is away')));
  t.deepEqual(there.passed, []);
  t.is(readdirSync(`${place.run}/alerts`).length, 1);
  there.answer = () => Promise.resolve();
  there.alerts.deliver();
  await until('it is passed on', () => there.passed.length > 0);
  t.deepEqual(there.passed, [alert]);
});

test('a supervisor that is gone is left nothing', async (t) => {
  const place = await agent(t);
  const { alerts } = await supervisor(t, place.run);
  const gone = await readFile(`${place.run}/supervisor.pid`, 'utf8');
  t.is(gone, `${process.pid}\n`);
  alerts.stop();
  t.is(await place.call(failedMonitor), 'by the program');
  await writeFile(`${place.run}/supervisor.pid`, '4194305\n'); // more than any pid: killed with -9
  t.is(await place.call(failedMonitor), 'by the program');
  t.deepEqual(readdirSync(`${place.run}/alerts`), []);
});

test('what cannot be left goes to the program', async (t) => {
  const place = await agent(t);
  await supervisor(t, place.run);
  await rm(`${place.run}/alerts`, { recursive: true });
  t.is(await place.call(failedMonitor), 'by the program');
});

test('what is no alert, old or a link to what hacluster may not read is dropped unread; what has no end yet waits', async (t) => {
  const place = await agent(t);
  const there = await supervisor(t, place.run);
  const secret = `${place.run}/secret`;
  await writeFile(secret, 'CRM_alert_kind=node\0CRM_alert_node=n1\0end\0', { mode: 0o600 });
  await symlink(secret, `${place.run}/alerts/1`);
  await writeFile(`${place.run}/alerts/2`, 'end\0');
  execFileSync('touch', ['-d', '10 seconds ago', secret]);
  execFileSync('mv', [secret, `${place.run}/alerts/3`]);
  execFileSync('mkfifo', [`${place.run}/alerts/4`]);
  await writeFile(`${place.run}/alerts/5`, 'CRM_alert_kind=node\0CRM_alert_node=n1\0');
  await until('all but the unfinished one is gone', () => readdirSync(`${place.run}/alerts`).join() === '5');
  t.deepEqual(there.passed, []);
  await writeFile(`${place.run}/alerts/5`, 'end\0', { flag: 'a' });
  await until('it is passed on', () => there.passed.length > 0);
  t.deepEqual(there.passed, [{ kind: 'node', node: 'n1', description: '' }]);
});

/** The agent, with a run directory of its own and a program beside it that says that it was called. */
async function agent(t: ExecutionContext) {
  const directory = await mkdtemp(path.join(tmpdir(), 'vnfha-alert-'));
  t.teardown(() => rm(directory, { recursive: true }));
  await chmod(directory, 0o755);
  const run = path.join(directory, 'run');
  await mkdir(run);
  const text = await readFile(path.resolve(import.meta.dirname, '../../../agents/alert.sh'), 'utf8');
  await writeFile(path.join(directory, 'alert'), text.replace('/run/vnfha', run));
  await writeFile(path.join(directory, 'alert.cjs'), '#!/bin/sh\necho by the program\n');
  await chmod(path.join(directory, 'alert.cjs'), 0o755);
  const [uid, gid] = ['-u', '-g'].map((which) => Number(execFileSync('id', [which, 'hacluster'])));
  return {
    run,
    /** Calls it as Pacemaker does; what the program said. */
    async call(env: Readonly<Record<string, string>>): Promise<string> {
      const variables = Object.fromEntries(Object.entries(env).map(([name, value]) => [`CRM_alert_${name}`, value]));
      const asHacluster = { uid: uid!, gid: gid!, cwd: '/' };
      return (await execa('sh', [path.join(directory, 'alert')], { env: variables, ...asHacluster })).stdout;
    },
  };
}

async function supervisor(t: ExecutionContext, run: string) {
  const lines: string[] = [];
  const note = (event: string, fields?: object) => void lines.push(`${event} ${JSON.stringify(fields)}`);
  const there = {
    passed: [] as PacemakerAlert[],
    log: lines as readonly string[],
    answer: () => Promise.resolve(),
    alerts: undefined as unknown as Alerts,
  };
  there.alerts = await takeAlerts({
    directory: `${run}/alerts`,
    pidFile: `${run}/supervisor.pid`,
    pass: (passed) => there.answer().then(() => void there.passed.push(passed)),
    log: { info: note, warn: note, error: note },
  });
  t.teardown(() => there.alerts.stop());
  return there;
}
