import test from 'ava';
import { whyNotReady } from '../../../src/lab/ready.ts';
import type { ClusterStatus, NodeStatus } from '../../../src/model/cluster.ts';

const node = (name: string, more: Partial<NodeStatus> = {}): NodeStatus => ({
  name,
  id: 1,
  online: true,
  standby: false,
  maintenance: false,
  pending: false,
  unclean: false,
  ...more,
});
const status = (nodes: readonly NodeStatus[], more: Partial<ClusterStatus> = {}): ClusterStatus => ({
  quorate: true,
  dc: 'a',
  maintenance: false,
  nodes,
  resources: [],
  failures: [],
  ...more,
});

const cases: readonly (readonly [string, ClusterStatus | undefined, string | undefined])[] = [
  ['all online', status([node('a'), node('b')]), undefined],
  ['one that must not be is offline', status([node('a'), node('b'), node('c', { online: false })]), undefined],
  ['no answer', undefined, 'Pacemaker does not answer'],
  ['one offline', status([node('a'), node('b', { online: false })]), 'not online: b'],
  ['one joining', status([node('a'), node('b', { pending: true })]), 'not online: b'],
  ['one unclean', status([node('a'), node('b', { unclean: true })]), 'not online: b'],
  ['one too many', status([node('a'), node('b'), node('c')]), 'still online: c'],
  ['no quorum', status([node('a'), node('b')], { quorate: false }), 'no quorum'],
  ['no DC', status([node('a'), node('b')], { dc: undefined }), 'no DC'],
];

for (const [name, seen, why] of cases) {
  test(name, (t) => t.is(whyNotReady(seen, ['a', 'b']), why));
}
