import { readFileSync, writeFileSync } from 'node:fs';
import test from 'ava';
import { parseMaster, reloadHaproxy } from '../../../src/haproxy/master.ts';
import { haproxyRig } from './rig.ts';

test('a reload takes up the file, and no request is lost meanwhile', async (t) => {
  const rig = await haproxyRig(t);
  await rig.start(true);
  let over = false;
  t.teardown(() => (over = true));
  const seen = new Set<string>();
  const traffic = (async () => {
    while (!over) for (const answer of await rig.ask()) seen.add(answer);
  })();
  const slow = rig.askSlow(); // under way at the first reload
  for (const excluded of ['n1', 'n2', 'n3', 'n1']) {
    writeFileSync(rig.config, rig.render(new Set([`tel-web/${excluded}`])));
    await reloadHaproxy(rig.master, 20_000);
  }
  over = true;
  await traffic; // beside it, one of two who take turns might always meet the same server
  t.deepEqual(await rig.ask(), ['n2', 'n3']);
  t.deepEqual([...seen].sort(), ['n1', 'n2', 'n3'], 'each was answered by a server');
  t.regex(await slow, /^n\d$/);
});

test('a configuration that is refused is said, and the old one goes on', async (t) => {
  const rig = await haproxyRig(t);
  await rig.start(true);
  writeFileSync(rig.config, `${readFileSync(rig.config, 'utf8')}nonsense\n`);
  for (let n = 0; n < 2; n++)
    await t.throwsAsync(reloadHaproxy(rig.master, 20_000), { message: /goes on with the old/ });
  t.deepEqual(await rig.ask(), ['n1', 'n2', 'n3']);
  writeFileSync(rig.config, rig.render(new Set(['tel-web/n1'])));
  await reloadHaproxy(rig.master, 20_000);
  t.deepEqual(await rig.ask(), ['n2', 'n3']);
});

test('without a master that is said', async (t) => {
  const rig = await haproxyRig(t);
  await t.throwsAsync(reloadHaproxy(rig.master, 1000), { message: /HAProxy is not running/ });
});

test('what the master says of itself', (t) => {
  const head = '#<PID>          <type>          <reloads>       <uptime>        <version>      \n';
  const reply = `${head}31027           master          4 [failed: 1]   0d00h00m08s     2.6.12-1+deb12u3\n# workers\n1 worker 0 0d 2.6\n`;
  t.deepEqual(parseMaster(reply), { pid: 31027, reloads: 4, failed: 1 });
  t.throws(() => parseMaster(head), { message: /does not say what runs/ });
});
