/** `vnfha notifier` as a process, on a node whose name is in a UTS namespace of its own. */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { exitCodes } from '../../../src/process/failure.ts';
import { kill, until } from '../haproxy/rig.ts';

const root = path.resolve(import.meta.dirname, '../../..');

function setup(t: ExecutionContext) {
  const folder = mkdtempSync(path.join(tmpdir(), 'vnfha-notifier-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const description = path.join(folder, 'vnf.yaml');
  cpSync(path.join(root, 'examples/sipcore.yaml'), description);
  // without a vnfm it idles: no corosync is needed
  const text = readFileSync(description, 'utf8');
  writeFileSync(description, text.slice(0, text.indexOf('\nvnfm:')));

  function start(node: string) {
    const argv = [description, '--journal', path.join(folder, 'incidents.jsonl')];
    const vnfha = [process.execPath, '--import=tsx', path.join(root, 'src/cli/main.ts'), 'notifier', ...argv];
    const child = spawn('unshare', ['--uts', 'sh', '-c', `hostname ${node} && exec "$@"`, 'sh', ...vnfha], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    t.teardown(() => kill(child));
    const running = { child, text: '' };
    child.stderr.setEncoding('utf8').on('data', (data: string) => (running.text += data));
    return running;
  }
  return { description, start };
}

test('the description is the argument; without a vnfm in it the notifier idles, and SIGTERM ends it with 0', async (t) => {
  const { description, start } = setup(t);
  const notifier = start('node1');
  await until(() => notifier.text.includes('"event":"idle"'), 'it idles', 60_000);
  t.true(notifier.text.includes(description));
  notifier.child.kill('SIGTERM');
  await until(() => notifier.child.exitCode !== null, 'it has ended');
  t.is(notifier.child.exitCode, 0);
});

test('SIGHUP: with a description that is refused it goes on, with one that is well it ends, to be started anew', async (t) => {
  const { description, start } = setup(t);
  const good = readFileSync(description, 'utf8');
  const notifier = start('node1');
  await until(() => notifier.text.includes('"event":"idle"'), 'it idles', 60_000);
  writeFileSync(description, good.replace('redundancy: active-active', 'redundancy: none'));
  notifier.child.kill('SIGHUP');
  await until(() => notifier.text.includes('"event":"description-refused"'), 'it is refused', 60_000);
  t.is(notifier.child.exitCode, null);
  writeFileSync(description, good);
  notifier.child.kill('SIGHUP');
  await until(() => notifier.child.exitCode !== null, 'it has ended');
  t.is(notifier.child.exitCode, 0);
});

test('a node that the description does not have: said, with the cure, and the end', async (t) => {
  const { start } = setup(t);
  const notifier = start('node1.example.org');
  await until(() => notifier.child.exitCode !== null, 'it has ended', 60_000);
  t.is(notifier.child.exitCode, exitCodes.input);
  t.regex(notifier.text, /^vnfha: this node is called 'node1\.example\.org', .*node1, node2, node3/);
});
