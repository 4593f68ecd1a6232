import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { exitCodes } from '../../src/process/failure.ts';

test('docs/exit-codes.md lists every exit code with its kind', (t) => {
  const text = readFileSync(path.resolve(import.meta.dirname, '../../docs/exit-codes.md'), 'utf8');
  const documented = [...text.matchAll(/^\| (\d+) \| (\w+) \|/gm)].map(([, code, kind]) => [kind, Number(code)]);
  t.deepEqual(Object.fromEntries(documented), { ...exitCodes });
});
