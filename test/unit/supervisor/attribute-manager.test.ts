import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { watchAttributeManager } from '../../../src/supervisor/attribute-manager.ts';

test('one that was started anew is noticed once; one that is away, or is there for the first time, is not', async (t) => {
  let now: string | undefined;
  let renewed = 0;
  const find = (): string[] => (now === undefined ? [] : [now]);
  const name = (pid: string): string | undefined => (pid === now ? 'pacemaker-attrd' : undefined);
  const stop = watchAttributeManager(() => void (renewed += 1), find, name);
  const after = async (pid: string | undefined): Promise<number> => {
    now = pid;
    await sleep(2200);
    return renewed;
  };
  t.is(await after('7'), 0);
  t.is(await after(undefined), 0);
  t.is(await after('8'), 1);
  t.is(await after('8'), 1);
  t.is(await after('9'), 2);
  stop();
});
