/** What is too much, too slow or nonsense: refused or outrun, with bounded memory, and nothing acknowledged lost. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { Sidecar } from '../../../bench/sync-check/sidecars.ts';
import { until } from '../../lab/wait.ts';
import { firstPromotion, scene } from './rig.ts';

/** MiB, the most that it had. */
const peak = ({ pid }: Sidecar): number =>
  Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;

test.serial('a value of 1 GiB is refused while it comes', async (t) => {
  const { all } = await scene(t, 'shared-storage', ['node1']);
  const one = all[0]!;
  await one.role('active', 1);
  const before = peak(one);
  for (const path of ['keys/k', 'batch']) {
    const method = path === 'batch' ? '-X POST ' : '';
    const upload = `head -c 1G /dev/zero | curl -sS ${method}--max-time 30 --unix-socket ${one.socket} -T - http://sync/v1/${path}`;
    const { stdout } = spawnSync('bash', ['-c', upload], { encoding: 'utf8' });
    t.regex(stdout, /"code":"too-large"/, path);
  }
  t.true(peak(one) - before < 64, `${before} MiB before, ${peak(one)} at most`);
  t.is((await one.client.put('k', 'v')).sequence, 2);
});

for (const channel of ['direct', 'messages'])
  test.serial(`${channel}: a standby that is frozen is not waited for, and has all when it goes on`, async (t) => {
    const { all } = await scene(t, channel);
    const [one, two, three] = [all[0]!, all[1]!, all[2]!];
    await firstPromotion(one);
    await until('both standbys are there', () => one.client.put('first', '1', 'quorum').catch(() => undefined));
    three.signal('SIGSTOP');
    const big = Buffer.alloc(2 ** 20, 'x');
    // more than is kept for it
    for (let n = 0; n < 90; n += 1) {
      await until(`write ${n}`, () => one.client.put(`k${n % 30}`, big, 'standby').catch(() => undefined));
    }
    t.true(peak(one) < 400, `${peak(one)} MiB`);
    three.signal('SIGCONT');
    const { version } = await one.client.status();
    await until('it has all', async () => (await three.client.status()).version.sequence >= version.sequence);
    await Promise.all([one.kill(), two.kill()]);
    await two.start();
    await three.role('active', 10, 'promote');
    t.is((await three.client.snapshot()).size, 31);
  });

test.serial('messages: nonsense in the group is passed over', async (t) => {
  const { all, ground } = await scene(t, 'messages');
  const [one, two] = [all[0]!, all[1]!];
  await firstPromotion(one);
  await until('the standbys are there', () => one.client.put('a', '1', 'quorum').catch(() => undefined));
  const program = `
    const { connectCpg } = await import('${join(import.meta.dirname, '../../../src/corosync/cpg.ts')}');
    const cpg = await connectCpg();
    await cpg.join('vnfha-sync-check');
    for (const bytes of [0, 1, 7, 64, 1000, 300000]) for (const fill of [0, 0xff, 0x7b, 0x56])
      await cpg.multicast(Buffer.alloc(bytes, fill));
    await cpg.close();
  `;
  const [enter, ...args] = [...ground.enter!('node2'), process.execPath, `--import=${import.meta.resolve('tsx')}`];
  const { status, stderr } = spawnSync(enter, [...args, '--input-type=module', '-e', program], { encoding: 'utf8' });
  t.is(status, 0, stderr);
  await one.client.put('b', '2', 'quorum');
  // node3's copy is enough for the quorum
  await until('node2 says what it passed over', () => /message-malformed/.test(readFileSync(two.log, 'utf8')));
  const { role, copies } = await one.client.status();
  t.is(role, 'active');
  t.true(copies.every(({ connected }) => connected));
});
