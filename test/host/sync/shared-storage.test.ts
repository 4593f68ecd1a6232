/** The channel `shared-storage` when the disk is full, damaged, or another one. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { until } from '../../lab/wait.ts';
import { codeOf, scene } from './rig.ts';

/** Undefined where it is gone: what was open when the folder was listed may be closed by now. */
function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function onSmallDisk(t: ExecutionContext) {
  const the = await scene(t, 'shared-storage', []);
  const shared = join(the.folder, 'shared');
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', shared]);
  t.teardown(() => void execFileSync('umount', ['-l', shared]));
  await the.all[0]!.start();
  return { shared, one: the.all[0]! };
}

test('a full disk: it is said, nothing acknowledged is lost, and it goes on when there is room', async (t) => {
  const { shared, one } = await onSmallDisk(t);
  await one.role('active', 1);
  const safe: string[] = [];
  const big = Buffer.alloc(700_000, 1);
  for (let n = 0; n < 12; n += 1) if ((await codeOf(one.client.put(`k${n}`, big))) === 'none') safe.push(`k${n}`);
  t.true(safe.length >= 3 && safe.length < 10, `${safe.length} were acknowledged`);
  t.is(await codeOf(one.client.put('more', big)), 'storage');
  t.regex((await one.client.status()).copies[0]!.problem!, /ENOSPC/);
  execFileSync('mount', ['-o', 'remount,size=60m', shared]);
  await until('it goes on', () => one.client.put('k', 'v').catch(() => undefined));
  await one.kill();
  await one.start();
  await one.role('active', 2);
  for (const key of safe) t.is((await one.client.get(key))?.length, big.length);
});

test('who is demoted, or fenced, holds nothing open: the file system can be unmounted and mounted elsewhere', async (t) => {
  const { shared, one } = await onSmallDisk(t);
  const openThere = (): string[] =>
    readdirSync(`/proc/${one.pid}/fd`).flatMap((fd) => {
      const file = linkAt(`/proc/${one.pid}/fd/${fd}`);
      return file?.startsWith(shared) ? [file] : [];
    });
  await one.role('active', 1);
  await one.client.put('a', '1');
  t.is(openThere().length, 1, 'its log');
  await one.role('standby');
  t.deepEqual(openThere(), []);
  await one.role('active', 2);
  await one.client.put('a', '2');
  writeFileSync(join(shared, 'claim-000000000003'), 'node2');
  t.is(await codeOf(one.client.put('a', '3')), 'unconfirmed');
  await until('it has let go', () => openThere().length === 0);
});

test('a read-only file system: no promotion, and why', async (t) => {
  const { shared, one } = await onSmallDisk(t);
  execFileSync('mount', ['-o', 'remount,ro', shared]);
  const error = await one.role('active', 1).catch((error: Error) => error);
  t.regex((error as Error).message, /EROFS/);
});

test('a torn record at the end is dropped; a damaged one before the end, or a damaged state, ends the promotion', async (t) => {
  const { folder, all } = await scene(t, 'shared-storage', ['node1']);
  const shared = join(folder, 'shared');
  const one = all[0]!;
  await one.role('active', 1);
  for (let n = 0; n < 5; n += 1) await one.client.put(`k${n}`, 'value');
  await one.kill();
  const file = (kind: string): string =>
    join(
      shared,
      readdirSync(shared)
        .sort()
        .findLast((name) => name.startsWith(kind) && !name.endsWith('.new'))!,
    );
  const good = readFileSync(file('log'));
  writeFileSync(file('log'), Buffer.concat([good, good.subarray(0, 30)]));
  await one.start();
  await one.role('active', 2);
  t.is((await one.client.snapshot()).size, 5);
  for (let n = 5; n < 9; n += 1) await one.client.put(`k${n}`, 'value');
  await one.kill();
  const data = readFileSync(file('log'));
  const damaged = Buffer.from(data);
  damaged[40]! ^= 1;
  writeFileSync(file('log'), damaged);
  await one.start();
  const error = await one.role('active', 3).catch((error: Error) => error);
  t.regex((error as Error).message, /damaged: writes up to \d+ were on the disk/);
  writeFileSync(file('log'), data);
  await one.role('active', 4);
  t.is((await one.client.snapshot()).size, 9);
  await one.kill();
  const state = readFileSync(file('state'));
  state[state.length - 3]! ^= 1;
  writeFileSync(file('state'), state);
  await one.start();
  t.regex(((await one.role('active', 5).catch((error: Error) => error)) as Error).message, /is damaged/);
});

test('a folder that is not there is not made: the file system is not mounted', async (t) => {
  const { folder, all } = await scene(t, 'shared-storage');
  const [one, two] = [all[0]!, all[1]!];
  await one.role('active', 1);
  await one.client.put('a', '1');
  await one.kill();
  const shared = join(folder, 'shared');
  renameSync(shared, `${shared}.elsewhere`);
  const error = await two.role('active', 2).catch((error: Error) => error);
  t.regex((error as Error).message, /is the file system mounted/);
  t.false(existsSync(shared));
  renameSync(`${shared}.elsewhere`, shared);
  await two.role('active', 3);
  t.is((await two.client.get('a'))?.toString(), '1');
});

test('an empty folder where there was a state is no beginning', async (t) => {
  const { folder, all } = await scene(t, 'shared-storage', ['node1']);
  const one = all[0]!;
  await one.role('active', 1);
  await one.client.put('a', '1');
  await one.kill();
  for (const name of readdirSync(join(folder, 'shared'))) rmSync(join(folder, 'shared', name));
  await one.start();
  t.is(await codeOf(one.role('active', 2)), 'not-enough-copies');
  await one.role('active', 3, 'promote');
});
