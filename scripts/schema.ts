/**
 * What is published of the description's schema: docs/vnf-description.schema.json and the field tables of docs/description.md.
 * `npx tsx scripts/schema.ts` writes both; a unit test fails when they are not what this makes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { DescriptionSchema } from '../src/model/description.ts';
import { patterns } from '../src/model/schema/words.ts';

const docs = path.resolve(import.meta.dirname, '../docs');
export const schemaFile = path.join(docs, 'vnf-description.schema.json');
export const docsFile = path.join(docs, 'description.md');

export const schemaText = (): Promise<string> =>
  format(JSON.stringify(DescriptionSchema), { parser: 'json', printWidth: 120 });

/** The text of docs/description.md with its field tables as the schema has them. */
export function withFieldTables(markdown: string): string {
  const [before, rest] = markdown.split('<!-- fields: made by scripts/schema.ts -->\n');
  const [, after] = rest?.split('<!-- end of fields -->') ?? [];
  if (before === undefined || after === undefined)
    throw new Error('docs/description.md has lost the marks around its field tables');
  return `${before}<!-- fields: made by scripts/schema.ts -->\n${fieldTables()}\n<!-- end of fields -->${after}`;
}

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly pattern?: string;
  readonly const?: string;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

function fieldTables(): string {
  const root = DescriptionSchema as unknown as Schema;
  return Object.entries(root.properties!)
    .map(([name, schema]) => {
      const need = root.required!.includes(name) ? 'required' : 'optional';
      const rows = rowsOf(name, schema).map((cells) => `| ${cells.join(' | ')} |`);
      const words = schema.anyOf === undefined ? [] : [`${valueOf(schema)}\n`];
      return [
        `\n### ${name}\n`,
        `${sentence(schema.description)} (${need})\n`,
        ...words,
        '| field | | value | meaning |',
        '|---|---|---|---|',
        ...rows,
      ].join('\n');
    })
    .join('\n');
}

function rowsOf(path: string, schema: Schema): string[][] {
  const group = schema.items ?? groupIn(schema) ?? schema;
  const prefix = schema.items === undefined ? path : `${path}[]`;
  return Object.entries(group.properties ?? {}).flatMap(([name, field]) => {
    const need = group.required?.includes(name) ? 'required' : '';
    const row = [`\`${prefix}.${name}\``, need, valueOf(field), field.description ?? ''];
    const hasFields = field.properties !== undefined || field.items?.properties !== undefined;
    return [row, ...(hasFields ? rowsOf(`${prefix}.${name}`, field) : [])];
  });
}

function valueOf(schema: Schema): string {
  if (schema.pattern === patterns.duration) return 'duration';
  if (schema.properties !== undefined) return 'fields';
  if (schema.patternProperties !== undefined) return 'name: value';
  if (schema.items !== undefined) return 'list';
  const words = schema.anyOf?.flatMap((branch) => (branch.const === undefined ? [] : [`\`${branch.const}\``])) ?? [];
  if (words.length > 0) return words.join(', ') + (groupIn(schema) === undefined ? '' : ', or fields:');
  if (schema.anyOf !== undefined) return 'command';
  return { integer: 'number', boolean: '`true`, `false`' }[schema.type!] ?? 'text';
}

/** The group of fields that a union may be. */
const groupIn = (schema: Schema): Schema | undefined =>
  schema.anyOf?.find(({ properties }) => properties !== undefined);

const sentence = (text = ''): string => text.charAt(0).toUpperCase() + text.slice(1);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(schemaFile, await schemaText());
  writeFileSync(docsFile, withFieldTables(readFileSync(docsFile, 'utf8')));
}
