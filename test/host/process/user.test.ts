/** A daemon that becomes another user, and what that user may have prepared for the next start; as root, in a directory of its own. */
import { execFileSync, spawnSync } from 'node:child_process';
import { linkSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { giveTo, userNamed } from '../../../src/process/user.ts';
import { readJournal } from '../../../src/status/incidents.ts';

function folder(t: ExecutionContext): string {
  const made = mkdtempSync(path.join(tmpdir(), 'vnfha-user-'));
  t.teardown(() => rmSync(made, { recursive: true }));
  return made;
}
const nobody = { name: 'nobody', uid: 65534, gid: 65534 };

test('by name; nobody of that name', async (t) => {
  t.deepEqual(await userNamed('nobody'), nobody);
  await t.throwsAsync(userNamed('no-such-user'), { message: /no such user/ });
  await t.throwsAsync(userNamed('--help'), { message: /no such user/ });
});

test('the directory and the file are given, and made where need be', async (t) => {
  const file = path.join(folder(t), 'deep', 'journal');
  await giveTo(nobody, file);
  t.is(statSync(path.dirname(file)).uid, nobody.uid);
  writeFileSync(file, '');
  await giveTo(nobody, file);
  t.is(statSync(file).uid, nobody.uid);
});

test('a link to a file of root’s, put in the place of the journal, is followed by nobody', async (t) => {
  const directory = folder(t);
  const secret = path.join(directory, 'secret');
  writeFileSync(secret, 's3cret', { mode: 0o600 });
  for (const [name, make] of [
    ['symbolic', symlinkSync],
    ['hard', linkSync],
  ] as const) {
    const file = path.join(directory, name);
    make(secret, file);
    await giveTo(nobody, file);
    t.is(statSync(secret).uid, 0, name);
  }
});

test('what it becomes it is for good, without root’s groups and capabilities', (t) => {
  const code = `
    import { become, userNamed } from './src/process/user.ts';
    import { readFileSync } from 'node:fs';
    become(await userNamed('nobody'));
    try { process.setuid(0); console.log('root again'); } catch {}
    console.log(readFileSync('/proc/self/status', 'utf8'));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--import=tsx', '--input-type=module', '-e', code], { encoding: 'utf8' }); // prettier-ignore
  t.regex(stdout, /^Uid:(\t65534){4}$/m, stderr);
  t.regex(stdout, /^Gid:(\t65534){4}$/m);
  t.regex(stdout, /^Groups:\t65534 *$/m);
  t.regex(stdout, /^CapEff:\t0+$/m);
  t.false(stdout.includes('root again'));
});

test('a pipe in the place of the journal holds up no reader', async (t) => {
  const file = path.join(folder(t), 'journal');
  execFileSync('mkfifo', [file]);
  await t.throwsAsync(readJournal(file), { message: /is no journal/ });
});
