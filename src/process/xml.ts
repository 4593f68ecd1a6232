/**
 * XML as an ordered tree. In a CIB the order of siblings means something (the scheduler breaks ties by it), and xml2js's
 * own builder loses it: so its parser is asked for the order, and what is written is written here.
 * A comment is an element called '#comment', since an operator's must survive in a CIB; xml2js would drop it. Processing
 * instructions are dropped; text is kept, before the child elements.
 */
import { Parser } from 'xml2js';
import { Failure, messageOf } from './failure.ts';

export interface Element {
  readonly name: string;
  /** In the order of the document. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  /** Character data; '' for almost every element that Pacemaker writes. */
  readonly text: string;
}

/** The name of the element that stands for a comment: no element of XML can have it. */
const comment = '#comment';

/**
 * Parses `xml`.
 * @param source what to call it in the error: a file, or the program that wrote it
 * @param comments whether to keep them
 * @throws Failure 'input' with the line when it isn't well-formed, or isn't one element.
 */
export function parseXml(xml: string, source: string, comments: 'keep' | 'drop' = 'keep'): Element {
  // xml2js overlooks what follows the root element: inside an element of ours nothing is overlooked.
  const body = xml.replace(/^\uFEFF?\s*<\?xml[^>]*\?>/, blankOut);
  const wrapped = `<document>${withoutComments(body, comments === 'keep' ? asElement : blankOut)}</document>`;
  const { children, text } = toElement(parseWrapped(wrapped, source));
  const [root, ...others] = children.filter(({ name }) => name !== comment);
  if (root === undefined || others.length > 0 || text.trim() !== '') {
    throw new Failure('input', `${source}: not well-formed XML: there must be exactly one outermost element`);
  }
  return root;
}

/** `element` as text: two spaces a level, attributes in their order, a line feed at the end. */
export function serializeXml(element: Element): string {
  const lines: string[] = [];
  writeElement(element, '', lines);
  return lines.join('\n') + '\n';
}

interface RawElement {
  readonly '#name': string;
  readonly $?: Record<string, string>;
  readonly $$?: readonly RawElement[];
  readonly _?: string;
}

/** Keeps the line feeds, so that lines are counted right. */
const blankOut = (declaration: string): string => declaration.replace(/[^\n]+/g, '');

const standIn = 'vnfha.comment';

/**
 * `xml` with something else for the text of each comment. In well-formed XML a `<!--` outside of CDATA and processing instructions can
 * begin nothing but a comment.
 */
const withoutComments = (xml: string, instead: (text: string) => string): string =>
  xml.replace(/<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<!--([\s\S]*?)-->/g, (whole, text: string | undefined) =>
    text === undefined || text.includes('--') ? whole : instead(text),
  );

const asElement = (text: string): string => `<${standIn} text="${escapeAttribute(text)}"${blankOut(text)}/>`;

function parseWrapped(xml: string, source: string): RawElement {
  const parser = new Parser({
    explicitRoot: false,
    explicitChildren: true,
    preserveChildrenOrder: true,
    explicitCharkey: true,
    emptyTag: () => ({}),
  });
  const outcome: { error?: unknown; root?: RawElement } = {};
  try {
    // The parser isn't asked to be asynchronous: it has called back when it returns.
    parser.parseString(xml, (error, result: RawElement) => {
      outcome.error ??= error ?? undefined;
      outcome.root = result;
    });
  } catch (error) {
    outcome.error ??= error;
  }
  if (outcome.error !== undefined || outcome.root === undefined) throw malformed(outcome.error, source);
  return outcome.root;
}

/** sax writes 'what\nLine: n\nColumn: n\nChar: c', with lines from 0. */
function malformed(error: unknown, source: string): Failure {
  const [, what, line] = /^(.*)\nLine: (\d+)/.exec(messageOf(error)) ?? [];
  const where = line === undefined ? source : `${source}:${Number(line) + 1}`;
  return new Failure('input', `${where}: not well-formed XML: ${what ?? messageOf(error)}`, { cause: error });
}

function toElement(raw: RawElement): Element {
  if (raw['#name'] === standIn) return { name: comment, attributes: {}, children: [], text: raw.$?.['text'] ?? '' };
  return {
    name: raw['#name'],
    attributes: flattened(raw.$),
    children: (raw.$$ ?? []).map(toElement),
    text: raw._ ?? '',
  };
}

/**
 * sax puts a value together character by character, and V8 keeps all the pieces (20 times the memory, and the collector's work)
 * until somebody looks into it.
 */
function flattened(attributes: Record<string, string> = {}): Record<string, string> {
  for (const value of Object.values(attributes)) value.charCodeAt(0);
  return { ...attributes };
}

function writeElement({ name, attributes, children, text }: Element, indent: string, lines: string[]): void {
  if (name === comment) {
    lines.push(`${indent}<!--${text}-->`);
    return;
  }
  const start = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${escapeAttribute(value)}"`)].join(
    ' ',
  );
  if (children.length === 0) {
    lines.push(text === '' ? `${indent}<${start}/>` : `${indent}<${start}>${escapeText(text)}</${name}>`);
    return;
  }
  lines.push(`${indent}<${start}>${escapeText(text)}`);
  for (const child of children) writeElement(child, `${indent}  `, lines);
  lines.push(`${indent}</${name}>`);
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** White space would be read back as blanks: it is written as references. */
const escapeAttribute = (value: string): string => value.replace(/[&<>"\t\n\r]/g, (character) => escapes[character]!);
/** As the text of an element. */
export const escapeText = (text: string): string => text.replace(/[&<>\r]/g, (character) => escapes[character]!);
