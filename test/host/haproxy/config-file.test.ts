/** HAProxy's file: checked by HAProxy, replaced whole. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { checkConfig, readConfig, replaceConfig } from '../../../src/haproxy/config-file.ts';
import { Failure } from '../../../src/process/failure.ts';
import { haproxyRig } from './rig.ts';

test('HAProxy’s verdict, with its words and the file’s own name', async (t) => {
  const rig = await haproxyRig(t);
  await t.notThrowsAsync(checkConfig(rig.config, rig.render(new Set(['tel-web/n1']))));
  const bad = rig.render(new Set()).replace('  mode http', '  mode htp');
  const error = await t.throwsAsync(checkConfig(rig.config, bad), { instanceOf: Failure });
  t.is(error.kind, 'haproxy');
  t.regex(error.message, /haproxy\.cfg:4.*mode/s);
  t.deepEqual(readdirSync(rig.folder), ['haproxy.cfg'], 'no candidate is left behind');
});

test('no HAProxy on the node: a sentence that says so', async (t) => {
  const rig = await haproxyRig(t);
  const error = await t.throwsAsync(checkConfig(rig.config, '', 'no-such-haproxy'), { instanceOf: Failure });
  t.is(error.kind, 'missing');
});

test('a replaced file is the new one, whole, with nothing beside it', async (t) => {
  const rig = await haproxyRig(t);
  const reading = (async () => {
    const seen = new Set<number>();
    for (let n = 0; n < 300; n++) seen.add((await readConfig(rig.config))!.length);
    return seen;
  })();
  const [short, long] = ['a'.repeat(1000), 'b'.repeat(100_000)];
  await replaceConfig(rig.config, short);
  for (let n = 0; n < 10; n++) await replaceConfig(rig.config, n % 2 === 0 ? long : short);
  const first = rig.render(new Set()).length;
  for (const length of await reading) t.true([first, 1000, 100_000].includes(length), `half a file: ${length}`);
  t.is(readFileSync(rig.config, 'utf8'), short);
  t.deepEqual(readdirSync(rig.folder), ['haproxy.cfg']);
});

test('a file that cannot be written is left as it was', async (t) => {
  const rig = await haproxyRig(t);
  const path = join(rig.folder, 'none', 'haproxy.cfg');
  await t.throwsAsync(replaceConfig(path, 'x'), { instanceOf: Failure, message: /cannot be written/ });
  t.is(await readConfig(path), undefined);
  const taken = join(rig.folder, 'taken');
  mkdirSync(taken);
  writeFileSync(join(taken, 'inside'), '');
  await t.throwsAsync(replaceConfig(taken, 'x'), { instanceOf: Failure });
  t.deepEqual(readdirSync(rig.folder).sort(), ['haproxy.cfg', 'taken']);
});
