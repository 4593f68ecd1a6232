/** Plays every scenario of scenarios/rotation: what step gives must be what the file says, line by line. */
import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { play } from './rotation-scenario.ts';

const folder = new URL('scenarios/rotation/', import.meta.url);

for (const file of readdirSync(folder)) {
  test(file.replace(/\.txt$/, '').replaceAll('-', ' '), (t) => {
    const text = readFileSync(new URL(file, folder), 'utf8').trimEnd();
    const played = play(text);
    t.is(played, text);
  });
}
