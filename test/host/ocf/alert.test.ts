/** Which events of Pacemaker's the alert agent lets through to its program. */
import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { execa } from 'execa';

const cases = [
  { what: 'a monitor that failed', passes: true, env: { kind: 'resource', task: 'monitor', rc: '7', target_rc: '0' } },
  { what: 'a monitor that found a promoted one', passes: false, env: { kind: 'resource', task: 'monitor', rc: '8', target_rc: '8' } }, // prettier-ignore
  { what: 'a start', passes: false, env: { kind: 'resource', task: 'start', rc: '0', target_rc: '0' } },
  { what: 'a stop that failed', passes: true, env: { kind: 'resource', task: 'stop', rc: '1', target_rc: '0' } },
  { what: 'a node', passes: true, env: { kind: 'node', desc: 'lost' } },
  { what: 'a fencing', passes: true, env: { kind: 'fencing', rc: '0', target_rc: '' } },
  { what: 'what is not understood', passes: true, env: {} },
];

for (const { what, passes, env } of cases) {
  test(`${what}: ${passes ? 'passed on' : 'ends there'}`, async (t) => {
    const directory = await mkdtemp(path.join(tmpdir(), 'vnfha-alert-'));
    t.teardown(() => rm(directory, { recursive: true }));
    await copyFile(path.resolve(import.meta.dirname, '../../../agents/alert.sh'), path.join(directory, 'alert'));
    await writeFile(path.join(directory, 'alert.cjs'), '#!/bin/sh\necho passed on\n');
    await chmod(path.join(directory, 'alert.cjs'), 0o755);
    const variables = Object.fromEntries(Object.entries(env).map(([name, value]) => [`CRM_alert_${name}`, value]));
    const { stdout } = await execa('sh', [path.join(directory, 'alert')], { env: variables });
    t.is(stdout, passes ? 'passed on' : '');
  });
}
