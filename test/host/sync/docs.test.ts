/** What docs/sync.md shows, done as it is written. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { run } from '../../../src/process/run.ts';
import { until } from '../../lab/wait.ts';
import { scene } from './rig.ts';

const docs = readFileSync('docs/sync.md', 'utf8');
const block = (start: string): string =>
  [...docs.matchAll(/```(?:sh|js)\n(.*?)```/gs)].map(([, text]) => text!).find((text) => text.startsWith(start))!;

test('the requests by curl', async (t) => {
  const { all } = await scene(t, 'direct');
  const one = all[0]!;
  await one.role('active', 1);
  await until('the standbys are there', () => one.client.put('first', '1', 'quorum').catch(() => undefined));
  const script = block('S=')
    .replace('S=/run/vnfha/sync/registrar.sock', `S=${one.socket}`)
    .replace('/run/vnfha/sync/registrar.control', one.socket.replace(/sock$/, 'control'))
    .replaceAll('curl ', 'curl -sS --max-time 2 --write-out "\\n%{http_code}\\n" ');
  t.is(script.split('curl ').length - 1, 9);
  const { stdout } = await run('bash', ['-c', script], { timeout: 20_000, accept: [0, 28] });
  const codes = stdout.split('\n').filter((line) => /^\d{3}$/.test(line));
  t.deepEqual(codes, Array<string>(9).fill('200'), stdout);
  t.regex(stdout, /^sip:alice@10.0.0.7$/m);
  t.regex(stdout, /"key":"binding\/bob"/);
  t.is((await one.client.status()).epoch, 7);
  t.is((await one.client.get('binding/bob'))?.toString(), 'sip:bob@10.0.0.8');
  t.is(await one.client.get('binding/alice'), undefined);
});

test('the program for Node', async (t) => {
  const { all, folder } = await scene(t, 'direct');
  const one = all[0]!;
  await one.role('active', 1);
  await until('the standbys are there', () => one.client.put('first', '1', 'quorum').catch(() => undefined));
  const script = block('import { createSyncClient')
    .replace(
      '/usr/lib/vnfha/sync-client.mjs',
      join(import.meta.dirname, '../../../dist/root/usr/lib/vnfha/sync-client.mjs'),
    )
    .replace('/run/vnfha/sync/registrar.sock', one.socket);
  const { stdout } = await run('node', ['--input-type=module', '-e', script], { timeout: 20_000 });
  t.regex(stdout, /^sip:alice@10.0.0.7 \d+\.\d+$/m);
  // and by its types, which are beside the client
  const typed = join(folder, 'program.mts');
  writeFileSync(typed, `${script}export const text: string = binding ?? '';\n`);
  const modules = join(import.meta.dirname, '../../../node_modules');
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', 'node', '--typeRoots', join(modules, '@types')]; // prettier-ignore
  const checked = await run(join(modules, '.bin/tsc'), [...options, typed], { timeout: 60_000, accept: [0, 2] });
  t.deepEqual(checked.stdout.match(/error TS\d+/g), ['error TS2322'], `the one that is made here: ${checked.stdout}`);
});
