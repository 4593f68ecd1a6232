/** The bridge's own socket. */
import { spawnSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Agent, request } from 'undici';
import { type ControlHandlers, serveControl } from '../../../src/bridge/control.ts';
import { Failure } from '../../../src/process/failure.ts';

function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'vnfha-control-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function call(socketPath: string, method: 'GET' | 'POST', path: string) {
  const dispatcher = new Agent({ connect: { socketPath } });
  try {
    const { statusCode, body } = await request(`http://bridge${path}`, { method, dispatcher });
    return { status: statusCode, body: await body.json() };
  } finally {
    await dispatcher.close();
  }
}

const handlers: ControlHandlers = {
  prepare: () => Promise.resolve('/f'),
  state: () => Promise.resolve({ node: 'n1' }),
};

test('prepare and state answer, other things are told what there is; only root may ask', async (t) => {
  const path = join(folder(t), 'made', 'bridge.sock');
  const control = await serveControl(path, handlers);
  t.teardown(() => control.close());
  t.deepEqual(await call(path, 'POST', '/haproxy/prepare'), { status: 200, body: { file: '/f' } });
  t.deepEqual(await call(path, 'GET', '/state'), { status: 200, body: { node: 'n1' } });
  for (const [method, other] of [
    ['GET', '/haproxy/prepare'],
    ['POST', '/state'],
    ['GET', '/'],
  ] as const) {
    const { status, body } = await call(path, method, other);
    t.is(status, 404);
    t.regex(JSON.stringify(body), /GET \/state/);
  }
  t.is(statSync(path).mode & 0o777, 0o600);
});

test('nothing known: 503 with the reason', async (t) => {
  const path = join(folder(t), 'bridge.sock');
  const unknown = () => Promise.reject(new Failure('pacemaker', 'no word yet'));
  const control = await serveControl(path, { ...handlers, prepare: unknown });
  t.teardown(() => control.close());
  t.deepEqual(await call(path, 'POST', '/haproxy/prepare'), { status: 503, body: { error: 'no word yet' } });
});

test('something else than a socket is left alone', async (t) => {
  const path = join(folder(t), 'bridge.sock');
  writeFileSync(path, 'precious');
  const error = await t.throwsAsync(serveControl(path, handlers), { instanceOf: Failure });
  t.is(error.kind, 'conflict');
  t.is(readFileSync(path, 'utf8'), 'precious');
});

test('a socket left by a killed bridge is taken over, a living bridge is not', async (t) => {
  const path = join(folder(t), 'bridge.sock');
  const killed = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', killed]);
  t.true(lstatSync(path).isSocket());
  const control = await serveControl(path, handlers);
  t.teardown(() => control.close());
  const error = await t.throwsAsync(serveControl(path, handlers), { instanceOf: Failure });
  t.is(error.kind, 'conflict');
  t.is((await call(path, 'GET', '/state')).status, 200);
});
