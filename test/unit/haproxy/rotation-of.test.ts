import test from 'ava';
import { rotationOf } from '../../../src/haproxy/config-file.ts';

test('the rotation is read from the file, whatever else is in it', (t) => {
  const text = `
global
  stats socket /run/vnfha/haproxy.sock # server x y disabled
defaults
  mode http
backend tel-web
  server n1 192.0.2.1:80 check inter 1s
  server n2 192.0.2.2:80 check disabled
  server n3 192.0.2.3:80 check # disabled
  server disabled 192.0.2.4:80
frontend f
  server n1 192.0.2.1:80
listen other
  server n1 192.0.2.1:80 disabled check
`;
  t.deepEqual(Object.fromEntries(rotationOf(text)), {
    'tel-web/n1': 'in',
    'tel-web/n2': 'out',
    'tel-web/n3': 'in',
    'tel-web/disabled': 'in',
    'other/n1': 'out',
  });
});

test('a truncated file, or none of HAProxy’s, has what it has', (t) => {
  t.is(rotationOf('').size, 0);
  t.is(rotationOf('<cib/>').size, 0);
  t.deepEqual([...rotationOf('backend b\n  server')], []);
});
