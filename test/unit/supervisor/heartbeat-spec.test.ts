import test from 'ava';
import { heartbeatOf } from '../../../src/supervisor/heartbeat-spec.ts';

test('by HTTP: a request on a connection that stays', (t) => {
  t.deepEqual(heartbeatOf({ heartbeat_http: 'https://[::1]:8443/health?x=1', heartbeat_interval: '50' }), {
    intervalMs: 50,
    misses: 3,
    name: 'https://[::1]:8443/health?x=1',
    port: 8443,
    host: '::1',
    tls: true,
    send: 'GET /health?x=1 HTTP/1.1\r\nHost: [::1]:8443\r\nUser-Agent: vnfha\r\n\r\n',
    answer: { is: 'http' },
  });
  t.like(heartbeatOf({ heartbeat_http: 'http://localhost/' }), { port: 80, tls: false, intervalMs: 100 });
});

test('by TCP: escapes are undone', (t) => {
  const redis = { heartbeat_tcp: '6379', heartbeat_send: 'PING\\r\\n', heartbeat_expect: '+PONG' };
  t.like(heartbeatOf({ ...redis, heartbeat_misses: '5' }), {
    misses: 5,
    port: 6379,
    host: undefined,
    send: 'PING\r\n',
    answer: { is: 'text', expect: '+PONG' },
  });
  t.like(heartbeatOf({ heartbeat_tcp: '80' }), { send: undefined, answer: { is: 'text', expect: '' } });
});

test('none is given, or none that makes sense', (t) => {
  t.is(heartbeatOf({ check_tcp: '80' }), undefined);
  t.is(heartbeatOf({ heartbeat_tcp: '80', heartbeat_interval: '0' }), undefined);
  t.is(heartbeatOf({ heartbeat_http: 'ftp://x' }), undefined);
});
