/**
 * The text of a description as YAML: its value, and for every field its place in the text.
 */
import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Alias,
  type Document,
  type YAMLError,
} from 'yaml';
import { messageOf } from '../process/failure.ts';
import type { Problem } from './problem.ts';

/** Field names and places in lists, from the top: ['vnfcs', 0, 'name']. */
export type Path = readonly (string | number)[];

/** The path as an operator reads it: vnfcs[0].name. */
export const fieldOf = (path: Path): string =>
  path
    .map((step, at) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!/^[\w-]+$/.test(step)) return `[${JSON.stringify(step)}]`;
      return at === 0 ? step : `.${step}`;
    })
    .join('');

interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Source {
  /** What the text says; undefined when it is not YAML. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Where a field's value is or, 'key', its name; the nearest enclosing field's place for one that isn't there. */
  locate(path: Path, what?: 'key' | 'value'): Place;
}

/** Reads the text. Never throws; repeated fields are problems, but do not hide the value. */
export function readSource(text: string, file: string): Source {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, logLevel: 'error' });
  const place = (offset: number): Place => {
    const { line, col } = counter.linePos(Math.min(offset, text.length));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problemAt = (severity: Problem['severity'], offset: number, said: Said): Problem => ({
    severity,
    file,
    ...place(offset),
    path: '',
    ...said,
  });
  const aliases = unresolvedAliases(document);
  const problems = [
    ...document.errors.map((error) => problemAt('error', error.pos[0], syntaxProblem(error, text))),
    ...document.warnings.map((error) => problemAt('warning', error.pos[0], syntaxProblem(error, text))),
    ...aliases.map((alias) => problemAt('error', offsetAt(alias) ?? 0, unresolved(alias))),
  ];
  const readable = aliases.length === 0 && document.errors.every((error) => error.code === 'DUPLICATE_KEY');
  const locate: Source['locate'] = (path, what = 'value') => place(offsetOf(document, path, what));
  try {
    return { value: readable ? (document.toJS() as unknown) : undefined, problems, locate };
  } catch (error) {
    // The only thing left to go wrong: aliases of aliases that would fill the memory.
    const what = `the aliases cannot be resolved: ${messageOf(error)}`;
    return {
      value: undefined,
      problems: [...problems, problemAt('error', 0, { what, cure: 'Write the values out.' })],
      locate,
    };
  }
}

type Said = Pick<Problem, 'what' | 'cure'>;

function unresolvedAliases(document: Document.Parsed): Alias[] {
  const found: Alias[] = [];
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) === undefined) found.push(alias);
    },
  });
  return found;
}

const unresolved = (alias: Alias): Said => ({
  what: `nothing above is marked '&${alias.source}'`,
  cure: `Mark what is meant with '&${alias.source}', or write the value out; text that begins with * needs quotes.`,
});

function offsetOf(document: Document.Parsed, path: Path, what: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let key = offsetAt(node) ?? 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (pair === undefined) return key;
      key = offsetAt(pair.key) ?? key;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      key = offsetAt(node) ?? key;
    } else {
      return key;
    }
  }
  const empty = isScalar(node) && node.value === null;
  return what === 'key' || empty ? key : (offsetAt(node) ?? key);
}

const offsetAt = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

function syntaxProblem(error: YAMLError, text: string): Said {
  if (error.code === 'DUPLICATE_KEY') {
    const field = /^[^:\n]*/.exec(text.slice(error.pos[0], error.pos[0] + 60))![0].trim();
    return { what: `the field '${field}' is written twice here`, cure: 'Remove one of the two.' };
  }
  if (error.code === 'MULTIPLE_DOCS') {
    return { what: 'a second document begins here', cure: "Keep one description in a file, without further '---'." };
  }
  if (error.name === 'YAMLWarning')
    return { what: lowerFirst(error.message), cure: 'Remove it; text that begins with ! needs quotes.' };
  return { what: `this is not YAML: ${lowerFirst(error.message)}`, cure: cureOf(error.code) };
}

function cureOf(code: string): string {
  if (code === 'TAB_AS_INDENT') return 'Indent with spaces.';
  if (code === 'BAD_INDENT') return 'Indent the fields of one thing alike.';
  if (code === 'MISSING_CHAR') return 'Close the quote or bracket, or add the missing character.';
  return 'Correct the YAML here; text with special characters needs quotes.';
}

const lowerFirst = (text: string): string =>
  (text.charAt(0).toLowerCase() + text.slice(1)).replace(/\.$/, '').split('\n')[0]!;
