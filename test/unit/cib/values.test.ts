/** The parameters that ocf:vnfha:vnfc is given. */
import test from 'ava';
import { parametersOf } from '../../../src/cib/values.ts';
import type { NodesVnfc } from '../../../src/model/vnf.ts';
import { description, vnfOf } from './sample.ts';

const heartbeats = (fields: string) => {
  const text = description.replace('    role:', `    heartbeat: ${fields}\n    role:`);
  const parameters = parametersOf(vnfOf(text), vnfOf(text).vnfcs[0] as NodesVnfc);
  return parameters.filter(({ name }) => name.startsWith('heartbeat_')).map(({ name, value }) => `${name}=${value}`);
};

test('a heartbeat is a handful of parameters, in milliseconds', (t) => {
  t.deepEqual(
    parametersOf(vnfOf(description), vnfOf(description).vnfcs[0] as NodesVnfc).filter(({ name }) =>
      name.startsWith('heartbeat'),
    ),
    [],
  );
  t.deepEqual(heartbeats('{ http: "http://127.0.0.1/", interval: 1s, misses: 2 }'), [
    'heartbeat_interval=1000',
    'heartbeat_misses=2',
    'heartbeat_http=http://127.0.0.1/',
  ]);
});

test('what is sent and expected is plain ASCII, by JSON’s escapes, and comes back as it was', (t) => {
  t.deepEqual(heartbeats('{ tcp: 6379, send: "PING\\r\\n", expect: "+PONG" }').slice(2), [
    'heartbeat_tcp=6379',
    String.raw`heartbeat_send=PING\r\n`,
    'heartbeat_expect=+PONG',
  ]);
  const odd = '"\\\\\u0000 ü\u{1f600}\u007f\t\'<&>';
  const [, , , send = ''] = heartbeats(JSON.stringify({ tcp: 1, send: odd }).replace('\u007f', '\\u007f'));
  t.regex(send, /^[ -~]+$/);
  t.is(JSON.parse(`"${send.slice('heartbeat_send='.length)}"`), odd);
});
