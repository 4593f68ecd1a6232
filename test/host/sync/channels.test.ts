/** What holds on every channel, with real sidecars: fencing, and that no acknowledged write is lost over failovers. */
import test from 'ava';
import { grounds } from '../../../bench/sync-check/channels.ts';
import { checkState, runCheck } from '../../../bench/sync-check/check.ts';
import { until } from '../../lab/wait.ts';
import { codeOf, scene } from './rig.ts';

for (const channel of Object.keys(grounds)) {
  test.serial(
    `${channel}: an active instance that was frozen gets nothing accepted once its successor began`,
    async (t) => {
      const { all } = await scene(t, channel);
      const [one, two] = [all[0]!, all[1]!];
      await one.role('active', 1);
      const put = await until('a standby is there', () => one.client.put('a', 'before').catch(() => undefined));
      // acknowledged at `standby` is not yet at each of them, and one that never had a state isn't promoted without the active one
      await until('each copy has it', async () =>
        (await one.client.status()).copies.every(
          ({ version }) => version !== undefined && version.sequence >= put.sequence,
        ),
      );
      one.signal('SIGSTOP');
      await two.role('active', 2);
      t.is((await two.client.get('a'))?.toString(), 'before');
      await until('the level is there', () => two.client.put('a', 'after').catch(() => undefined));
      const asked = ['standby', 'quorum'].map((level) => codeOf(one.client.put('a', 'stale', level as 'standby')));
      one.signal('SIGCONT');
      for (const code of await Promise.all(asked)) t.regex(code, /^(unconfirmed|not-active|unanswered)$/);
      await until('it is fenced', async () => (await one.client.status()).role === 'fenced');
      t.is(await codeOf(one.client.put('a', 'stale', 'local')), 'not-active');
      t.is(await codeOf(one.role('active', 2)), 'stale-epoch');
      t.is((await two.client.get('a'))?.toString(), 'after');
      await one.role('active', 3);
      t.is((await one.client.get('a'))?.toString(), 'after', 'and what it did by itself is gone');
    },
  );

  test.serial(`${channel}: no acknowledged write is lost over failovers`, async (t) => {
    const sidecars = await scene(t, channel);
    const result = await runCheck(sidecars, { failovers: 4, seed: 5, ground: sidecars.ground });
    t.deepEqual(result.violations, []);
    t.is(result.acceptedWhenStale, 0);
    t.true(result.acknowledged.standby > 20 && result.acknowledged.quorum > 20, JSON.stringify(result));
  });
}

test('the check sees what must not be', (t) => {
  const write = (n: number) => ({ writer: 0, n, level: 'standby' as const, acknowledged: true });
  const state = (pairs: Record<string, string>) =>
    new Map(Object.entries(pairs).map(([key, value]) => [key, Buffer.from(value)]));
  const all = [write(1), write(2)];
  const good = { 'u/0/1': '0:1:standby', 'u/0/2': '0:2:standby', 'last/0': '2' };
  t.deepEqual(checkState(state(good), all, all), []);
  t.is(checkState(state({ ...good, 'last/0': '1' }), all, all).length, 1, 'undone');
  t.is(checkState(state({ ...good, 'u/0/2': 'other' }), all, all).length, 1, 'out of thin air');
  t.is(checkState(state({ 'u/0/2': '0:2:standby', 'last/0': '2' }), all, all).length, 1, 'missing');
  t.is(checkState(state({ ...good, 'last/0': '3' }), all, all).length, 1, 'half a batch');
});
