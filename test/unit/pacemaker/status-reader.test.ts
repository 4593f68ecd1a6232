import test, { type ExecutionContext } from 'ava';
import type { ClusterStatus } from '../../../src/model/cluster.ts';
import { statusReader } from '../../../src/pacemaker/status-reader.ts';
import { now } from '../../../src/process/clock.ts';
import { createLog } from '../../../src/process/log.ts';

const status = { quorate: true } as ClusterStatus;

/** A cluster that answers when it is told to; what was heard, and how often it was asked. */
function cluster(t: ExecutionContext, everyMs = Infinity) {
  const waiting: { answer: () => void; fail: () => void }[] = [];
  const heard: number[] = [];
  const logged: string[] = [];
  let reads = 0;
  let misses = 0;
  const reader = statusReader({
    read: () =>
      new Promise<ClusterStatus>((resolve, reject) => {
        reads++;
        waiting.push({ answer: () => resolve(status), fail: () => reject(new Error('not running')) });
      }),
    heard: (begun, read) => (read === undefined ? misses++ : heard.push(begun)),
    everyMs: () => everyMs,
    retryMs: 1000,
    log: createLog('bridge', (line) => logged.push((JSON.parse(line) as { event: string }).event)),
  });
  t.teardown(() => reader.stop());
  return { reader, heard, logged, waiting, reads: () => reads, misses: () => misses };
}

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not within 10 s: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('a burst of questions is one reading', async (t) => {
  const { reader, heard, waiting, reads } = cluster(t);
  for (let n = 0; n < 20; n++) reader.ask();
  await until(() => waiting.length === 1);
  waiting[0]!.answer();
  await until(() => heard.length === 1);
  t.is(reads(), 1);
});

test('a question during a reading is answered by one that is begun later, and never two run at once', async (t) => {
  const { reader, heard, waiting, reads } = cluster(t);
  reader.ask();
  await until(() => waiting.length === 1);
  const asked = now();
  reader.ask();
  reader.ask();
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.is(reads(), 1);
  waiting[0]!.answer();
  await until(() => waiting.length === 2);
  waiting[1]!.answer();
  await until(() => heard.length === 2);
  t.true(heard[0]! < asked && heard[1]! > asked);
  t.is(reads(), 2);
});

test('readNow waits for a reading that is begun after the call', async (t) => {
  const { reader, heard, waiting } = cluster(t);
  reader.ask();
  await until(() => waiting.length === 1);
  const asked = now();
  const done = reader.readNow();
  waiting[0]!.answer();
  await until(() => waiting.length === 2);
  waiting[1]!.answer();
  await done;
  t.true(heard.at(-1)! > asked);
});

test('a silent cluster is asked again, and is logged once, as is its return', async (t) => {
  const { reader, heard, waiting, logged, misses } = cluster(t);
  reader.ask();
  await until(() => waiting.length === 1);
  waiting[0]!.fail();
  reader.ask(); // news come: that is no reason to wait for the retry
  await until(() => waiting.length === 2);
  waiting[1]!.fail();
  await until(() => waiting.length === 3);
  waiting[2]!.answer();
  await until(() => heard.length === 1);
  t.is(misses(), 2);
  t.deepEqual(logged, ['pacemaker-silent', 'pacemaker-answers']);
});

test('it is read every so often, when that is wanted, and only then', async (t) => {
  const often = cluster(t, 20);
  const never = cluster(t);
  for (const { reader } of [often, never]) reader.ask();
  await until(() => never.waiting.length === 1);
  never.waiting[0]!.answer();
  for (let n = 0; n < 4; n++) {
    await until(() => often.waiting.length === n + 1);
    often.waiting[n]!.answer();
  }
  t.is(never.reads(), 1);
});

test('a stopped reader asks no more', async (t) => {
  const { reader, heard, waiting, reads } = cluster(t);
  reader.ask();
  await until(() => waiting.length === 1);
  reader.stop();
  waiting[0]!.answer();
  reader.ask();
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.is(reads(), 1);
  t.is(heard.length, 0);
});
