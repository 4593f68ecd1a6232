/**
 * Whether a value has the shape of a description: ajv's errors as one sentence for each real problem.
 */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { DescriptionSchema, type Description } from './description.ts';
import { patterns } from './schema/words.ts';
import type { Path } from './source.ts';
import { nearest } from './suggest.ts';

interface ShapeProblem {
  readonly path: Path;
  readonly at: 'key' | 'value';
  readonly what: string;
  readonly cure: string;
  /** The value at `path` can't be used. */
  readonly broken: boolean;
}

let validate: ValidateFunction<Description> | undefined;

/** Everything in which `value` departs from the schema; nothing if it is a Description. */
export function shapeProblems(value: unknown): ShapeProblem[] {
  validate ??= new Ajv({ allErrors: true, verbose: true }).compile<Description>(DescriptionSchema);
  if (validate(value)) return [];
  const errors = validate.errors ?? [];
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf');
  const groups = unions.filter(isGroup);
  const other = new Set(unions.filter((error) => !groups.includes(error)).map(branchKey));
  return errors
    .filter(
      (error) => !groups.includes(error) && !isBranch(error, other) && !groups.some((group) => isOther(error, group)),
    )
    .map(problemOf);
}

/** A union that may be a group of fields, and is one: the group's own problems are said. */
const isGroup = (error: ErrorObject): boolean =>
  groupAt(error) >= 0 && typeof error.data === 'object' && error.data !== null && !Array.isArray(error.data);
const groupAt = ({ parentSchema }: ErrorObject): number =>
  (parentSchema as Schema).anyOf?.findIndex(({ properties }) => properties !== undefined) ?? -1;

/** A problem of another branch than the group. */
const isOther = (error: ErrorObject, group: ErrorObject): boolean =>
  error.instancePath === group.instancePath &&
  error.schemaPath.startsWith(`${group.schemaPath}/`) &&
  !error.schemaPath.startsWith(`${group.schemaPath}/${groupAt(group)}/`);

/** Any other union reports every branch that failed, too: only the union itself is a problem. */
const isBranch = (error: ErrorObject, unions: ReadonlySet<string>): boolean => {
  const end = error.schemaPath.lastIndexOf('/anyOf/');
  if (end < 0) return false;
  const union = error.schemaPath.slice(0, end) + '/anyOf';
  return [error.instancePath, error.instancePath.replace(/\/[^/]*$/, '')].some((path) =>
    unions.has(`${union} ${path}`),
  );
};
const branchKey = (error: ErrorObject): string => `${error.schemaPath} ${error.instancePath}`;

interface Schema {
  readonly description?: string;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly patternProperties?: Readonly<Record<string, unknown>>;
  readonly anyOf?: readonly { readonly const?: unknown; readonly properties?: object }[];
}

function problemOf(error: ErrorObject): ShapeProblem {
  const path = pathOf(error.instancePath);
  const schema = error.parentSchema as Schema;
  const value = { path, at: 'value' as const, broken: true };
  const params = error.params as Readonly<Record<string, string>>;
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownField([...path, params['additionalProperty']!], schema);
    case 'required': {
      const field = params['missingProperty']!;
      const meaning = (schema.properties?.[field] as Schema | undefined)?.description;
      const what = `the field '${field}' is missing`;
      return { path, at: 'key', broken: false, what, cure: `Add '${field}'${meaning ? `: ${meaning}` : ''}.` };
    }
    case 'type':
      return { ...value, ...wrongType(error.data, params['type']!, schema) };
    case 'anyOf':
      return { ...value, ...wrongChoice(error.data, schema) };
    case 'pattern':
      return { ...value, what: `${shown(error.data)} does not fit`, cure: patternWords[schema.pattern!]! };
    case 'minimum':
    case 'maximum':
      return { ...value, ...outOfBounds(error.data, error.keyword, params['limit']!) };
    default:
      return { ...value, ...wrongSize(error.data, error.keyword, params['limit']!) };
  }
}

function unknownField(path: Path, schema: Schema): ShapeProblem {
  const field = String(path.at(-1));
  const base = { path, at: 'key' as const, broken: true };
  const [pattern] = Object.keys(schema.patternProperties ?? {});
  if (pattern !== undefined) return { ...base, what: `the name '${field}' does not fit`, cure: patternWords[pattern]! };
  const known = Object.keys(schema.properties ?? {});
  const meant = nearest(field, known);
  const cure = meant === undefined ? `Remove it; the fields here are ${known.join(', ')}.` : `Did you mean '${meant}'?`;
  return { ...base, what: `the field '${field}' is unknown`, cure };
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'a group of fields',
  array: 'a list',
};

