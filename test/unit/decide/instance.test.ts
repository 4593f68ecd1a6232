/** Plays every scenario of scenarios/instance: what the step gives must be what the file says, line by line. */
import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { isNoNews, stepInstance } from '../../../src/decide/instance.ts';
import { playInstance, policy } from './instance-scenario.ts';

const folder = new URL('scenarios/instance/', import.meta.url);

for (const file of readdirSync(folder)) {
  test(file.replace(/\.txt$/, '').replaceAll('-', ' '), (t) => {
    const text = readFileSync(new URL(file, folder), 'utf8').trimEnd();
    t.is(playInstance(text), text);
  });
}

test('an answered heartbeat that is no news does what the passing of time does, in whatever state', (t) => {
  let [quiet, news] = [0, 0];
  for (const file of readdirSync(folder))
    playInstance(readFileSync(new URL(file, folder), 'utf8').trimEnd(), (state, at) => {
      const beat = { type: 'beat', at, answered: true, late: false, what: '' } as const;
      t.false(isNoNews(state, { ...beat, answered: false }));
      if (isNoNews(state, beat)) {
        quiet += 1;
        t.deepEqual(stepInstance(state, beat, policy), stepInstance(state, { type: 'tick', at }, policy));
      } else if (state.noted?.phase === 'running' && state.noted.misses !== undefined) news += 1;
    });
  t.true(quiet > 5 && news > 5, `${quiet} without news, ${news} with`);
});
