/** `vnfha budget`: what it prints, and how it exits. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { budgetText } from '../../../src/cli/budget-text.ts';
import type { Budget } from '../../../src/model/budget.ts';
import { run } from '../../../src/process/run.ts';
import { base, edited } from '../model/base.ts';

const main = path.resolve(import.meta.dirname, '../../../src/cli/main.ts');
const vnfha = (...args: string[]) => run(process.execPath, ['--import=tsx', main, ...args], { accept: [0, 1, 2, 3] });

let folder: string;
test.before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'vnfha-'));
});
test.after.always(() => rm(folder, { recursive: true, force: true }));

const written = async (name: string, text: string): Promise<string> => {
  const file = path.join(folder, name);
  await writeFile(file, text);
  return file;
};

test('every class, with what a VNFC’s settings add up to', async (t) => {
  const { code, stdout } = await vnfha('budget', await written('good.yaml', base));
  t.is(code, 0);
  t.deepEqual(
    stdout.split('\n').filter((line) => /^\S/.test(line)),
    [
      'no recovery target in the description',
      ...[
        'a VNFC dies: db',
        'a VNFC dies: web',
        'a VNFC hangs: db',
        'a VNFC hangs: web',
        'a node (VM) dies: db',
        'a node (VM) dies: web',
        'an HAProxy dies',
        'the node with the load balancer’s VIP dies',
      ].map((title) => `${title.padEnd(82)}  usually  at worst`),
    ],
  );
});

test('a target that is missed: the budget all the same, with marks, and then why', async (t) => {
  const file = await written(
    'slow.yaml',
    edited(base, ['networks:\n', 'recovery: SAL2\nnetworks:\n'], ['1s\n', '9s\n']),
  );
  const { code, stdout, stderr } = await vnfha('budget', file);
  t.is(code, 3);
  t.regex(stdout, /^recovery SAL2: noticed within 5s, the service back within 15s\n/);
  t.regex(stdout, /\n {2}noticed +9s! +9s!\n/);
  t.regex(stderr, /slow\.yaml:18:10: error: when a node with 'db' dies, it is noticed after 9s/);
  const json = JSON.parse((await vnfha('budget', '--json', file)).stdout) as { budgets: Budget[] };
  const lost = json.budgets.find(({ failure }) => failure === 'lb-node-dies');
  t.deepEqual(lost?.detect, { typicalMs: 9000, worstMs: 9000 });
  t.like(lost?.stages[0], { step: 'detect', typicalMs: 9000, setting: 'cluster.token' as never });
});

test('a description that is wrong otherwise has no budget', async (t) => {
  const { code, stdout } = await vnfha('budget', await written('bad.yaml', edited(base, ['port: 8080', 'prot: 8080'])));
  t.deepEqual([code, stdout], [3, '']);
});

test('VNFCs with the same figures are in one table', (t) => {
  const stages = [{ step: 'detect', by: 'it', typicalMs: 1, worstMs: 61_000 }] as const;
  const budget = (subject: string): Budget => ({
    failure: 'vnfc-dies',
    subject,
    stages,
    detect: stages[0],
    recover: stages[0],
  });
  const text = budgetText(['a', 'b', 'c', 'd', 'e'].map(budget), { name: 'SAL1', detectMs: 1, recoverMs: 60_999 });
  t.regex(text, /\na VNFC dies: a, b, c and 2 more +usually/);
  t.regex(text, / noticed +1ms +61s!\n.*back +1ms +61s!\n$/);
});
