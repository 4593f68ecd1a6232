/** Plays every scenario of scenarios/instance: what the step gives must be what the file says, line by line. */
import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { playInstance } from './instance-scenario.ts';

const folder = new URL('scenarios/instance/', import.meta.url);

for (const file of readdirSync(folder)) {
  test(file.replace(/\.txt$/, '').replaceAll('-', ' '), (t) => {
    const text = readFileSync(new URL(file, folder), 'utf8').trimEnd();
    t.is(playInstance(text), text);
  });
}