function wrongType(data: unknown, type: string, schema: Schema) {
  const wanted = typeWords[type] ?? type;
  const meaning = schema.description ?? 'see docs/description.md';
  if (data === null || data === undefined)
    return { what: `a value is missing: ${wanted} is needed`, cure: `Give it (${meaning}), or remove the field.` };
  const what = `${shown(data)} is not ${wanted}`;
  if (schema.pattern === patterns.duration)
    return { what: `${shown(data)} is not a duration`, cure: patternWords[patterns.duration]! };
  if (type === 'string' && typeof data !== 'object') return { what, cure: `Put it in quotes: "${plain(data)}".` };
  if (type === 'integer' && typeof data === 'string' && /^[0-9]+$/.test(data))
    return { what, cure: 'Write the number without quotes.' };
  if (type === 'array' && typeof data !== 'object') return { what, cure: `Write it in brackets: [${plain(data)}].` };
  return { what, cure: `Write ${wanted}: ${meaning}.` };
}

function wrongChoice(data: unknown, schema: Schema) {
  const choices = (schema.anyOf ?? []).flatMap((branch) => (typeof branch.const === 'string' ? [branch.const] : []));
  if (choices.length === 0) {
    const what = `${shown(data)} is not ${schema.description === undefined ? 'text, a number, true or false' : 'a command'}`;
    const cure =
      schema.description === undefined
        ? 'Write one value.'
        : `Write it on one line, or as a list of its arguments, each in quotes.`;
    return { what, cure };
  }
  const meant = typeof data === 'string' ? nearest(data, choices) : undefined;
  const cure = meant === undefined ? `Write one of them (${schema.description}).` : `Did you mean '${meant}'?`;
  return { what: `${shown(data)} is none of ${choices.join(', ')}`, cure };
}

function outOfBounds(data: unknown, keyword: 'minimum' | 'maximum', limit: string) {
  const least = keyword === 'minimum';
  return {
    what: `${shown(data)} is too ${least ? 'small' : 'large'}`,
    cure: `Write ${limit} or ${least ? 'more' : 'less'}.`,
  };
}

function wrongSize(data: unknown, keyword: string, limit: string) {
  if (keyword === 'minItems') return { what: 'the list is empty', cure: 'Add an entry, or remove the field.' };
  if (keyword === 'maxItems') return { what: `the list is too long: ${limit} at most`, cure: 'Shorten it.' };
  if (keyword === 'maxLength')
    return { what: `the text is too long: ${limit} characters at most`, cure: 'Shorten it.' };
  return {
    what: data === '' ? 'the text is empty' : `${shown(data)} is too short`,
    cure: 'Write it out, or remove the field.',
  };
}

const patternWords: Readonly<Record<string, string>> = {
  [patterns.name]: 'Begin it with a letter and use only letters a-z and A-Z, digits, - and _, at most 48 of them.',
  [patterns.node]:
    'Begin it with a letter and use only letters a-z and A-Z, digits, dots, - and _, at most 63 of them.',
  [patterns.user]: 'Write a user name: letters a-z and A-Z, digits, dots, - and _, at most 32 of them.',
  [patterns.duration]: "Write a duration as a whole number and its unit: '500ms', '10s', '5min' or '1h'.",
  [patterns.url]: "Write a URL that begins with 'http://' or 'https://' and has no spaces.",
  [patterns.checkUrl]:
    "Write a URL that begins with 'http://' or 'https://' and has no spaces; of VMs, a path that begins with '/'.",
  [patterns.domain]:
    'Begin it with a letter or a digit and use only letters a-z and A-Z, digits, dots, _, + and -, at most 64 of them.',
  [patterns.urlPath]: "Write a path that begins with '/' and has no spaces, quotes, backslashes or '#', as '/health'.",
  [patterns.file]: "Write the whole path of the file; it begins with '/'.",
  [patterns.store]: "Write HOST:PORT, as '192.0.2.9:6379' or '[2001:db8::9]:6379', or the whole path of a unix socket.",
  [patterns.device]: 'Write it without spaces.',
  [patterns.fileSystem]: "Write the file system's kind as mount(8) knows it, as 'ext4' or 'nfs4'.",
  [patterns.instanceId]: 'Use only letters a-z and A-Z, digits, dots, -, _ and ~, at most 255 of them.',
  [patterns.interface]: 'Write an interface name: letters a-z and A-Z, digits, dots, - and _, at most 15 of them.',
  [patterns.agent]: "Write the fence agent's name without its directory, as 'fence_ipmilan'.",
  [patterns.timeOfDay]: "Write hours and minutes, in UTC, as '22:00'.",
  [patterns.parameter]: 'Begin it with a letter and use only letters a-z and A-Z, digits, - and _.',
};

/** A value as an operator wrote it, or nearly. */
function shown(data: unknown): string {
  if (Array.isArray(data)) return 'a list';
  if (typeof data === 'object') return data === null ? 'nothing' : 'a group of fields';
  const text = plain(data);
  return `'${text.length > 60 ? `${text.slice(0, 57)}…` : text}'`;
}

const plain = (data: unknown): string => (typeof data === 'string' ? data : JSON.stringify(data));

const pathOf = (pointer: string): Path =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^[0-9]+$/.test(step) ? Number(step) : step));
