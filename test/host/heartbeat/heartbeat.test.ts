/** Heartbeats over real sockets. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { encodeHeartbeat } from '../../../src/heartbeat/datagram.ts';
import { receiveHeartbeats } from '../../../src/heartbeat/receiver.ts';
import { sendHeartbeats } from '../../../src/heartbeat/sender.ts';
import { now } from '../../../src/process/clock.ts';
import { createLog } from '../../../src/process/log.ts';
import { createMetronome } from '../../../src/process/metronome.ts';
import { loadSockets, type Sockets } from '../../../src/process/sockets.ts';
import { until } from '../haproxy/rig.ts';

const key = Buffer.from('a key');
let sockets: Sockets;
test.before('the system calls', async () => {
  sockets = await loadSockets();
});

async function setup(t: ExecutionContext) {
  const logged: string[] = [];
  const log = createLog('test', (line) => logged.push(line));
  const free = createSocket('udp4').bind(0);
  await once(free, 'listening');
  const { port } = free.address();
  free.close();
  await once(free, 'close');
  const receiver = receiveHeartbeats({ port, key, sockets, log });
  t.teardown(() => receiver.stop());
  const metronome = createMetronome();
  /** By both of two "networks". */
  const send = (nodeId: number): (() => void) => {
    const targets = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, port }));
    const end = sendHeartbeats({ nodeId, targets, intervalMs: 20, key, metronome, sockets, log });
    t.teardown(end);
    return end;
  };
  const hears = (...nodeIds: number[]) =>
    until(() => nodeIds.every((id) => receiver.take().has(id)), `heard ${nodeIds.join()}`);
  return { receiver, port, send, hears, logged };
}

test('a node is heard as long as it sends, once for each however many networks it comes over', async (t) => {
  const { receiver, send, hears } = await setup(t);
  const end = send(2);
  await hears(2);
  await until(() => receiver.counts.taken > 5, 'some came');
  t.true(receiver.counts.repeated > 0);
  t.is(receiver.counts.foreign, 0);
  end();
});

test('when it came is known, however late it is read', async (t) => {
  const { receiver, port } = await setup(t);
  const socket = createSocket('udp4');
  t.teardown(() => socket.close());
  await delay(100); // the kernel begins to note it a moment after it was asked to
  receiver.take();
  const heartbeat = encodeHeartbeat({ nodeId: 3, incarnation: 1n, sequence: 1n }, key);
  const sentAt = now();
  const doneAt = await new Promise<number>((resolve) =>
    socket.send(heartbeat, port, '127.0.0.1', () => resolve(now())),
  );
  await delay(300);
  const [id, cameAt] = [...receiver.take()][0] ?? [];
  t.is(id, 3);
  t.true(cameAt! >= sentAt - 10 && cameAt! <= doneAt + 50, `sent from ${sentAt} to ${doneAt}, came ${cameAt}`);
});

test('what was sent before, or without the key, is not heard', async (t) => {
  const { receiver, port } = await setup(t);
  const socket = createSocket('udp4');
  t.teardown(() => socket.close());
  const say = (incarnation: bigint, sequence: bigint, by = key): void =>
    socket.send(encodeHeartbeat({ nodeId: 3, incarnation, sequence }, by), port, '127.0.0.1');
  await until(() => {
    say(5n, 5n);
    return receiver.counts.taken > 0;
  }, 'the first one');
  const before = { ...receiver.counts };
  receiver.take();
  say(5n, 5n);
  say(5n, 4n);
  say(4n, 9n);
  say(9n, 9n, Buffer.from('another key'));
  await until(() => receiver.counts.repeated >= before.repeated + 3 && receiver.counts.foreign === 1, 'all four came');
  t.deepEqual([...receiver.take().keys()], []);
  receiver.forget(3);
  say(4n, 1n);
  await until(() => receiver.take().has(3), 'a supervisor that is another one starts anew');
});

test('a port that is taken is said, and does not end anything', async (t) => {
  const { port, logged, send, hears } = await setup(t);
  send(2);
  await hears(2);
  const second = receiveHeartbeats({ port, key, sockets, log: createLog('second', (line) => logged.push(line)) });
  await until(() => logged.some((line) => line.includes('heartbeats-unheard')), 'it says so');
  second.stop();
  await hears(2);
  t.pass();
});
