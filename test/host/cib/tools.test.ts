/** What is generated, read by the tools that operators use. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { renderHaproxyConfig } from '../../../src/cib/render.ts';
import { loadTemplates } from '../../../src/cib/templates.ts';
import { changesBetween, formatChange } from '../../../src/cib/changes.ts';
import { mergeCib } from '../../../src/cib/merge.ts';
import { nextEpoch } from '../../../src/cib/version.ts';
import { diffCibs } from '../../../src/pacemaker/live-cib.ts';
import { crmExit } from '../../../src/pacemaker/tool.ts';
import { verifyCib } from '../../../src/pacemaker/verify.ts';
import { loadVnf } from '../../../src/model/load.ts';
import { serverPlaces } from '../../../src/model/names.ts';
import { run } from '../../../src/process/run.ts';
import { parseXml, serializeXml } from '../../../src/process/xml.ts';
import { generated, example } from './simulated.ts';

async function inFile<T>(text: string, use: (file: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(path.join(tmpdir(), 'vnfha-test-'));
  try {
    const file = path.join(directory, 'file');
    await writeFile(file, text);
    return await use(file);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

for (const name of ['sipcore', 'two-node', 'five-nodes']) {
  test(`${name}: pcs and crm read the CIB`, async (t) => {
    const { vnf, cib } = await generated(name);
    await inFile(serializeXml(cib), async (file) => {
      const pcs = async (...args: string[]) => (await run('pcs', ['-f', file, ...args], { timeout: 120_000 })).stdout;
      const resources = await pcs('resource', 'config');
      for (const vnfc of vnf.vnfcs) t.true(resources.includes(`Clone: ${vnf.name}-${vnfc.name}-clone`), resources);
      t.true((await pcs('tag', 'config')).startsWith(`vnfha-${vnf.name}\n`));
      t.true((await pcs('constraint', 'config', '--full')).includes('-vip-'));
      t.true((await pcs('alert', 'config')).includes(`${vnf.name}-alert`));
      // a home of its own: at its first run crm makes its directories, and two at once stumble over each other
      const env = { CIB_file: file, HOME: path.dirname(file) };
      const crm = (await run('crm', ['configure', 'show'], { env, timeout: 120_000 })).stdout;
      t.regex(crm, new RegExp(`^clone ${vnf.name}-\\S+-clone `, 'm'));
      t.regex(crm, new RegExp(`^tag vnfha-${vnf.name} `, 'm'));
    });
  });
}

test('what pcs changes in ours is put back, and what pcs adds beside it is kept', async (t) => {
  const { vnf, cib } = await generated('sipcore');
  const ours = cib.children.find(({ name }) => name === 'configuration')!;
  const edited = await inFile(serializeXml(cib), async (file) => {
    const pcs = (...args: string[]) => run('pcs', ['-f', file, ...args], { timeout: 120_000 });
    // not `pcs resource meta`: that wants the agents installed here
    const meta = ['--resource', 'sipcore-web-clone', '--meta', '--set-parameter', 'interleave'];
    await run('crm_resource', [...meta, '--parameter-value', 'false'], { env: { CIB_file: file } });
    await pcs('resource', 'disable', 'sipcore-lb-vip');
    await pcs('resource', 'unmanage', 'sipcore-lb');
    await pcs('--force', 'resource', 'create', 'theirs', 'ocf:heartbeat:Dummy');
    await pcs('property', 'set', 'pe-input-series-max=33');
    return parseXml(await readFile(file, 'utf8'), 'test');
  });
  const merged = mergeCib(edited, ours, vnf.name);
  t.deepEqual(changesBetween(edited, merged).map(formatChange), [
    '~ nvpair sipcore-web-clone-meta_attributes-interleave value: false -> true',
  ]);
});

test('pcs does not delete what the owner tag lists', async (t) => {
  const { cib } = await generated('sipcore');
  await inFile(serializeXml(cib), async (file) => {
    const { code, stderr } = await run('pcs', ['-f', file, 'resource', 'delete', 'sipcore-web'], {
      accept: [0, 1],
      timeout: 120_000,
    });
    t.is(code, 1);
    t.regex(stderr, /referenced in the tag: 'vnfha-sipcore'/);
  });
});

test('a patch by crm_diff makes of the one CIB the other, and fits that one only', async (t) => {
  const { cib } = await generated('sipcore');
  const before = serializeXml(cib);
  const after = serializeXml(nextEpoch(parseXml(before.replace('interval="5s"', 'interval="9s"'), 'test')));
  const patch = await diffCibs(before, after);
  t.regex(patch, /<diff [^>]*format="2"/);
  await inFile(before, async (file) => {
    await run('cibadmin', ['--patch', '--xml-pipe'], { input: patch, env: { CIB_file: file } });
    const patched = parseXml(await readFile(file, 'utf8'), 'test');
    t.deepEqual(changesBetween(parseXml(after, 'test'), patched), []);
    t.true(Number(patched.attributes['epoch']) > 0);
    const again = await run('cibadmin', ['--patch', '--xml-pipe'], {
      input: patch,
      env: { CIB_file: file },
      accept: [0, crmExit.oldData],
    });
    t.is(again.code, crmExit.oldData);
  });
});

test('crm_verify says what is wrong', async (t) => {
  const { cib } = await generated('sipcore');
  const broken = serializeXml(cib).replace('first-action="promote"', 'first-action="dance"');
  const error = await t.throwsAsync(verifyCib(broken, 'this'), { message: /^this is not a CIB that Pacemaker takes/ });
  t.like(error, { kind: 'input' });
  await t.notThrowsAsync(verifyCib(serializeXml(cib), 'this'));
});

for (const name of ['sipcore', 'five-nodes']) {
  test(`${name}: haproxy -c takes haproxy.cfg, all in rotation or none`, async (t) => {
    const [vnf, templates] = [await loadVnf(example(name)), await loadTemplates()];
    const all = serverPlaces(vnf).map(({ backend, server }) => `${backend}/${server}`);
    t.true(all.length > 2);
    for (const excluded of [[], all]) {
      const text = renderHaproxyConfig(vnf, new Set(excluded), templates);
      t.is(text.match(/ check disabled$/gm)?.length ?? 0, excluded.length);
      const { stdout, stderr } = await inFile(text, (file) => run('haproxy', ['-c', '-f', file]));
      t.regex(stdout + stderr, /Configuration file is valid/);
      t.notRegex(stdout + stderr, /WARNING/);
    }
  });
}
