import test from 'ava';
import { splitCommand } from '../../../src/model/argv.ts';
import { durationMs } from '../../../src/model/duration.ts';

const commands: readonly [string | readonly string[], readonly string[]][] = [
  ['redis-server --port 6379', ['redis-server', '--port', '6379']],
  ['  a \t b\n c  ', ['a', 'b', 'c']],
  ['redis-server --save ""', ['redis-server', '--save', '']],
  [`nginx -g "daemon off;"`, ['nginx', '-g', 'daemon off;']],
  [`a 'b "c" d' e`, ['a', 'b "c" d', 'e']],
  [`a "b \\"c\\" \\\\ \\d"`, ['a', 'b "c" \\ \\d']],
  [`a --x="1 2"y`, ['a', '--x=1 2y']],
  ['a $HOME | b > c; d', ['a', '$HOME', '|', 'b', '>', 'c;', 'd']],
  ['a\\ b', ['a\\', 'b']],
  [
    ['a b', '', '"'],
    ['a b', '', '"'],
  ],
];

for (const [command, argv] of commands) {
  test(`${JSON.stringify(command)} is ${argv.length} arguments`, (t) => {
    t.deepEqual(splitCommand(command), { argv });
  });
}

test('what is no command', (t) => {
  t.deepEqual(splitCommand('a "b'), { error: 'has a double quote that is never closed' });
  t.deepEqual(splitCommand("a 'b"), { error: 'has a single quote that is never closed' });
  t.deepEqual(splitCommand('a "b\\"'), { error: 'has a double quote that is never closed' });
  for (const command of ['', ' \n ', '""', [], ['', 'x']])
    t.deepEqual(splitCommand(command), { error: 'names no program' });
});

test('durations', (t) => {
  const times = { '0s': 0, '500ms': 500, '10s': 10_000, '5min': 300_000, '2h': 7_200_000 };
  for (const [text, ms] of Object.entries(times)) t.is(durationMs(text), ms);
  for (const text of ['', '5', '5 s', 's', '1.5s', '-1s', '1d', '1s ']) t.is(durationMs(text), undefined, text);
});
