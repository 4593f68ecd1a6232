/** An incident as a page of its own. */
import { createHash } from 'node:crypto';
import test from 'ava';
import { addEntry, emptyJournal, type JournalEntry } from '../../../src/decide/incident-journal.ts';
import { parseXml, type Element } from '../../../src/process/xml.ts';
import { incidentPage, incidentStyleHash } from '../../../src/status/incident-picture.ts';
import { incidentTimes } from '../../../src/status/incident-times.ts';
import { timelineOf } from '../../../src/status/incidents.ts';

const begun = Date.UTC(2026, 0, 1);
const facts = (reason: string, recovered: boolean, times: object = {}): JournalEntry[] =>
  [
    { kind: 'raised', vnfc: 'web', node: 'n1', reason, severity: 'MAJOR', at: begun, ...times },
    { kind: 'heal-requested', attempt: 1, owner: '1.2', at: begun + 400 },
    { kind: 'heal-accepted', attempt: 1, operation: 'op-1', at: begun + 900 },
    ...(recovered ? [{ kind: 'recovered', outcome: 'healed', at: begun + 65_000 }] : []),
  ].map((fact) => ({ v: 1, vnf: 'v', incident: 'v-web-n1-x', by: 'n2', ...fact }) as JournalEntry);

function page(
  reason: string,
  recovered = true,
  target?: { detectMs: number; recoverMs: number; name: string },
  times: object = {},
): string {
  const journal = facts(reason, recovered, times).reduce((all, fact) => addEntry(all, fact, fact.at), emptyJournal);
  const recorded = journal.get('v-web-n1-x')!;
  const now = begun + 10_000;
  const measured = incidentTimes(recorded.entries, target, now);
  return incidentPage({ incident: recorded.incident!, timeline: timelineOf(recorded), times: measured, now });
}

const all = (root: Element, name: string): Element[] => [
  ...(root.name === name ? [root] : []),
  ...root.children.flatMap((child) => all(child, name)),
];
const svgOf = (html: string): Element => parseXml(/<svg[^]*<\/svg>/.exec(html)![0], 'picture');

test('every fact is in the picture, in its order along the time', (t) => {
  const html = page('failed for good');
  const places = all(svgOf(html), 'circle').map(({ attributes }) => Number(attributes['cx']));
  t.is(places.length, 4);
  t.deepEqual(
    places,
    [...places].sort((a, b) => a - b),
  );
  t.is(places[0], 40);
  t.is(places[3], 920);
  t.regex(html, /Over after 1 min 5 s/);
  t.is(html.match(/<tr>/g)!.length, 5);
});

test('an open one goes on until now; what was measured is held against what was asked for', (t) => {
  t.regex(page('x', false), /Open for 10\.0 s; not measured</);
  const sal1 = { detectMs: 1000, recoverMs: 6000, name: 'SAL1' };
  const times = { failedAt: begun - 3000, noticedAt: begun - 2990, excludedAt: begun - 2980 };
  const html = page('x', true, sal1, times);
  t.regex(html, /within SAL1: noticed in 0\.01 s of 1 s, excluded in 0\.02 s, the service back in 0\.02 s of 6 s/);
  t.regex(html, /<th scope="row">Noticed<\/th><td>0\.01 s<\/td><td>1 s<\/td><td>kept<\/td>/);
  t.regex(html, /<th scope="row">The instance is back<\/th><td>at most 68 s<\/td>/);
  t.is(all(svgOf(html), 'circle').length, 7); // three of them from before it was raised
  t.regex(page('x', true, sal1, { ...times, excludedAt: begun + 4000 }), /over SAL1: .*<td>not kept<\/td>/s);
});

test('its style, and nothing else in it, is what the page’s policy names', (t) => {
  const style = /<style>([^]*)<\/style>/.exec(page('x'))![1]!;
  t.is(incidentStyleHash, `sha256-${createHash('sha256').update(style).digest('base64')}`);
  t.notRegex(
    page('x')
      .replace(style, '')
      .replaceAll(/<\/?style>/g, ''),
    /style/i,
  );
});

test('what an agent said can do nothing in it, and nothing is loaded', (t) => {
  const html = page(`<script>alert("1")</script> & 'x'`);
  t.false(html.includes('<script'));
  t.regex(html, /&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt; &amp; &#39;x&#39;/);
  t.notRegex(html, /\b(src|href|url)\s*[=(]|@import|https?:/);
  t.notThrows(() => svgOf(html));
});
