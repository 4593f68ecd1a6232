import test from 'ava';
import { viewOf } from '../../../src/bridge/view.ts';
import type { RotationPlace } from '../../../src/decide/rotation-types.ts';
import { defaultRotationPolicy, initialRotation, step } from '../../../src/decide/rotation.ts';

const place: RotationPlace = {
  backend: 'tel-web',
  server: 'n2',
  vnfc: 'web',
  node: 'n2',
  address: '192.0.2.2',
  port: 80,
  hosts: [{ name: 'n2', id: 2 }],
  vnfcResource: 'tel-web',
  memberResource: 'tel-web-member',
};

test('the view says who is out, why, since when, and what HAProxy thinks of it; all of it is JSON', (t) => {
  const at = Date.UTC(2026, 0, 2, 3, 4, 5);
  let { state } = step(initialRotation, [{ type: 'described', at, places: [place] }], defaultRotationPolicy);
  const request = {
    type: 'request',
    id: 'e1',
    out: true,
    backend: 'tel-web',
    server: 'n2',
    nodeId: 2,
    sent: 0,
    until: at + 9000,
  } as const;
  ({ state } = step(state, [{ ...request, at: at + 1000 }], defaultRotationPolicy));
  const stats = [
    { backend: 'tel-web', server: 'n2', status: 'MAINT', sessions: 3, lastChangeSec: 1, lastCheck: 'L7OK' },
    { backend: 'other', server: 'n2', status: 'UP', sessions: 0, lastChangeSec: 1, lastCheck: '' },
  ];
  const sources = { node: 'n1', vnf: 'tel', config: '/c', corosync: false, heard: [], outdated: undefined };
  const view = viewOf({ ...sources, state, stats });
  t.deepEqual(JSON.parse(JSON.stringify(view)), view);
  t.like(view, { node: 'n1', corosync: 'down', settled: false, ring: null, haproxy: { running: false } });
  t.like(view.servers[0], {
    server: 'n2',
    node: 'n2',
    rotation: 'out',
    reason: 'excluded by its lb-member on n2',
    since: '2026-01-02T03:04:05.000Z',
    memory: 'unknown',
    haproxy: { status: 'MAINT', sessions: 3 },
  });
  t.deepEqual(view.waitingAgents, [{ id: 'e1', server: 'tel-web/n2', wants: 'out' }]);
  t.is(viewOf({ ...sources, state, stats: undefined }).servers[0]!.haproxy, null);
});
