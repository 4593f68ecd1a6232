/** The status page's server, by real HTTP: what it gives, to whom, and what a reader that doesn't read can do to it. */
import { once } from 'node:events';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { loadPageFiles } from '../../../src/page/files.ts';
import { servePage } from '../../../src/page/server.ts';
import type { PageState } from '../../../src/page/state.ts';
import { createLog } from '../../../src/process/log.ts';
import { until } from '../../lab/wait.ts';
import { freePort, type Scene, scene, wellCluster, without } from './scene.ts';

async function begin(t: ExecutionContext): Promise<Scene> {
  const self = await scene();
  t.teardown(() => self.end());
  await until('it listens', () => self.logged.some(({ event }) => event === 'page'));
  return self;
}

interface Got {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

function ask(port: number, path: string, options: { method?: string; headers?: Record<string, string> } = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const call = request({ port, host: '127.0.0.1', path, agent: false, ...options }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(parts).toString() }));
    });
    call.on('error', reject);
    call.end();
  });
} // prettier-ignore

/** A stream of events that is read, and what came in it. */
function listen(t: ExecutionContext, port: number): { events: { event: string; data: string }[]; status: Promise<number>; end: () => void } {
  const events: { event: string; data: string }[] = [];
  let rest = '';
  const call = request({ port, host: '127.0.0.1', path: '/events', agent: false });
  call.on('error', () => undefined);
  const status = new Promise<number>((resolve) => {
    call.on('response', (response) => {
      resolve(response.statusCode!);
      response.setEncoding('utf8');
      response.on('error', () => undefined);
      response.on('data', (part: string) => {
        const blocks = (rest + part).split('\n\n');
        rest = blocks.pop()!;
        for (const block of blocks) {
          const [, event, data] = /^event: (\w+)\ndata: ?(.*)$/.exec(block) ?? [];
          if (event !== undefined) events.push({ event, data: data! });
        }
      });
    });
  });
  call.end();
  const end = (): void => void call.destroy();
  t.teardown(end);
  return { events, status, end };
} // prettier-ignore

