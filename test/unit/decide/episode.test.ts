/** When an active instance's failure was seen, and when another one served: by what the group said, and by Pacemaker's word. */
import test from 'ava';
import { type Episodes, raisedTimes, withStatus, withWord } from '../../../src/decide/episode.ts';
import type { ClusterStatus } from '../../../src/model/cluster.ts';
import { loadVnf } from '../../../src/model/load.ts';
import type { InstanceWord } from '../../../src/model/wire.ts';
import { wellCluster } from '../../host/page/scene.ts';

const vnf = await loadVnf('examples/sipcore.yaml'); // the registrar is active on node2
const said = (all: Episodes, word: InstanceWord, node: string, at: number): Episodes =>
  withWord(all, { v: 1, type: 'instance', node, resource: 'sipcore-registrar', word, at, what: '' }, at + 4, vnf, wellCluster); // prettier-ignore
/** The active one, and its address. */
const active = (instance: string | undefined, address: string | undefined): ClusterStatus => ({
  ...wellCluster,
  resources: wellCluster.resources.flatMap((one) => {
    if (one.id === 'sipcore-registrar-vip') return address === undefined ? [] : [{ ...one, nodes: [address] }];
    if (one.id !== 'sipcore-registrar') return [one];
    return [{ ...one, role: one.nodes[0] === instance ? ('Promoted' as const) : ('Unpromoted' as const) }];
  }),
});
const failed = said(new Map(), 'died', 'node2', 1000);
const timesOf = (all: Episodes, node = 'node2') => raisedTimes(all.get(`registrar/${node}`));

test('another serves when it is active and has the address, by a word that was asked for after the failure', (t) => {
  t.deepEqual(timesOf(failed), { failedAt: 1000, noticedAt: 1004, role: 'active' });
  const looks: [ClusterStatus, number][] = [
    [active('node3', 'node3'), 900], // asked for before
    [active('node2', 'node2'), 2000], // Pacemaker doesn't know yet
    [active(undefined, undefined), 2500],
    [active('node3', undefined), 3000],
    [active('node3', 'node2'), 3500],
  ];
  const before = looks.reduce((all, [status, at]) => withStatus(all, status, at, vnf), failed);
  t.is(timesOf(before).servedAt, undefined);
  const served = withStatus(before, active('node3', 'node3'), 4000, vnf);
  t.is(timesOf(withStatus(served, active('node3', 'node3'), 7000, vnf)).servedAt, 4000);
});

test('a standby’s failure takes nothing away', (t) => {
  const standby = withStatus(said(new Map(), 'hung', 'node3', 1000), active('node2', 'node2'), 4000, vnf);
  t.deepEqual(timesOf(standby, 'node3'), { failedAt: 1000, noticedAt: 1004, role: 'standby' });
});

test('what is over is of no incident; the next failure is one of its own', (t) => {
  const over = said(failed, 'well', 'node2', 5000);
  t.deepEqual(timesOf(over), {});
  t.is(timesOf(said(over, 'died', 'node2', 9000)).failedAt, 9000);
  t.is(timesOf(said(failed, 'hung', 'node2', 9000)).failedAt, 1000);
});
