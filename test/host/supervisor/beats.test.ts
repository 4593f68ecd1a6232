/** Heartbeats asked of real servers, at an interval. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTls } from 'node:tls';
import test, { type ExecutionContext } from 'ava';
import { createMetronome } from '../../../src/process/metronome.ts';
import { loadSockets, type Sockets } from '../../../src/process/sockets.ts';
import { type Beat, startBeats } from '../../../src/supervisor/beats.ts';
import { heartbeatOf, type HeartbeatParameters } from '../../../src/supervisor/heartbeat-spec.ts';
import { until } from '../haproxy/rig.ts';

let sockets: Sockets;
test.before('the system calls', async () => {
  sockets = await loadSockets();
});
const none: HeartbeatParameters = {
  heartbeat_interval: 100,
  heartbeat_misses: 3,
  heartbeat_http: undefined,
  heartbeat_tcp: undefined,
  heartbeat_send: undefined,
  heartbeat_expect: undefined,
};

async function listening(t: ExecutionContext, server: Server, host = '127.0.0.1'): Promise<number> {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('error', () => undefined).once('close', () => open.delete(socket));
  });
  server.listen(0, host);
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** The beats of it, from now on. */
function beatsOf(t: ExecutionContext, parameters: Partial<HeartbeatParameters>) {
  const beats: Beat[] = [];
  t.teardown(
    startBeats(heartbeatOf({ ...none, ...parameters })!, createMetronome(), sockets, (beat) => beats.push(beat)),
  );
  return {
    beats,
    /** The next `count` that were not late. */
    next: async (count: number): Promise<Beat[]> => {
      const from = beats.length;
      const timely = (): Beat[] => beats.slice(from).filter(({ late }) => !late);
      await until(() => timely().length >= count, `${count} beats`);
      return timely().slice(0, count);
    },
  };
}

const answered = (beats: readonly Beat[]): boolean[] => beats.map((beat) => beat.answered);
const ping = { heartbeat_send: 'PING\r\n', heartbeat_expect: '+PONG' };
const pong = (socket: Socket): void => void socket.on('data', () => socket.write('+PONG\r\n'));

test('one connection serves all beats', async (t) => {
  let connections = 0;
  const port = await listening(
    t,
    createServer((socket) => {
      connections += 1;
      pong(socket);
    }),
  );
  t.deepEqual(answered(await beatsOf(t, { heartbeat_tcp: port, ...ping }).next(8)), Array<boolean>(8).fill(true));
  t.is(connections, 1);
});

test('HTTP: answered by a status below 400; another is said', async (t) => {
  let status = 204;
  const server = createHttp((_request, response) => response.writeHead(status).end());
  const { next } = beatsOf(t, { heartbeat_http: `http://127.0.0.1:${await listening(t, server)}/health` });
  t.true((await next(3)).every((beat) => beat.answered));
  status = 503;
  await next(1);
  const [beat] = await next(1);
  t.false(beat!.answered);
  t.regex(beat!.what, /status 503/);
});

test('a server that ends its connections without a word misses no beat; one that never answers misses each', async (t) => {
  const port = await listening(
    t,
    createServer((socket) => {
      let asked = 0;
      socket.on('data', () => (++asked <= 2 ? socket.write('+PONG\r\n') : socket.destroy()));
    }),
  );
  const restless = beatsOf(t, { heartbeat_tcp: port, ...ping });
  t.true((await restless.next(8)).every((beat) => beat.answered));
  t.true(
    restless.beats.some(({ late }) => late),
    'it was asked again',
  );

  const mute = await listening(
    t,
    createServer((socket) => socket.destroy()),
  );
  t.false((await beatsOf(t, { heartbeat_tcp: mute, ...ping }).next(3)).some((beat) => beat.answered));
});

test('who hangs leaves the beats unanswered, and answers when it goes on', async (t) => {
  const program = `require('net').createServer((s) => s.on('data', () => s.write('+PONG\\r\\n')))
    .listen(0, '127.0.0.1', function () { console.log(this.address().port) })`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  // a busy machine may not run it for a while
  const { next } = beatsOf(t, { heartbeat_tcp: Number(String(said)), heartbeat_interval: 500, ...ping });
  t.true((await next(3)).every((beat) => beat.answered));
  child.kill('SIGSTOP');
  await next(2);
  t.false((await next(3)).some((beat) => beat.answered));
  child.kill('SIGCONT');
  await next(3);
  t.true((await next(2)).every((beat) => beat.answered));
  child.kill('SIGKILL');
  await next(2);
  const [beat] = await next(1);
  t.regex(beat!.what, /ECONNREFUSED/);
});

test('where no host is given it is found at whichever address it listens', async (t) => {
  const port = await listening(t, createServer(pong), '::1');
  const { next } = beatsOf(t, { heartbeat_tcp: port, ...ping });
  await next(12);
  t.true((await next(3)).every((beat) => beat.answered));
});

test('that it takes a connection is enough where nothing is asked', async (t) => {
  const { next } = beatsOf(t, { heartbeat_tcp: await listening(t, createServer()) });
  t.true((await next(4)).every((beat) => beat.answered));
});

test('a name, and TLS by whatever certificate', async (t) => {
  const plain = await listening(
    t,
    createHttp((_request, response) => response.end('well')),
  );
  const { next } = beatsOf(t, { heartbeat_http: `http://localhost:${plain}/` });
  await next(2);
  t.true((await next(3)).every((beat) => beat.answered));

  const folder = mkdtempSync(join(tmpdir(), 'vnfha-beats-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = (name: string): string => join(folder, name);
  const how = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=beats'.split(' ');
  execFileSync('openssl', [...how, '-keyout', file('key'), '-out', file('cert')], { stdio: 'ignore' });
  const tls = createTls({ key: readFileSync(file('key')), cert: readFileSync(file('cert')) }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
  });
  const secure = beatsOf(t, { heartbeat_http: `https://127.0.0.1:${await listening(t, tls)}/` });
  await secure.next(3);
  t.true((await secure.next(3)).every((beat) => beat.answered));
});