test('files, the state and an incident, each with its headers; nothing may be loaded from elsewhere', async (t) => {
  const { port, journal } = await begin(t);
  const id = 'sipcore-web-node3-<x>';
  await journal({ incident: id, kind: 'raised', at: 1000, vnfc: 'web', node: 'node3', reason: 'x', severity: 'MAJOR' });
  const kinds = { '/': 'text/html', '/page.css': 'text/css', '/page.js': 'text/javascript', '/icon.svg': 'image/svg+xml', '/status.json': 'application/json', [`/incidents/${encodeURIComponent(id)}`]: 'text/html' }; // prettier-ignore
  for (const [path, type] of Object.entries(kinds)) {
    const { status, headers, body } = await ask(port, path);
    t.is(status, 200, path);
    t.true(String(headers['content-type']).startsWith(type), path);
    t.is(headers['x-content-type-options'], 'nosniff');
    t.is(headers['cache-control'], 'no-store');
    t.regex(String(headers['content-security-policy']), /^default-src 'none'/);
    t.notRegex(String(headers['content-security-policy']), /unsafe|\*|http/);
    t.is(headers['set-cookie'], undefined);
    if (path !== '/icon.svg') t.notRegex(body, /(src|href)\s*=\s*["']?(https?:)?\/\/[^/]/);
  }
  const state = JSON.parse((await ask(port, '/status.json')).body) as PageState;
  t.is(state.status?.incidents?.[0]?.id, id);
  t.is(state.incidents?.[0]?.verdict, 'not measured (SAL1 asks for 6 s)');
  t.is((await ask(port, '/incidents/nothing')).status, 404);
});

test('only GET, only by our own name, and no other site’s scripts', async (t) => {
  const { port } = await begin(t);
  for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS']) {
    const { status, headers } = await ask(port, '/', { method });
    t.is(status, 405, method);
    t.is(headers['allow'], 'GET');
  }
  const host = async (name: string): Promise<number> => (await ask(port, '/status.json', { headers: { host: name } })).status; // prettier-ignore
  for (const name of ['localhost', `localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) t.is(await host(name), 200, name); // prettier-ignore
  for (const name of ['evil.example', `evil.example:${port}`, `127.0.0.1.evil.example:${port}`, '10.77.0.1', '[::2]']) t.is(await host(name), 403, name); // prettier-ignore
  const cross = { headers: { 'sec-fetch-site': 'cross-site' } };
  t.is((await ask(port, '/events', cross)).status, 403);
  t.is((await ask(port, '/', cross)).status, 200); // a link to it
});

test('a stream begins with the whole state, has what changes at once, and beats', async (t) => {
  const files = await loadPageFiles();
  const port = await freePort();
  let ok = true;
  const build = async () => ({ vnf: 'v', node: 'n', status: null, silent: ok ? null : 'gone', incidents: null }) as unknown as PageState; // prettier-ignore
  const server = servePage({ address: { host: '127.0.0.1', port }, files, build, incident: async () => undefined, log: createLog('t', () => undefined), timing: { beat: 50, stuck: 500 } }); // prettier-ignore
  t.teardown(() => server.close());
  const { events } = listen(t, port);
  await until('the first state', () => events.some(({ event }) => event === 'state'));
  await until('beats', () => events.filter(({ event }) => event === 'beat').length > 2);
  t.is(events.filter(({ event }) => event === 'state').length, 1);
  ok = false;
  const begun = performance.now();
  server.nudge();
  const news = await until('the news', () => events.filter(({ event }) => event === 'state')[1]);
  t.deepEqual((JSON.parse(news.data) as { changes: string[] }).changes, ['the cluster gives no answer: gone']);
  t.true(performance.now() - begun < 2000, `${performance.now() - begun} ms`);
});

test('while nobody looks nothing is asked; while somebody does, at most twice a second', async (t) => {
  const self = await begin(t);
  self.cluster = new Error('no pacemaker');
  for (let at = 0; at < 50; at++) self.nudge();
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.is(self.asked, 0);
  const begun = performance.now();
  const { events } = listen(t, self.port);
  const states = () => events.filter(({ event }) => event === 'state').length;
  await until('the state', () => states() === 1);
  for (let at = 0; at < 40; at++) {
    self.rotation = without('node2', `reason ${at}`);
    self.cluster = wellCluster;
    self.nudge();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const tookMs = performance.now() - begun;
  t.true(states() >= 3 && states() <= 2 + Math.ceil(tookMs / 500), `${states()} states in ${tookMs} ms`);
});

test('there are eight streams and no more; who goes makes room', async (t) => {
  const { port } = await begin(t);
  const all = Array.from({ length: 8 }, () => listen(t, port));
  for (const { status } of all) t.is(await status, 200);
  t.is((await ask(port, '/events')).status, 503);
  t.is((await ask(port, '/status.json')).status, 200);
  all[0]!.end();
  await until('room', async () => (await Promise.race([listen(t, port).status, new Promise<number>((resolve) => setTimeout(resolve, 200, 0))])) === 200); // prettier-ignore
});

test('a reader that reads nothing holds one state, and is dropped', async (t) => {
  const files = await loadPageFiles();
  const port = await freePort();
  let count = 0;
  const large = 'x'.repeat(4_000_000);
  const build = async () => ({ vnf: 'v', node: 'n', status: null, silent: `${count++} ${large}`, incidents: null }) as unknown as PageState; // prettier-ignore
  const server = servePage({ address: { host: '127.0.0.1', port }, files, build, incident: async () => undefined, log: createLog('t', () => undefined), timing: { beat: 100, stuck: 1500 } }); // prettier-ignore
  t.teardown(() => server.close());
  const deaf = connect(port, '127.0.0.1');
  deaf.on('error', () => undefined);
  deaf.pause();
  const gone = once(deaf, 'close');
  deaf.write(`GET /events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  const nudge = setInterval(() => server.nudge(), 50);
  t.teardown(() => clearInterval(nudge));
  await until('states were made', () => count >= 3);
  const made = count;
  await new Promise((resolve) => setTimeout(resolve, 1700));
  deaf.resume();
  await gone;
  // at most what was on the way when it was dropped: one state and a part of it, of several that were made
  t.true(deaf.bytesRead < 2 * large.length, `${deaf.bytesRead} bytes of ${made} states`);
  t.true(made >= 3);
});

test('a port that is taken is tried again, and the bridge goes on meanwhile', async (t) => {
  const port = await freePort();
  const other = createServer().listen(port, '127.0.0.1');
  await once(other, 'listening');
  const self = await scene(port);
  t.teardown(() => self.end());
  await until('it says so', () => self.logged.some(({ event }) => event === 'page-not-served'));
  other.close();
  await until('it listens', () => self.logged.some(({ event }) => event === 'page'));
  t.is((await ask(port, '/')).status, 200);
});
