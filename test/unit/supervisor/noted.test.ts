/** Which of the agents' records are supervised, and what of them. */
import test from 'ava';
import type { InstanceState } from '../../../src/ocf/state-file.ts';
import { notedOf } from '../../../src/supervisor/noted.ts';

const leader = { pid: 7, startTime: 8 };
const of = (state: InstanceState) => notedOf({ text: '', state });

test('a VNFC: its process, its heartbeat, its check', (t) => {
  const watch = { intervalMs: 2000, timeoutMs: 1000 };
  const parameters = { name: 'one', run: 'one', heartbeat_tcp: '6379', heartbeat_misses: '4' };
  t.deepEqual(of({ agent: 'vnfc', leader, phase: 'starting', watch, parameters }), {
    phase: 'starting',
    active: false,
    leader,
    check: watch,
    misses: 4,
  });
});

test('an HAProxy: that it ends, so that its VIP need not wait for a monitor', (t) => {
  const watch = { intervalMs: 2000, timeoutMs: 1000 };
  const noted = of({ agent: 'haproxy', leader, watch, parameters: { config: '/x' } });
  t.deepEqual(noted, { phase: 'running', active: false, leader, check: undefined, misses: undefined });
});

test('what no agent of these wrote is nobody’s', (t) => {
  t.true(of({ agent: 'vnfc', leader, role: 'promoted' })?.active);
  t.is(of({ agent: 'lb-member', leader }), undefined);
  t.is(of({ leader }), undefined);
  t.is(notedOf(undefined), undefined);
});
