import { spawn } from 'node:child_process';
import { once } from 'node:events';
import test from 'ava';
import { isAlive, parseStat, processStat, sessionOf } from '../../../src/ocf/processes.ts';

test('a line of /proc/PID/stat, whatever the program is called', (t) => {
  const rest = '1 4242 4242 0 -1 4194560 179 0 0 0 1 2 3 4 20 0 1 0 987654 2400256 230 18446744073709551615';
  for (const name of ['sleep', 'a b', 'x) S 9 9 9 (', ')', '']) {
    t.deepEqual(parseStat(`4242 (${name}) S ${rest}\n`), { pid: 4242, state: 'S', session: 4242, startTime: 987654 });
  }
});

test('a process is itself only with its start time', (t) => {
  const self = processStat(process.pid)!;
  t.true(isAlive(self));
  t.false(isAlive({ pid: self.pid, startTime: self.startTime - 1 }));
  t.is(processStat(2 ** 22 + 1), undefined);
});

test("a session is its leader's only with the leader's start time", async (t) => {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  const leader = processStat(child.pid!)!;
  t.deepEqual(
    sessionOf(leader).map(({ pid }) => pid),
    [leader.pid],
  );
  t.deepEqual(sessionOf({ pid: leader.pid, startTime: leader.startTime - 1 }), []);
});
