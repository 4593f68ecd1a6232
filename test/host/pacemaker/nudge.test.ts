/** Who is woken from a sleep(3), and who isn't: real processes, called and armed as Pacemaker's controller is. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { nudgeController } from '../../../src/pacemaker/nudge.ts';

/** A process of this name that sleeps once, and says after how many seconds it woke, counted by the clock's whole ones. */
async function sleeper(t: ExecutionContext, name: string, arm: string, seconds: number): Promise<ChildProcess> {
  const script = `$| = 1; $0 = '${name}'; ${arm} print "asleep\\n"; my $s = sleep(${seconds}); print "$s\\n";`;
  const child = spawn('perl', ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  child.stdout.setEncoding('utf8');
  t.is(await nextLine(child), 'asleep');
  return child;
}

const nextLine = async (child: ChildProcess): Promise<string> => String((await once(child.stdout!, 'data'))[0]).trim();

const catches = '$SIG{CHLD} = sub {};';

test('a controller that sleeps is woken', async (t) => {
  const child = await sleeper(t, 'pacemaker-controld', catches, 60);
  t.teardown(nudgeController());
  const slept = Number(await nextLine(child));
  t.true(slept < 30, `${slept} s of 60`);
});

test('one that does not catch the signal sleeps on, and lives', async (t) => {
  const child = await sleeper(t, 'pacemaker-controld', '', 2);
  t.teardown(nudgeController());
  t.true(Number(await nextLine(child)) >= 2);
});

test('nobody else is woken', async (t) => {
  const child = await sleeper(t, 'pacemaker-fenced', catches, 2);
  t.teardown(nudgeController());
  t.true(Number(await nextLine(child)) >= 2);
});
