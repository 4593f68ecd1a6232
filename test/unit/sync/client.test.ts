import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { createSyncClient } from '../../../src/sync/client.ts';

test('a kept connection that ended meanwhile: what only reads is asked again, a write is said to be unanswered', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'vnfha-client-'));
  const socket = path.join(directory, 'sock');
  const asked = new Map<Socket, number>();
  const methods: string[] = [];
  const server = createServer((request, response) => {
    const count = (asked.get(request.socket) ?? 0) + 1;
    asked.set(request.socket, count);
    methods.push(request.method!);
    // one answer for each connection; then it is cut, as by a server whose patience is over
    if (count === 1) response.end('{"role":"standby"}');
    else request.socket.destroy();
  });
  server.listen(socket);
  await once(server, 'listening');
  const client = createSyncClient(socket);
  t.teardown(() => {
    client.close();
    server.close();
    server.closeAllConnections();
    rmSync(directory, { recursive: true });
  });
  t.like(await client.status(), { role: 'standby' });
  t.like(await client.status(), { role: 'standby' });
  t.deepEqual(methods, ['GET', 'GET', 'GET']);
  await t.throwsAsync(client.put('a', '1'), { message: /socket hang up|ECONNRESET/ });
  t.is(methods.filter((method) => method === 'PUT').length, 1);
});

test('a kept connection that ended while this program had no time to hear of it: the write goes by another one', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'vnfha-client-'));
  const socket = path.join(directory, 'sock');
  const code = `
    const server = require('node:http').createServer((request, response) => {
      request.resume().on('end', () => response.end(JSON.stringify({ version: { epoch: 1, sequence: ++writes } })));
    });
    let writes = 0;
    server.keepAliveTimeout = 2000;
    server.listen(process.argv[1], () => console.log('listening'));`;
  const server = spawn(process.execPath, ['-e', code, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  const client = createSyncClient(socket);
  t.teardown(() => {
    client.close();
    server.kill();
    rmSync(directory, { recursive: true });
  });
  await once(server.stdout, 'data');
  t.like(await client.put('a', '1'), { sequence: 1 });
  await delay(100); // the connection is kept by then
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000); // ms; the server's patience is over meanwhile
  t.like(await client.put('a', '2'), { sequence: 2 });
});
