/** Which instance is fresh, as far as it can tell by itself. */
import test from 'ava';
import { isFresh } from '../../../src/sync/promotion.ts';

const inStep = {
  role: 'standby',
  epoch: 7,
  version: { epoch: 7, sequence: 42 },
  holding: 'whole',
  followed: true,
} as const;

test('the active one, and a standby in step', (t) => {
  t.true(isFresh(inStep));
  t.true(isFresh({ ...inStep, role: 'active', followed: false }));
});

test('nobody has a state, as far as it has heard', (t) => {
  const never = { ...inStep, epoch: 0, version: { epoch: 0, sequence: 0 }, holding: 'new', followed: false } as const;
  t.true(isFresh(never));
  t.false(isFresh({ ...never, epoch: 7 }), 'somebody was promoted since');
});

test('not: one whose memory is lost, that hasn’t got the new reign’s state, or that no active one reaches', (t) => {
  t.false(isFresh({ ...inStep, holding: 'blank' }));
  t.false(isFresh({ ...inStep, version: { epoch: 6, sequence: 42 } }));
  t.false(isFresh({ ...inStep, followed: false }));
});
