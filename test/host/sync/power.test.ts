/** The power of disks is cut (an ext4 that goes down without a flush): what was acknowledged is there afterwards. As `npm run sync-check` does it, briefly. */
import test from 'ava';
import type { CheckResult } from '../../../bench/sync-check/check.ts';
import { run } from '../../../src/process/run.ts';

for (const [channel, fault] of [
  ['shared-storage', 'power'],
  ['checkpoint-redis', 'store-power'],
  ['checkpoint-postgresql', 'store-power'],
] as const)
  test.serial(`${channel}: ${fault}`, async (t) => {
    const args = ['run', '--silent', 'sync-check', '--', '--channel', channel, '--failovers', '4', '--faults', fault, '--json']; // prettier-ignore
    const { stdout } = await run('npm', args, { timeout: 110_000 });
    const { failovers, violations, acknowledged, acceptedWhenStale } = JSON.parse(stdout) as CheckResult;
    t.is(failovers[fault], 4);
    t.deepEqual(violations, []);
    t.is(acceptedWhenStale, 0);
    t.true(acknowledged.standby > 50);
  });
