import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { generateCib, wholeCib } from '../../../src/cib/generate.ts';
import { renderCorosyncConfig, renderHaproxyConfig } from '../../../src/cib/render.ts';
import { loadTemplates, type TemplateName } from '../../../src/cib/templates.ts';
import { serializeXml } from '../../../src/process/xml.ts';
import { description, vnfOf } from './sample.ts';

/** Generates with one template replaced; what it throws, as 'message | kind'. */
async function withTemplate(name: TemplateName, text: string): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'vnfha-test-'));
  try {
    await writeFile(path.join(directory, name), text);
    const templates = await loadTemplates(directory);
    const vnf = vnfOf(description);
    const made = name.endsWith('.xml')
      ? serializeXml(generateCib(vnf, templates))
      : renderHaproxyConfig(vnf, new Set(), templates);
    return made;
  } catch (error) {
    const { message, kind } = error as { message: string; kind: string };
    return `${message.replaceAll(`${directory}/`, '')} | ${kind}`;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

test('the same description gives the same bytes', async (t) => {
  const make = async () => {
    const [vnf, templates] = [vnfOf(description), await loadTemplates()];
    return [
      serializeXml(wholeCib(generateCib(vnf, templates))),
      renderHaproxyConfig(vnf, new Set(), templates),
      renderCorosyncConfig(vnf, templates),
    ];
  };
  t.deepEqual(await make(), await make());
});

test('values are escaped in XML, and are what the description says', async (t) => {
  const text = await withTemplate('cluster.xml', '<configuration/>');
  const run = String.raw`value="[&quot;db&quot;,&quot;--motto&quot;,&quot;it's &lt;&amp;&gt; \&quot;x\&quot;&quot;]"`;
  t.true(text.includes(run));
  t.true(text.includes('name="promote" value="db-ctl up"'));
});

test('a command has only ASCII in the CIB, and means the same', async (t) => {
  const words = ['db', 'größe', 'x"ü<', 'two\nlines', '\u{1f600}', '\u007f'];
  const vnf = vnfOf(description.replace(/run: \[db.*\]/, `run: ${JSON.stringify(words)}`));
  const text = serializeXml(generateCib(vnf, await loadTemplates()));
  t.notRegex(text, /[^ -~\n]/);
  const [, value = ''] = /name="run" value="(\[.*?\])"/.exec(text) ?? [];
  t.deepEqual(JSON.parse(value.replaceAll('&quot;', '"').replaceAll('&lt;', '<')), words);
});

test("a template of the operator's goes first", async (t) => {
  const text = await withTemplate(
    'cluster.xml',
    '<configuration><alerts><alert id="{{alert}}" path="/bin/ours"/></alerts></configuration>',
  );
  t.true(text.includes('path="/bin/ours"'));
  t.true(text.includes('v-web-member-clone'));
});

for (const [what, name, text, says] of [
  [
    'an unknown name',
    'fencing.xml',
    '<configuration>\n  {{devcies}}\n</configuration>',
    "fencing.xml:2:5: the name 'devcies' is not known here | input",
  ],
  [
    'an unknown name inside a block',
    'fencing.xml',
    '<configuration>\n{{#each devices}}\n{{idd}}{{/each}}</configuration>',
    "fencing.xml:3:3: the name 'idd' is not known here | input",
  ],
  [
    'an unknown name in a condition',
    'haproxy.cfg',
    '\n\n{{#if nosuch}}x{{/if}}',
    "haproxy.cfg:3: the name 'nosuch' is not known here | input",
  ],
  [
    'an unknown helper',
    'haproxy.cfg',
    '\n{{upper vnf}}',
    "haproxy.cfg:2:3: the name 'upper' is not known here | input",
  ],
  ['an open block', 'haproxy.cfg', 'a\n{{#if vnf}}\nb\n', /^haproxy\.cfg:\d+: not a Handlebars template: .*\| input$/s],
  [
    'a block closed by another',
    'haproxy.cfg',
    'a\n{{#if vnf}}\nb{{/each}}\n',
    /^haproxy\.cfg:2: .*if doesn't match each.* \| input$/,
  ],
  [
    'no well-formed XML',
    'cluster.xml',
    '<configuration>\n<alerts></configuration>',
    'cluster.xml, filled in:2: not well-formed XML: Unexpected close tag | input',
  ],
  [
    'another outermost element',
    'cluster.xml',
    '<cib/>',
    'cluster.xml: <configuration> must be the outermost element | input',
  ],
  [
    'another section',
    'cluster.xml',
    '<configuration><nodes/></configuration>',
    "cluster.xml: <nodes> can't be in a template | input",
  ],
  [
    'an element without id',
    'cluster.xml',
    '<configuration><alerts><alert/></alerts></configuration>',
    'cluster.xml: <alert> in <alerts> has no id | input',
  ],
  [
    'properties elsewhere',
    'cluster.xml',
    '<configuration><crm_config><cluster_property_set id="x"/></crm_config></configuration>',
    'cluster.xml: cluster properties must be in <cluster_property_set id="cib-bootstrap-options"> | input',
  ],
  [
    'an id twice',
    'cluster.xml',
    '<configuration><alerts><alert id="v-web" path="x"/></alerts></configuration>',
    /^the id 'v-web' would be in the CIB twice, by cluster\.xml and by .*b1-active-active\.xml \| input$/,
  ],
] as const) {
  test(`a template with ${what} is refused, with file and line`, async (t) => {
    const said = await withTemplate(name, text);
    if (typeof says === 'string') t.is(said, says);
    else t.regex(said, says);
  });
}

test('a directory of templates that is not there is refused', async (t) => {
  t.like(await t.throwsAsync(loadTemplates('/nonexistent/templates')), { kind: 'missing' });
});

test('haproxy.cfg: an excluded server is disabled, and only that', async (t) => {
  const [vnf, templates] = [vnfOf(description), await loadTemplates()];
  const servers = (excluded: string[]) =>
    renderHaproxyConfig(vnf, new Set(excluded), templates)
      .split('\n')
      .filter((line) => /^ +server /.test(line))
      .map((line) => line.trim());
  t.deepEqual(servers([]), ['server a 192.0.2.1:8080 check', 'server b 192.0.2.2:8080 check']);
  t.deepEqual(servers(['v-web/b', 'other/a']), [
    'server a 192.0.2.1:8080 check',
    'server b 192.0.2.2:8080 check disabled',
  ]);
});

test('corosync.conf: two nodes wait for each other once, three have a majority', async (t) => {
  const templates = await loadTemplates();
  const two = description.replace(/, \{ name: c[^}]*\}/, '');
  t.regex(renderCorosyncConfig(vnfOf(two), templates), /two_node: 1\n\s+wait_for_all: 1/);
  t.notRegex(renderCorosyncConfig(vnfOf(description), templates), /two_node/);
});
