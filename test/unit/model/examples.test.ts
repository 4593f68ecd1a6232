/** Every example is a good description, and what is published of the schema is what the schema says. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import test from 'ava';
import { parse } from 'yaml';
import { docsFile, schemaFile, schemaText, withFieldTables } from '../../../scripts/schema.ts';
import { formatProblem } from '../../../src/model/problem.ts';
import { readDescription } from '../../../src/model/load.ts';
import { problemsOf } from './base.ts';

const examples = path.resolve(import.meta.dirname, '../../../examples');
const files = readdirSync(examples).filter((file) => file.endsWith('.yaml'));
const textOf = (file: string) => readFileSync(path.join(examples, file), 'utf8');

test('there are examples', (t) => {
  t.true(files.length >= 3);
  t.true(files.includes('sipcore.yaml'));
});

/** What an example is warned of, because it is what it is: small, or for the lab. */
const warned: Readonly<Record<string, readonly string[]>> = {
  'two-node.yaml': ['nodes'],
  'sync-channels.yaml': ['vnfcs[5].nodes', 'vnfcs[6].nodes'],
  'sipcore.yaml': ['vnfm.url', 'vnfm.auth.tokenUrl'],
  'sipcore-im.yaml': ['vnfm.url', 'vnfm.auth.tokenUrl'],
  'use-cases.yaml': ['vnfcs[0].instances', 'vnfcs[2].instances'],
  'lb-managed.yaml': ['vnfm.url', 'vnfm.auth.tokenUrl'],
};

for (const file of files) {
  test(`${file} checks without errors, and its warnings are those that it is known for`, (t) => {
    const { vnf, problems } = readDescription(textOf(file), file);
    t.deepEqual(
      problems.map(({ severity, path }) => `${severity}: ${path}`),
      (warned[file] ?? []).map((path) => `warning: ${path}`),
      problems.map(formatProblem).join('\n'),
    );
    t.truthy(vnf);
  });

  test(`${file} fits the published schema`, (t) => {
    const validate = new Ajv({ allErrors: true }).compile(JSON.parse(readFileSync(schemaFile, 'utf8')));
    t.true(validate(parse(textOf(file))), JSON.stringify(validate.errors));
  });
}

test('the published schema is up to date (else: npx tsx scripts/schema.ts)', async (t) => {
  t.is(readFileSync(schemaFile, 'utf8'), await schemaText());
});

test('the field tables of docs/description.md are up to date (else: npx tsx scripts/schema.ts)', (t) => {
  const text = readFileSync(docsFile, 'utf8');
  t.is(text, withFieldTables(text));
  t.true(text.includes('| `vnfcs[].service.check.inter` |'));
});

test('the description that docs/description.md builds up piece by piece checks clean', (t) => {
  const markdown = readFileSync(docsFile, 'utf8');
  const blocks = [...markdown.matchAll(/```yaml\n(.*?)```/gs)].map(([, block]) => block!);
  const [hint, head, standby, sync, active, heal] = blocks;
  t.is(blocks.length, 6);
  t.regex(hint!, /yaml-language-server/);
  const [web, lb] = active!.split('\nloadBalancer:');
  const [recovery, vnfm] = heal!.split('\nvnfm:');
  const text = `${head}${standby}${sync}${web}${recovery}\nloadBalancer:${lb}\nvnfm:${vnfm}`;
  t.deepEqual(problemsOf(text.replace('name: sipcore', 'instanceId: x1\n  name: sipcore')), []);
});
