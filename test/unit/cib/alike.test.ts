/** The same in other words, and what is not the same. */
import test from 'ava';
import { inTheWordsOf } from '../../../src/cib/alike.ts';
import { parseXml } from '../../../src/process/xml.ts';

const xml = (text: string) => parseXml(text, 'test');

const ours = xml(`
<primitive id="a" class="ocf" provider="vnfha" type="vnfc">
  <instance_attributes id="a-ia"><nvpair id="a-ia-x" name="x" value="1"/><nvpair id="a-ia-b" name="b" value="2"/></instance_attributes>
  <operations>
    <op id="a-start" name="start" interval="0s" timeout="20s"/>
    <op id="a-monitor" name="monitor" interval="2s" timeout="5s"/>
  </operations>
</primitive>`);

/** As pcs would write it. */
const theirs = (timeout = '5s', more = '') =>
  xml(`
<primitive id="a" class="ocf" type="vnfc" provider="vnfha">
  <operations>
    <op name="monitor" interval="2s" timeout="${timeout}" id="a-monitor-interval-2s"/>
    <op name="start" interval="0s" timeout="20s" id="a-start-interval-0s"/>${more}
  </operations>
  <instance_attributes id="a-instance_attributes">
    <nvpair id="a-instance_attributes-b" name="b" value="2"/><nvpair id="a-instance_attributes-x" name="x" value="1"/>
  </instance_attributes>
</primitive>`);

test('other ids inside and another order say the same', (t) => {
  t.deepEqual(inTheWordsOf(theirs(), ours), { ...theirs(), text: ours.text });
});

test('a value is ours to say; the id stays theirs', (t) => {
  const [operations] = inTheWordsOf(theirs('9s'), ours).children;
  t.deepEqual(operations!.children[0]!.attributes, { name: 'monitor', interval: '2s', timeout: '5s', id: 'a-monitor-interval-2s' }); // prettier-ignore
});

test('what they have more goes, and what they have less comes', (t) => {
  const more = inTheWordsOf(theirs('5s', '<op id="extra" name="notify" interval="0s"/>'), ours);
  t.deepEqual(more.children[0]!.children.length, 2);
  const less = inTheWordsOf(xml('<primitive id="a" class="ocf" provider="vnfha" type="vnfc"/>'), ours);
  t.deepEqual(less, ours);
});

test('an id that means something else there is not taken twice', (t) => {
  // their monitor has the id of our start, and they have no start
  const clash = xml(
    '<primitive id="a"><operations><op id="a-start" name="monitor" interval="2s"/></operations></primitive>',
  );
  t.is(inTheWordsOf(clash, ours), ours);
});

test('defaults may be written out, others may not be added', (t) => {
  const colocation = xml('<rsc_colocation id="c" rsc="a" with-rsc="b" score="INFINITY"/>');
  const written = xml('<rsc_colocation rsc="a" with-rsc="b" score="INFINITY" rsc-role="Started" id="c"/>');
  t.deepEqual(inTheWordsOf(written, colocation), written);
  const promoted = xml('<rsc_colocation id="c" rsc="a" with-rsc="b" score="INFINITY" rsc-role="Promoted"/>');
  t.deepEqual(inTheWordsOf(promoted, colocation), colocation);
  const rule = (attributes: string) => xml(`<rsc_location id="l" rsc="a"><rule ${attributes}/></rsc_location>`);
  const bare = rule('id="r" score="5"');
  t.deepEqual(inTheWordsOf(bare, rule('id="r" boolean-op="and" score="5"')), bare);
  t.notDeepEqual(inTheWordsOf(bare, rule('id="r" boolean-op="or" score="5"')), bare);
});
