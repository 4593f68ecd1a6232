/** What a sidecar's word means for its instance: whether it can stay active, and what its promotion is worth. */
import test from 'ava';
import { standingOf } from '../../../src/ocf/vnfc/state-role.ts';
import type { InstanceStatus } from '../../../src/sync/status.ts';

const status: InstanceStatus = {
  node: 'a',
  role: 'standby',
  epoch: 7,
  version: { epoch: 7, sequence: 42 },
  holding: 'whole',
  fresh: true,
  keys: 1,
  bytes: 1,
  copies: [],
  mayLack: [],
};

test('an active sidecar is no problem; any other is, for one that is promoted', (t) => {
  t.is(standingOf({ ...status, role: 'active' }).problem, undefined);
  t.is(standingOf({ ...status, role: 'fenced' }).problem, 'its sidecar is fenced (epoch 7), not active');
  t.is(standingOf({ ...status, role: 'none' }).problem, 'its sidecar is new (epoch 7), not active');
});

test('the fresher, the more its promotion is worth; one that failed lately and is fresh comes before one that is behind', (t) => {
  const fresh = standingOf(status).score!;
  const behind = standingOf({ ...status, fresh: false }).score!;
  const empty = standingOf({ ...status, fresh: false, holding: 'blank' }).score!;
  const failed = -45; // cib-templates/a1-active-standby.xml
  t.true(fresh > fresh + failed && fresh + failed > behind && behind > empty && empty + failed > 0);
});
