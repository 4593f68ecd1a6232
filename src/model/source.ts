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
  type Document,
  type YAMLError,
} from 'yaml';
import type { Problem } from './problem.ts';

/** Field names and places in lists, from the top: ['vnfcs', 0, 'name']. */
export type Path = readonly (string | number)[];

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
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, logLevel: 'silent' });
  const place = (offset: number): Place => {
    const { line, col } = counter.linePos(Math.min(offset, text.length));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problems = [
    ...document.errors.map((error) => ({ severity: 'error' as const, file, ...syntaxProblem(error, text, place) })),
    ...document.warnings.map((error) => ({ severity: 'warning' as const, file, ...syntaxProblem(error, text, place) })),
  ];
  let value: unknown;
  if (document.errors.every((error) => error.code === 'DUPLICATE_KEY')) {
    try {
      value = document.toJS();
    } catch (error) {
      const what = `the aliases (*name) cannot be resolved: ${(error as Error).message.split('\n')[0]}`;
      problems.push({ severity: 'error', file, line: 1, column: 1, path: '', what, cure: 'Write the values out.' });
    }
  }
  return { value, problems, locate: (path, what = 'value') => place(offsetOf(document, path, what)) };
}

function offsetOf(document: Document.Parsed, path: Path, what: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let key = offset(node) ?? 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (pair === undefined) return key;
      key = offset(pair.key) ?? key;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      key = offset(node) ?? key;
    } else {
      return key;
    }
  }
  const empty = isScalar(node) && node.value === null;
  return what === 'key' || empty ? key : (offset(node) ?? key);
}

const offset = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

function syntaxProblem(error: YAMLError, text: string, place: (offset: number) => Place) {
  const [from, to] = error.pos;
  const at = { ...place(from), path: '' };
  if (error.code === 'DUPLICATE_KEY') {
    const field = /^[^:\n]*/.exec(text.slice(from, Math.max(to, from + 60)))![0].trim();
    return { ...at, what: `the field '${field}' is written twice here`, cure: 'Remove one of the two.' };
  }
  return { ...at, what: `this is not YAML: ${lowerFirst(error.message)}`, cure: cureOf(error.code) };
}

function cureOf(code: string): string {
  if (code === 'TAB_AS_INDENT') return 'Indent with spaces.';
  if (code === 'MULTIPLE_DOCS') return "Keep one description in a file, without further '---'.";
  if (code === 'BAD_INDENT') return 'Indent the fields of one thing alike.';
  if (code === 'MISSING_CHAR') return 'Close the quote or bracket, or add the missing character.';
  return 'Correct the YAML here; text with special characters needs quotes.';
}

const lowerFirst = (text: string): string =>
  (text.charAt(0).toLowerCase() + text.slice(1)).replace(/\.$/, '').split('\n')[0]!;
