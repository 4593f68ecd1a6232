/** docs/pcs.md, run as written. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { Lab } from '../../src/lab/lab.ts';

const document = readFileSync(path.resolve(import.meta.dirname, '../../docs/pcs.md'), 'utf8');
let lab: Lab;

test.before('a cluster without a VNF', async () => {
  lab = await Lab.up({ name: `pcs-${process.pid}` });
  await lab.ready();
});
test.after.always('nothing stays', () => lab.down());

interface Step {
  readonly command: string;
  readonly printed: string;
}

function stepsOf(text: string): Step[] {
  const blocks = [...text.matchAll(/^```console\n([^]*?)^```$/gm)].map(([, block]) => block!);
  return blocks.flatMap((block) =>
    block
      .split(/^# /m)
      .filter((part) => part !== '')
      .map((part) => ({ command: part.slice(0, part.indexOf('\n')), printed: part.slice(part.indexOf('\n') + 1) })),
  );
}

/** A line of … is any lines, none too; a … in a line is anything in it. */
function pattern(printed: string): RegExp {
  const lines = printed.split('\n').slice(0, -1).map((line) =>
    line === '…' ? '(?:.*\\n)*?' : `${line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '.*')}\\s*\\n`,
  ); // prettier-ignore
  return new RegExp(`^${lines.join('')}$`);
}

test('every command of docs/pcs.md does and prints what is written there', async (t) => {
  const steps = stepsOf(document);
  t.true(steps.length > 25, `${steps.length} steps`);
  const wrong: string[] = [];
  for (const { command, printed } of steps) {
    const argv = ['sh', '-c', `cd /root && ${command}`];
    const { code, stdout, stderr } = await lab.exec('node1', argv, { timeout: 90_000 });
    if (code !== 0 || !pattern(printed).test(stdout)) wrong.push(`# ${command}\n${stdout}${stderr}exit code ${code}`);
  }
  t.deepEqual(wrong, []);
});

test('a wrong line of it is seen', (t) => {
  const [step] = stepsOf('```console\n# echo a\n…\na b …\n```\n');
  t.is(step!.command, 'echo a');
  t.true(pattern(step!.printed).test('x\ny\na b c\n'));
  t.false(pattern(step!.printed).test('x\na c\n'));
  t.false(pattern(step!.printed).test('a b c\nmore\n'));
});
