import test from 'ava';
import { heartbeatIn } from '../../../src/supervisor/noted.ts';

const heartbeat = (parameters: Readonly<Record<string, string>>) =>
  heartbeatIn({ text: '', state: { parameters: { name: 'one', run: 'one', ...parameters } } });

test('by HTTP: a request on a connection that stays', (t) => {
  t.deepEqual(heartbeat({ heartbeat_http: 'https://[::1]:8443/health?x=1', heartbeat_interval: '50' }), {
    intervalMs: 50,
    misses: 3,
    name: 'https://[::1]:8443/health?x=1',
    port: 8443,
    host: '::1',
    tls: true,
    send: 'GET /health?x=1 HTTP/1.1\r\nHost: [::1]:8443\r\nUser-Agent: vnfha\r\n\r\n',
    answer: { is: 'http' },
  });
  t.like(heartbeat({ heartbeat_http: 'http://localhost' }), { name: 'http://localhost/', port: 80, tls: false });
});

test('by TCP: escapes are undone', (t) => {
  const redis = { heartbeat_tcp: '6379', heartbeat_send: 'PING\\r\\n', heartbeat_expect: '+PONG' };
  t.like(heartbeat({ ...redis, heartbeat_misses: '5' }), {
    intervalMs: 100,
    misses: 5,
    port: 6379,
    host: undefined,
    send: 'PING\r\n',
    answer: { is: 'text', expect: '+PONG' },
  });
  t.like(heartbeat({ heartbeat_tcp: '80' }), { send: undefined, answer: { is: 'text', expect: '' } });
});

test('none is asked for, or none that the agent would take', (t) => {
  t.is(heartbeat({ check_tcp: '80' }), undefined);
  t.is(heartbeat({ heartbeat_tcp: '80', heartbeat_interval: '0' }), undefined);
  t.is(heartbeat({ heartbeat_http: 'ftp://x' }), undefined);
});
