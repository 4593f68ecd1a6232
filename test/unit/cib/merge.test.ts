import test from 'ava';
import { changesBetween, formatChange } from '../../../src/cib/changes.ts';
import { remainsOf } from '../../../src/cib/remove.ts';
import { mergeCib } from '../../../src/cib/merge.ts';
import { parseXml, serializeXml } from '../../../src/process/xml.ts';
import { description, foreignCib, ours } from './sample.ts';

const applied = async (text = description, live = foreignCib()) => mergeCib(live, await ours(text), vnfName(text));
const vnfName = (text: string) => /vnf: \{ name: (\w+)/.exec(text)![1]!;
const edit = (cib: ReturnType<typeof foreignCib>, change: (text: string) => string) => {
  const text = serializeXml(cib);
  const edited = change(text);
  if (edited === text) throw new Error('the edit found nothing');
  return parseXml(edited, 'test');
};
const lines = (before: ReturnType<typeof foreignCib>, after: ReturnType<typeof foreignCib>) =>
  changesBetween(before, after).map(formatChange);

test('what is foreign stays byte for byte, in its order', async (t) => {
  const merged = serializeXml(await applied());
  const foreignText = serializeXml(foreignCib());
  // Line by line: every foreign line is still there, in the same order; the one property that we need has our value.
  const should = foreignText
    .replace('name="stonith-enabled" value="false"', 'name="stonith-enabled" value="true"')
    .split('\n');
  let at = -1;
  const rest = merged.split('\n');
  for (const line of should) {
    at = rest.indexOf(line, at + 1);
    t.true(at >= 0, line);
  }
});

test('applied to what was applied, nothing changes', async (t) => {
  const once = await applied();
  t.is(serializeXml(await applied(description, once)), serializeXml(once));
  t.deepEqual(lines(once, await applied(description, once)), []);
});

test('a VNF is taken out: its fence devices stay, and the properties that it needed; nothing else does', async (t) => {
  const full = await applied();
  const taken = mergeCib(full, remainsOf(full, 'v'), 'v');
  const fence = (line: string) => /v-fence-/.test(line);
  const apartFromFencing = lines(foreignCib(), taken).filter((line) => !fence(line));
  t.deepEqual(
    apartFromFencing,
    lines(foreignCib(), full).filter(
      (line) => !fence(line) && / nvpair | configuration\/(alerts|tags)$| tag /.test(line),
    ),
  );
  t.deepEqual(lines(foreignCib(), taken).filter(fence), lines(foreignCib(), full).filter(fence));
  t.notRegex(serializeXml(taken), /"v-(web|reg|lb|alert)/);
  t.deepEqual(lines(taken, mergeCib(taken, remainsOf(taken, 'v'), 'v')), []);
  t.deepEqual(lines(taken, await applied(description, taken)).filter(fence), []);
});

test('ours keeps its place among others', async (t) => {
  const moved = edit(await applied(), (text) =>
    text.replace(
      '    </resources>',
      '      <primitive id="later" class="ocf" provider="heartbeat" type="Dummy"/>\n    </resources>',
    ),
  );
  t.deepEqual(lines(moved, await applied(description, moved)), []);
  const changed = await applied(
    description.replace('port: 8080', 'port: 8080, mode: tcp').replace('run: web', 'run: web2'),
    moved,
  );
  t.deepEqual(lines(moved, changed), ['~ nvpair v-web-instance_attributes-run value: web -> web2']);
});

test("an operator's edit of ours is shown and put back", async (t) => {
  const edited = edit(await applied(), (text) =>
    text.replace('name="monitor" interval="10s"', 'name="monitor" interval="7s"'),
  );
  t.deepEqual(lines(edited, await applied(description, edited)), ['~ op v-web-monitor interval: 7s -> 10s']);
});

test('what is removed from ours comes back, what is added to it goes', async (t) => {
  const edited = edit(await applied(), (text) =>
    text
      .replace(/ *<nvpair id="v-web-clone-meta_attributes-interleave".*\n/, '')
      .replace('<nvpair id="v-db-vip-instance_attributes-ip"', '<nvpair id="x" name="mac" value="1"/>$&'),
  );
  t.deepEqual(lines(edited, await applied(description, edited)).sort(), [
    '+ nvpair v-web-clone-meta_attributes-interleave',
    '- nvpair x',
  ]);
});

test('disabled, unmanaged, in maintenance: the operator has said so, and it stays', async (t) => {
  const edited = edit(await applied(), (text) =>
    text
      .replace(
        '<nvpair id="v-web-clone-meta_attributes-interleave"',
        '<nvpair id="tr" name="target-role" value="Stopped"/>$&',
      )
      .replace(
        /(<primitive id="v-lb"[^]*?)(<\/primitive>)/,
        '$1<meta_attributes id="v-lb-meta_attributes"><nvpair id="m" name="maintenance" value="true"/><nvpair id="o" name="other" value="1"/></meta_attributes>$2',
      ),
  );
  const merged = await applied(description, edited);
  t.deepEqual(lines(edited, merged), ['- nvpair o']);
  t.deepEqual(lines(merged, await applied(description, merged)), []);
});

test('bans and moves of ours stay, and go with what they are about', async (t) => {
  const banned = edit(await applied(), (text) =>
    text.replace(
      '<constraints>',
      '<constraints><rsc_location id="cli-ban-v-web-clone-on-a" rsc="v-web-clone" node="a" score="-INFINITY"/>',
    ),
  );
  t.deepEqual(lines(banned, await applied(description, banned)), []);
  const without = description.replace(/ {2}- name: web[^]*?(?=loadBalancer)/, '').replace(/loadBalancer.*\n/, '');
  const gone = serializeXml(await applied(without, banned));
  t.false(gone.includes('v-web'));
  t.false(gone.includes('cli-ban'));
});

test('a constraint that somebody wrote about what goes is refused', async (t) => {
  const written = edit(await applied(), (text) =>
    text.replace(
      '<constraints>',
      '<constraints><rsc_order id="their-order"><resource_set id="s"><resource_ref id="v-web-clone"/></resource_set></rsc_order>',
    ),
  );
  t.deepEqual(lines(written, await applied(description, written)), []);
  const without = description.replace(/ {2}- name: web[^]*?(?=loadBalancer)/, '').replace(/loadBalancer.*\n/, '');
  const error = await t.throwsAsync(applied(without, written));
  t.like(error, {
    kind: 'input',
    message: "the constraint 'their-order' refers to 'v-web-clone', which the description no longer has",
  });
});

test('a fencing level of a fence device that goes is refused', async (t) => {
  const levelled = edit(await applied(), (text) =>
    text.replace(
      '<constraints>',
      '<fencing-topology><fencing-level id="l" index="1" target="a" devices="other,v-fence-f"/></fencing-topology><constraints>',
    ),
  );
  t.deepEqual(lines(levelled, await applied(description, levelled)), []);
  const renamed = description.replace('name: f, agent', 'name: g, agent');
  t.like(await t.throwsAsync(applied(renamed, levelled)), {
    kind: 'input',
    message: "the fencing level 'l' refers to 'v-fence-f', which the description no longer has",
  });
});

test("a comment in the owner tag makes nobody's things ours", async (t) => {
  const commented = edit(await applied(), (text) => text.replace('<obj_ref', '<!-- x --><obj_ref'));
  const after = serializeXml(await applied(description, commented));
  t.true(after.includes("<!-- theirs: <don't touch> -->"));
  t.true(after.includes('<!-- inside -->'));
});

for (const [where, change, message] of [
  [
    'a resource',
    (text: string) => text.replaceAll('their-ip', 'v-db-clone'),
    "the id 'v-db-clone' is in the CIB already, and isn't this VNF's",
  ],
  [
    'something inside a resource',
    (text: string) => text.replace('id="their-ip-ia"', 'id="v-db-start-interval-0s"'),
    "the id 'v-db-start-interval-0s' is in the CIB already, in <primitive> 'their-ip', and isn't this VNF's",
  ],
  [
    'a property set',
    (text: string) => text.replace('id="theirs"', 'id="v-alert"'),
    "the id 'v-alert' is in the CIB already, in <cluster_property_set> 'cib-bootstrap-options', and isn't this VNF's",
  ],
] as const) {
  test(`a foreign id that we need is refused: ${where}`, async (t) => {
    t.like(await t.throwsAsync(applied(description, foreignCib(change))), { kind: 'input', message });
  });
}

test('two VNFs in one CIB leave each other alone', async (t) => {
  const other = description
    .replace('name: v ', 'name: w ')
    .replaceAll('192.0.2.50', '192.0.2.51')
    .replaceAll('192.0.2.60', '192.0.2.61');
  const one = await applied();
  const both = await applied(other, one);
  t.deepEqual(lines(both, await applied(description, both)), []);
  t.deepEqual(lines(both, await applied(other, both)), []);
  t.true(
    lines(one, both).every((line) => /^\+ \w+ (w-|vnfha-w)/.test(line)),
    lines(one, both).join('\n'),
  );
});

test("another VNF's id is named as such", async (t) => {
  const one = await applied(description.replace('name: v ', 'name: v-db ').replace('name: db', 'name: vip'));
  const error = await t.throwsAsync(applied(description, one));
  t.regex(error.message, /the id 'v-db-vip.*' is in the CIB already.*, and is another VNF's \(tag 'vnfha-v-db'\)/);
});

test('an empty CIB gets all that is ours', async (t) => {
  const empty = parseXml(
    '<cib validate-with="pacemaker-3.9"><configuration><crm_config/><nodes/><resources/><constraints/></configuration></cib>',
    'test',
  );
  const merged = await applied(description, empty);
  t.true(serializeXml(merged).includes('name="stonith-enabled" value="true"'));
  t.deepEqual(lines(merged, await applied(description, merged)), []);
});

test('a property that was needed is never removed', async (t) => {
  const once = await applied();
  const generated = await ours();
  const needless = { ...generated, children: generated.children.filter(({ name }) => name !== 'crm_config') };
  const later = mergeCib(once, needless, 'v');
  t.true(serializeXml(later).includes('name="stonith-enabled" value="true"'));
});

test('something else than a CIB is refused', async (t) => {
  t.like(await t.throwsAsync(applied(description, parseXml('<html/>', 'test'))), { kind: 'input' });
});
