/** Whatever the text: the answer is problems or a VNF, never an exception. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { parse, stringify } from 'yaml';
import { readDescription } from '../../../src/model/load.ts';
import { base } from './base.ts';

const sipcore = readFileSync(path.resolve(import.meta.dirname, '../../../examples/sipcore.yaml'), 'utf8');

test('a description cut off anywhere is answered with problems or a VNF', (t) => {
  t.timeout(120_000);
  for (let end = 0; end < sipcore.length; end += 37) {
    const { vnf, problems } = readDescription(sipcore.slice(0, end), 'f');
    t.is(
      vnf !== undefined,
      problems.every(({ severity }) => severity === 'warning'),
      `cut at ${end}`,
    );
  }
});

test('a description with bytes replaced anywhere is answered with problems or a VNF', (t) => {
  t.timeout(120_000);
  const bytes = ['\0', '\t', ':', '-', '{', ']', '"', '*', '&', '!', '\n', '#', '%', '?'];
  for (let at = 0; at < sipcore.length; at += 23) {
    const text = sipcore.slice(0, at) + bytes[at % bytes.length]! + sipcore.slice(at + 1);
    const { vnf, problems } = readDescription(text, 'f');
    t.is(
      vnf !== undefined,
      problems.every(({ severity }) => severity === 'warning'),
      `at ${at}`,
    );
    t.true(problems.every(({ line, column }) => line >= 1 && column >= 1));
  }
});

test('any field removed or of another type is answered with problems or a VNF', (t) => {
  t.timeout(120_000);
  const others = [undefined, null, -1, '', 'x', true, [], {}, ['x', null], { name: 'x' }];
  const tree: unknown = parse(base);
  let tried = 0;
  const visit = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return;
    const holder = node as Record<string, unknown>;
    for (const key of Object.keys(holder)) {
      const value = holder[key];
      for (const other of others) {
        holder[key] = other;
        const { vnf, problems } = readDescription(stringify(tree), 'f');
        t.is(
          vnf !== undefined,
          problems.every(({ severity }) => severity === 'warning'),
          `${key} = ${JSON.stringify(other)}`,
        );
        tried++;
      }
      holder[key] = value;
      visit(value);
    }
  };
  visit(tree);
  t.true(tried > 500);
});
