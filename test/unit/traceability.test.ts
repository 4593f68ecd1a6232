/** What docs/traceability.md names is there. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { parts } from '../../bench/parts.ts';

const root = path.resolve(import.meta.dirname, '../..');
const text = readFileSync(path.join(root, 'docs/traceability.md'), 'utf8');

test('every file and every part of the bench that it names', (t) => {
  const files = [...text.matchAll(/`((?:src|agents|test|cib-templates|examples|bench)\/[^`]+)`/g)].map(
    ([, file]) => file!,
  );
  t.true(files.length > 20);
  t.deepEqual(
    files.filter((file) => !existsSync(path.join(root, file))),
    [],
  );
  const named = [...text.matchAll(/bench part `([a-z-]+)`/g)].map(([, name]) => name!);
  t.true(named.length > 2);
  t.deepEqual(
    named.filter((name) => !parts.some((part) => part.name === name)),
    [],
  );
});
