/** The channel `direct` when something is wrong. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { makeCertificates } from '../../../bench/sync-check/certificates.ts';
import type { Sidecar } from '../../../bench/sync-check/sidecars.ts';
import { until } from '../../lab/wait.ts';
import { codeOf, scene } from './rig.ts';

const connectedTo = async (one: Sidecar, copy: string): Promise<boolean> =>
  (await one.client.status()).copies.some((each) => each.copy === copy && each.connected);

for (const [whose, spoil] of [
  ['of another CA', (folder: string) => makeCertificates(folder, ['node3'], 'otherca')],
  [
    'for another name',
    (folder: string) => {
      for (const kind of ['pem', 'key']) copyFileSync(join(folder, `node2.${kind}`), join(folder, `node3.${kind}`));
    },
  ],
] as const)
  test(`a certificate ${whose} is refused, and said; the others go on`, async (t) => {
    const { all, folder } = await scene(t, 'direct', ['node1', 'node2']);
    spoil(folder);
    const [one, , three] = [all[0]!, all[1]!, all[2]!];
    await three.start();
    await one.role('active', 1);
    await one.client.put('a', '1');
    await until('the problem is said', async () => (await one.client.status()).copies[1]!.problem !== undefined);
    t.false(await connectedTo(one, 'node3'));
    t.regex(readFileSync(one.log, 'utf8'), /"peer-lost","peer":"node3"|peer-lost.*node3/);
    // nor is it believed when it speaks itself
    t.is(await codeOf(three.role('active', 2)), 'not-enough-copies');
    t.is(await codeOf(one.client.put('a', '2')), 'none');
  });

test('without a standby nothing is promised, and garbage at the port does no harm', async (t) => {
  const { all, ground } = await scene(t, 'direct', ['node1', 'node2']);
  const [one, two] = [all[0]!, all[1]!];
  await one.role('active', 1);
  await one.client.put('a', '1');
  const { addresses } = ground.channel('node1') as { addresses: Record<string, string> };
  const port = `/dev/tcp/${addresses['node1']!.replace(':', '/')}`;
  const [program, ...args] = [...ground.enter!('node2'), 'bash', '-c', `head -c 100000 /dev/urandom >${port} || true`]; // it hangs up
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'ignore'] });
  await two.kill();
  await until('it is missed', async () => !(await connectedTo(one, 'node2')));
  t.is(await codeOf(one.client.put('a', '2')), 'level-unavailable');
  t.is((await one.client.get('a'))!.toString(), '1', 'nothing was written');
  await one.client.put('a', '3', 'local');
  await two.start();
  await until('it is back', () => one.client.put('a', '4').catch(() => undefined));
  t.is((await two.client.get('a', { stale: true }))!.toString(), '4');
});

test('a standby whose memory was lost gets the whole state, and doesn’t count before', async (t) => {
  const { all } = await scene(t, 'direct');
  const [one, two, three] = [all[0]!, all[1]!, all[2]!];
  await one.role('active', 1);
  const big = Buffer.alloc(2 ** 20, 1);
  await until('a standby is there', () => one.client.put('0', big).catch(() => undefined));
  for (let n = 1; n < 20; n += 1) await one.client.put(String(n), big);
  await two.kill();
  await three.kill();
  await two.start();
  await until('it has all', async () => (await two.client.status()).keys === 20);
  await three.start();
  await Promise.all([one.kill(), two.kill()]);
  await two.start();
  // three may have got it or not; two has lost it: one is needed
  t.is(await codeOf(two.role('active', 2)), 'not-enough-copies');
  t.is(await codeOf(two.client.put('a', '1', 'local')), 'not-active');
  const status = await two.role('active', 3, 'promote');
  t.deepEqual(status.mayLack.includes('standby'), true, 'and what may be lost is said');
});
