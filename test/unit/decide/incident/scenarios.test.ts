/** The scenarios in scenarios/*.txt, compared as text with what happens (see play.ts). */
import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { play } from './play.ts';

const directory = new URL('scenarios/', import.meta.url);
for (const file of readdirSync(directory).sort()) {
  test(file.replace(/\.txt$/, '').replaceAll('-', ' '), (t) => {
    const expected = readFileSync(new URL(file, directory), 'utf8');
    t.is(play(expected), expected);
  });
}
