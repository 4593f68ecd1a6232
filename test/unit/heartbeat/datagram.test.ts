import test from 'ava';
import { decodeHeartbeat, encodeHeartbeat, heartbeatKey } from '../../../src/heartbeat/datagram.ts';

const key = Buffer.from('a key');
const heartbeat = { nodeId: 4_294_967_295, incarnation: 1_790_000_000_000_000n, sequence: 2n ** 63n };

test('what is sent is what is read', (t) => {
  t.deepEqual(decodeHeartbeat(encodeHeartbeat(heartbeat, key), key), heartbeat);
});

test('another key, another byte, another length: none of ours', (t) => {
  const data = encodeHeartbeat(heartbeat, key);
  t.is(decodeHeartbeat(data, Buffer.from('b key')), undefined);
  for (let at = 0; at < data.length; at++) {
    const forged = Buffer.from(data);
    forged[at]! ^= 1;
    t.is(decodeHeartbeat(forged, key), undefined, `byte ${at}`);
  }
  t.is(decodeHeartbeat(data.subarray(1), key), undefined);
  t.is(decodeHeartbeat(Buffer.concat([data, data]), key), undefined);
  t.is(decodeHeartbeat(Buffer.alloc(0), key), undefined);
});

test('without a key of corosync, clusters are told apart by their names', async (t) => {
  const of = (name: string) => heartbeatKey(name, '/nonexistent/authkey');
  t.deepEqual(await of('one'), await of('one'));
  t.notDeepEqual(await of('one'), await of('two'));
});
