/** `vnfha check` as a program: what it prints and how it exits. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import type { Problem } from '../../../src/model/problem.ts';
import { run } from '../../../src/process/run.ts';
import { base, edited } from '../model/base.ts';

const command = path.resolve(import.meta.dirname, '../../../src/cli/commands/check.ts');
const program = `import { checkCommand } from ${JSON.stringify(command)};
await checkCommand().parseAsync(process.argv.slice(1), { from: 'user' });`;

const check = (...args: string[]) =>
  run(process.execPath, ['--import=tsx', '--input-type=module', '-e', program, '--', ...args], {
    accept: [0, 1, 2, 3],
  });

let folder: string;
const file = (name: string) => path.join(folder, name);

test.before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'vnfha-'));
  await writeFile(file('good.yaml'), base);
  await writeFile(file('warned.yaml'), edited(base, ['active-active', 'active-active\n    instances: 1']));
  await writeFile(file('bad.yaml'), edited(base, ['192.0.2.60/24', '192.0.2.60'], ['name: web', 'name: db']));
});

test.after.always(() => rm(folder, { recursive: true, force: true }));

const noPrefix = '46:8: error: the VIP 192.0.2.60 has no prefix length (loadBalancer.vip). Write 192.0.2.60/24.';
const twice = "37:11: error: the VNFC 'db' is there already, in line 23 (vnfcs[1].name). Rename one of them.";
const oneInstance =
  "39:16: warning: the VNFC 'web' has one instance: its service is gone until another is started (vnfcs[1].instances). Write 2 or more.";

test('a good description', async (t) => {
  const { code, stdout } = await check(file('good.yaml'));
  t.deepEqual({ code, stdout }, { code: 0, stdout: `${file('good.yaml')}: no problems\n` });
});

test('a bad one', async (t) => {
  const bad = file('bad.yaml');
  const { code, stdout } = await check(bad);
  t.deepEqual(stdout.trimEnd().split('\n'), [`${bad}:${twice}`, `${bad}:${noPrefix}`, `${bad}: 2 errors, 0 warnings`]);
  t.is(code, 3);
});

test('a warning is no error, except with --strict', async (t) => {
  const warned = file('warned.yaml');
  const stdout = `${warned}:${oneInstance}\n${warned}: 0 errors, 1 warning\n`;
  const lax = await check(warned);
  t.deepEqual([lax.code, lax.stdout], [0, stdout]);
  const strict = await check('--strict', warned);
  t.deepEqual([strict.code, strict.stdout], [3, stdout]);
});

test('several files, in the order given', async (t) => {
  const { code, stdout } = await check(file('warned.yaml'), file('good.yaml'), file('bad.yaml'));
  t.is(code, 3);
  t.deepEqual(stdout.trimEnd().split('\n'), [
    `${file('warned.yaml')}:${oneInstance}`,
    `${file('bad.yaml')}:${twice}`,
    `${file('bad.yaml')}:${noPrefix}`,
    '3 files: 2 errors, 1 warning',
  ]);
});

test('--json', async (t) => {
  const bad = file('bad.yaml');
  const { code, stdout } = await check('--json', bad);
  t.is(code, 3);
  const printed = JSON.parse(stdout) as { problems: Problem[] };
  t.like(printed, { ok: false, files: [bad], errors: 2, warnings: 0 });
  t.deepEqual(printed.problems[1], {
    severity: 'error',
    file: bad,
    line: 46,
    column: 8,
    path: 'loadBalancer.vip',
    what: 'the VIP 192.0.2.60 has no prefix length',
    cure: 'Write 192.0.2.60/24.',
  });
});
