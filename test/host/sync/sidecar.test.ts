/** The sidecar's requests, limits and errors, as a VNFC sees them. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import test from 'ava';
import { until } from '../../lab/wait.ts';
import { codeOf, scene } from './rig.ts';

const curl = (socket: string, ...args: string[]): string => curlWith('', socket, ...args);

const curlWith = (input: string, socket: string, ...args: string[]): string =>
  execFileSync('curl', ['-s', '--unix-socket', socket, ...args], { encoding: 'utf8', input });

test('put, get, list, batch, delete, snapshot, watch', async (t) => {
  const { all } = await scene(t, 'shared-storage', ['node1']);
  const one = all[0]!;
  const { client, socket } = one;
  t.is(await codeOf(client.put('a', 'b')), 'not-active');
  await one.role('active', 7);
  const key = Buffer.from([0, 255, 0x2f, 0x25]);
  const first = await client.put(key, Buffer.from([0, 1, 254]));
  t.is(first.epoch, 7);
  t.deepEqual(await client.get(key), Buffer.from([0, 1, 254]));
  t.is(await client.get('nothing'), undefined);

  const seen: unknown[] = [];
  const watching = (async () => {
    for await (const line of client.watch('binding/')) seen.push(line);
  })();
  await until('the state was seen', () => seen.length >= 2);
  const second = await client.batch([
    { op: 'put', key: Buffer.from('binding/bob'), value: Buffer.from('sip:bob') },
    { op: 'put', key: Buffer.from('other'), value: Buffer.from('x') },
    { op: 'delete', key },
  ]);
  t.is(second.sequence, first.sequence + 1, 'a batch is one write');
  await until('the change was seen', () => seen.length >= 3);
  t.deepEqual(seen, [
    { version: first },
    { end: true },
    { version: second, operations: [{ op: 'put', key: 'binding/bob', value: 'sip:bob' }] },
  ]);
  t.deepEqual(JSON.parse(curl(socket, 'http://sync/v1/keys?prefix=b&limit=1')), {
    version: second,
    pairs: [{ key: 'binding/bob', value: 'sip:bob', version: second }],
    more: true,
  });
  t.deepEqual([...(await client.snapshot()).keys()].sort(), ['binding/bob', 'other']);
  const put = curl(socket, '-X', 'PUT', '--data-binary', 'hello', 'http://sync/v1/keys/binding%2Falice?level=quorum');
  t.like(JSON.parse(put), { level: 'quorum', version: { epoch: 7 } });
  t.is(curl(socket, 'http://sync/v1/keys/binding%2Falice'), 'hello');
  await client.delete('binding/alice');
  t.is(await client.get('binding/alice'), undefined);
  await all[0]!.kill();
  await watching.catch(() => undefined);
});

test('limits and errors are said, nothing is written, and garbage does no harm', async (t) => {
  const { all } = await scene(t, 'shared-storage', ['node1']);
  const one = all[0]!;
  await one.role('active', 1);
  const { client, socket } = one;
  const before = (await client.status()).version;
  t.is(await codeOf(client.put('k'.repeat(513), 'v')), 'too-large');
  t.is(await codeOf(client.put('k', Buffer.alloc(2 ** 20 + 1))), 'too-large');
  t.is(await codeOf(client.batch(Array.from({ length: 1001 }, () => ({ op: 'delete', key: Buffer.from('k') })))), 'too-large'); // prettier-ignore
  for (let n = 0; n < 20; n += 1) t.is(await codeOf(client.put('k', Buffer.alloc(2 ** 23))), 'too-large', `${n}`);
  const chunked = ['-X', 'PUT', '-H', 'Transfer-Encoding: chunked', '--data-binary', '@-', 'http://sync/v1/keys/k'];
  t.regex(curlWith('x'.repeat(2 ** 22), socket, ...chunked), /too-large/);
  t.regex(
    curl(socket, '-X', 'PUT', '-H', 'Content-Length: 1073741824', '-d', 'x', 'http://sync/v1/keys/k'),
    /too-large/,
  );
  t.regex(curl(socket, 'http://sync/v1/batch', '-d', '{"operations": [{"op": "put", "key": "k"}]}'), /operation 1 has no 'value'/); // prettier-ignore
  t.regex(curl(socket, 'http://sync/v1/batch', '-d', 'nonsense'), /bad-request/);
  t.regex(curl(socket, '-X', 'PUT', '-d', 'x', 'http://sync/v1/keys/k?level=most'), /none of local, standby, quorum/);
  t.regex(curl(socket, '-X', 'PUT', '-d', 'x', 'http://sync/v1/keys/%zz'), /not percent-encoded/);
  t.regex(curl(socket, 'http://sync/v2'), /not-found/);
  t.regex(curl(socket, 'http://sync/v1/role', '-d', '{"role": "active", "epoch": 9}'), /not-found/, 'no role at the VNFC’s socket'); // prettier-ignore
  connect(socket)
    .end(Buffer.alloc(100_000, 0xff))
    .on('error', () => undefined);
  t.deepEqual((await client.status()).version, before);
  await client.put('k', Buffer.alloc(2 ** 20, 1));
  t.is((await client.get('k'))!.length, 2 ** 20);
  t.is(statSync(socket).mode & 0o777, 0o660);
  t.is(statSync(socket.replace('.sock', '.control')).mode & 0o777, 0o600);
});

test('a watcher that does not read is cut off, and nobody else has trouble', async (t) => {
  const { all } = await scene(t, 'shared-storage', ['node1']);
  const one = all[0]!;
  await one.role('active', 1);
  const big = Buffer.alloc(2 ** 20, 'x');
  for (let n = 0; n < 30; n += 1) await one.client.put(`before/${n}`, big);
  const watcher = connect(one.socket);
  watcher.write('GET /v1/watch HTTP/1.0\r\n\r\n');
  await once(watcher, 'data');
  watcher.pause();
  for (let n = 0; n < 20; n += 1) await one.client.put('after', big);
  let text = '';
  watcher.on('data', (chunk: Buffer) => (text = (text + chunk.toString('latin1')).slice(-2000)));
  watcher.resume();
  await once(watcher, 'end');
  t.regex(text, /"cut":"more than 16777216 bytes of changes were not read"/);
  t.is((await one.client.status()).role, 'active');
  t.is((await one.client.snapshot()).size, 31);
  t.notRegex(readFileSync(one.log, 'utf8'), /MaxListeners/);
});

test('a path where something else is than a socket is left alone, and said', async (t) => {
  const { folder, all } = await scene(t, 'shared-storage', []);
  writeFileSync(all[0]!.socket, 'precious');
  await t.throwsAsync(() => all[0]!.start(), { message: /ended with/ });
  t.regex(readFileSync(all[0]!.log, 'utf8'), /is there already, and no socket/);
  t.is(readFileSync(join(folder, 'node1.sock'), 'utf8'), 'precious');
});

test('the problems of a configuration are said together', async (t) => {
  const { folder } = await scene(t, 'shared-storage', []);
  const file = join(folder, 'bad.yaml');
  writeFileSync(file, 'name: x\nnode: n9\ninstances: [n1]\nsocket: run/x\nsurplus: 1\nchannel: {type: dirct}\n');
  const run = (): string => {
    try {
      execFileSync(process.execPath, [join(folder, 'cli/vnfha.mjs'), 'sync', file], { stdio: 'pipe', timeout: 10_000 });
    } catch (error) {
      const { stderr, status } = error as { stderr: Buffer; status: number };
      return `${status} ${stderr.toString()}`;
    }
    return 'it started';
  };
  const said = run();
  writeFileSync(
    file,
    'name: x\nnode: n1\ninstances: [n1]\nsocket: /x\ncontrol: /y\nepochFile: /z\n' +
      'channel: {type: direct, addresses: {n1: "10.0.0.1:77777"}, ca: /a, certificate: /b, key: /c}\n',
  );
  t.regex(run(), /77777 is no port/);
  writeFileSync(
    file,
    'name: x\nnode: n1\ninstances: [n1]\nsocket: /x\ncontrol: /y\nepochFile: /z\n' +
      'channel: {type: checkpoint-postgresql, address: /run/pg, user: u, database: d, tls: {ca: /a, key: /k}}\n',
  );
  const postgresql = run();
  for (const part of [/FOLDER\/\.s\.PGSQL\.PORT/, /a unix socket has none/, /certificate and key belong together/])
    t.regex(postgresql, part);
  for (const part of [
    /^3 /,
    /'surplus' is unknown/,
    /control/,
    /epochFile/,
    /socket/,
    /one of direct, messages, shared-storage/,
  ])
    t.regex(said, part);
});
