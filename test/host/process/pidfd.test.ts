/** The end of processes of others, by the kernel's word. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { loadPidfds } from '../../../src/process/pidfd.ts';
import { until } from '../corosync/lonely-node.ts';

const pidfds = await loadPidfds();

function sleeper(t: ExecutionContext): ChildProcess & { pid: number } {
  const child = spawn('sleep', ['1000']);
  t.teardown(() => child.kill('SIGKILL'));
  return child as ChildProcess & { pid: number };
}

const openPidfds = (): number =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).includes('pidfd');
    } catch {
      return false; // the directory's own descriptor
    }
  }).length;

test.serial('the end is told once, and the descriptor is given back', async (t) => {
  const child = sleeper(t);
  let told = 0;
  const ended = new Promise<void>((resolve) => {
    const stop = pidfds.watch(child.pid, () => {
      told += 1;
      resolve();
    });
    t.truthy(stop);
  });
  t.is(openPidfds(), 1);
  const begun = performance.now();
  child.kill('SIGKILL');
  await ended;
  t.log(`told ${(performance.now() - begun).toFixed(2)} ms after the kill`);
  await until('the descriptor is given back', () => openPidfds() === 0);
  t.is(told, 1);
});

test.serial('a watch that was ended tells nothing and holds nothing', async (t) => {
  const child = sleeper(t);
  const stop = pidfds.watch(child.pid, () => t.fail('told'))!;
  stop();
  stop();
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  await until('the descriptor is given back', () => openPidfds() === 0);
  t.pass();
});

test.serial('who is gone cannot be watched; a zombie has ended', async (t) => {
  const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 1000'], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => parent.kill('SIGKILL'));
  const pid = Number(await new Promise((resolve) => parent.stdout.once('data', resolve)));
  await new Promise<void>((resolve) => pidfds.watch(pid, resolve));
  const gone = new Promise((resolve) => parent.once('exit', resolve));
  parent.kill('SIGKILL');
  await gone;
  t.is(
    pidfds.watch(parent.pid!, () => undefined),
    undefined,
  );
  t.is(
    pidfds.watch(0, () => undefined),
    undefined,
  );
});
