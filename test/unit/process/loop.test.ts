import test from 'ava';
import { now } from '../../../src/process/clock.ts';
import { perform, startLoop } from '../../../src/process/loop.ts';

type Action = { readonly type: 'say'; readonly word: string } | { readonly type: 'stop' };

/** Its decision says each event, and wakes `wakeIn` ms after an event 'wake'. */
function saying(wakeIn = 1) {
  const said: string[] = [];
  const loop = startLoop({
    initial: 0,
    step(state, event: string) {
      const actions: Action[] = [{ type: 'say', word: event }, ...(event === 'end' ? [{ type: 'stop' } as const] : [])];
      return { state: state + 1, actions, wakeAt: event === 'wake' ? now() + wakeIn : undefined };
    },
    tick: () => 'tick',
    perform: (action: Action) =>
      perform<Action>(
        {
          say({ word }) {
            if (word === 'first') loop.post('third');
            said.push(word);
          },
          stop: () => loop.stop(),
        },
        action,
      ),
  });
  return { loop, said };
}

test('one event at a time: what an action posts comes after the event that it belongs to', (t) => {
  const { loop, said } = saying();
  loop.post('first');
  t.deepEqual(said, ['first', 'third']);
  t.is(loop.state, 2);
});

test('it ticks when the decision wants to be woken, and never without', async (t) => {
  const { loop, said } = saying();
  t.teardown(() => loop.stop());
  loop.post('first');
  loop.post('wake');
  const end = Date.now() + 10_000;
  while (!said.includes('tick') && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.deepEqual(said, ['first', 'third', 'wake', 'tick']);
});

test('nothing happens once it is stopped', async (t) => {
  const { loop, said } = saying(20);
  loop.post('wake');
  loop.post('end');
  loop.post('late');
  await new Promise((resolve) => setTimeout(resolve, 60));
  t.deepEqual(said, ['wake', 'end']);
});
