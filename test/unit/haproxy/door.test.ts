/** The door against sockets that misbehave; only these are fake, the rest of HAProxy is tested with HAProxy. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { runtimeAt } from '../../../src/haproxy/runtime.ts';
import { Failure } from '../../../src/process/failure.ts';

async function listener(t: ExecutionContext, answer: (socket: Socket, line: string) => void): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'vnfha-door-'));
  const path = join(folder, 's.sock');
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (data) => answer(socket, data.toString()));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.teardown(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return path;
}

const order = { backend: 'b', server: 'n1', out: true, cut: false };

test('no socket, and a socket that nobody listens at: not running', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vnfha-door-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'file'), '');
  for (const name of ['none', 'file']) {
    const error = await t.throwsAsync(runtimeAt(join(folder, name)).setServers([order]), { instanceOf: Failure });
    t.is(error.kind, 'missing');
  }
});

test('no answer: a timeout that may be tried again, and the next question still gets its turn', async (t) => {
  let questions = 0;
  const path = await listener(t, (socket) => void (questions++ > 0 && socket.end('\n')));
  const runtime = runtimeAt(path, 1000);
  const [first, second] = await Promise.allSettled([runtime.setServers([order]), runtime.setServers([order])]);
  t.is(first.status, 'rejected');
  const failure = (first as PromiseRejectedResult).reason as Failure;
  t.is(failure.kind, 'timeout');
  t.true(failure.retryable);
  t.deepEqual(second, { status: 'fulfilled', value: ['done'] });
});

test('questions come one at a time', async (t) => {
  let open = 0;
  let most = 0;
  const path = await listener(t, (socket) => {
    most = Math.max(most, ++open);
    setTimeout(() => socket.end('\n', () => open--), 20);
  });
  const runtime = runtimeAt(path);
  await Promise.all([order, order, order].map((one) => runtime.setServers([one])));
  t.is(most, 1);
});

test('a reply that is cut short is malformed; so is one that never began', async (t) => {
  const short = await listener(t, (socket) => void socket.end('No such ser'));
  const malformed = await t.throwsAsync(runtimeAt(short).setServers([order]), { instanceOf: Failure });
  t.is(malformed.kind, 'input');
  const gone = await listener(t, (socket) => void socket.destroy());
  const broken = await t.throwsAsync(runtimeAt(gone).observe(), { instanceOf: Failure });
  t.is(broken.kind, 'input');
});

test('HAProxy’s words are read per server', async (t) => {
  const lines: string[] = [];
  const path = await listener(t, (socket, line) => {
    lines.push(line);
    socket.end("\nNo such server.\n\n'set server' needs admin rights.\n\nNo such server.\n\n");
  });
  const outcomes = await runtimeAt(path).setServers([
    order,
    { backend: 'b', server: 'n2', out: false, cut: true },
    { backend: 'b', server: 'n3', out: true, cut: true },
  ]);
  t.deepEqual(lines, [
    'set server b/n1 state maint;set server b/n2 state ready;set server b/n3 state maint;shutdown sessions server b/n3\n',
  ]);
  t.is(outcomes[0], 'done');
  t.is(outcomes[1], 'absent');
  t.deepEqual(outcomes[2], { error: "HAProxy refused: 'set server' needs admin rights." });
});

test('a name that is more than a name never reaches the socket', async (t) => {
  let asked = false;
  const path = await listener(t, () => void (asked = true));
  for (const server of ['n1;shutdown', 'n1 state', 'n\n1', '', 'n1/..']) {
    const error = await t.throwsAsync(runtimeAt(path).setServers([{ ...order, server }]), { instanceOf: Failure });
    t.is(error.kind, 'input');
  }
  t.false(asked);
});
