import test from 'ava';
import { type Element, parseXml, serializeXml } from '../../../src/process/xml.ts';
import { foreign } from '../cib/sample.ts';

test('a CIB comes back byte for byte: order of siblings and attributes, escapes', (t) => {
  t.is(serializeXml(parseXml(foreign, 'test')), foreign);
});

test('siblings of different names stay mixed', (t) => {
  const text = '<a>\n  <b id="1"/>\n  <c id="2"/>\n  <b id="3"/>\n  <a id="4"/>\n  <c id="5"/>\n</a>\n';
  t.is(serializeXml(parseXml(text, 'test')), text);
});

test('the declaration and what is around the outermost element are dropped; text is kept', (t) => {
  const parsed = parseXml(
    '<?xml version="1.0"?>\n<!-- x --><a><b>1 &lt; 2</b><c><![CDATA[<&>]]></c></a><!-- z -->',
    'test',
  );
  t.is(serializeXml(parsed), '<a>\n  <b>1 &lt; 2</b>\n  <c>&lt;&amp;&gt;</c>\n</a>\n');
});

test('comments stay where they are, as they are', (t) => {
  const text =
    '<a>\n  <!-- <b c="d"> & ü\n\n\t] -->\n  <b/>\n  <!---->\n  <!-- -->\n  <c>\n    <!--<?x?>-->\n  </c>\n</a>\n';
  t.is(serializeXml(parseXml(text, 'test')), text);
  t.is(serializeXml(parseXml('<a><![CDATA[<!-- no -->]]></a>', 'test')), '<a>&lt;!-- no --&gt;</a>\n');
  t.like(
    t.throws(() => parseXml('<a>\n<!-- x\n\n-->\n<b></a>', 'test')),
    { message: 'test:5: not well-formed XML: Unexpected close tag' },
  );
});

test('white space and quotes in attributes survive', (t) => {
  const tree: Element = { name: 'a', attributes: { v: 'tab\t lf\n cr\r "q" \'s\' <&> ü €' }, children: [], text: '' };
  t.deepEqual(parseXml(serializeXml(tree), 'test'), tree);
});

test('any tree comes back as it was written', (t) => {
  const next = chance(20261123);
  for (let round = 0; round < 300; round++) {
    const tree = randomTree(next, 4);
    t.deepEqual(parseXml(serializeXml(tree), 'test'), tree);
  }
});

for (const [what, text, message] of [
  ['nothing', '', 'test: not well-formed XML: there must be exactly one outermost element'],
  ['no XML', 'Connection refused', 'test: not well-formed XML: there must be exactly one outermost element'],
  ['two roots', '<a/><b/>', 'test: not well-formed XML: there must be exactly one outermost element'],
  ['something after the end', '<a/>rest', 'test: not well-formed XML: there must be exactly one outermost element'],
  ['cut off', '<a>\n<b>\n', 'test:3: not well-formed XML: Unexpected close tag'],
  ['wrong nesting', '<?xml version="1.0"?>\n<a>\n<b></a></b>', 'test:3: not well-formed XML: Unexpected close tag'],
  ['an unquoted value', '<a>\n\n<b c=1/></a>', 'test:3: not well-formed XML: Unquoted attribute value'],
  ['an unknown entity', '<a>\n&boom;</a>', 'test:2: not well-formed XML: Invalid character entity'],
  [
    'a document type',
    '<!DOCTYPE a [<!ENTITY b "c">]>\n<a/>',
    'test:1: not well-formed XML: Inappropriately located doctype declaration',
  ],
] as const) {
  test(`${what} is refused, with the line`, (t) => {
    t.like(
      t.throws(() => parseXml(text, 'test')),
      { kind: 'input', message },
    );
  });
}

/** A repeatable sequence of numbers below 1 (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function randomTree(next: () => number, depth: number): Element {
  const pick = (from: readonly string[]): string => from[Math.floor(next() * from.length)]!;
  const word = () =>
    Array.from({ length: Math.floor(next() * 6) }, () =>
      pick(['a', 'Z', '<', '>', '&', '"', "'", ' ', '\n', '\t', 'é', '😀']),
    ).join('');
  const attributes = Object.fromEntries(
    Array.from({ length: Math.floor(next() * 4) }, () => [pick(['id', 'name', 'x-y', 'value', '_']), word()]),
  );
  const children = depth === 0 ? [] : Array.from({ length: Math.floor(next() * 4) }, () => randomTree(next, depth - 1));
  return { name: pick(['op', 'nvpair', 'primitive', 'cib', 'a.b']), attributes, children, text: '' };
}
