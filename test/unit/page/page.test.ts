/** The status page's decisions: where it is served, what a request wants, what it shows, what has changed. */
import test from 'ava';
import { loadVnf } from '../../../src/model/load.ts';
import { pageAddress } from '../../../src/page/address.ts';
import { changesBetween } from '../../../src/page/changes.ts';
import { createFeed } from '../../../src/page/feed.ts';
import { wantedBy } from '../../../src/page/request.ts';
import { pageState, type PageState } from '../../../src/page/state.ts';
import { Failure } from '../../../src/process/failure.ts';
import { journalOf } from '../../../src/status/incidents.ts';
import { vnfStatus } from '../../../src/status/vnf-status.ts';
import { wellCluster, wellRotation, without } from '../../host/page/scene.ts';

const vnf = await loadVnf('examples/sipcore.yaml');

test('it is served on the loopback, and nowhere else', (t) => {
  t.deepEqual(pageAddress('9770'), { host: '127.0.0.1', port: 9770 });
  t.deepEqual(pageAddress('localhost:9770'), { host: '127.0.0.1', port: 9770 });
  t.deepEqual(pageAddress('[::1]:9770'), { host: '::1', port: 9770 });
  for (const other of ['0.0.0.0:9770', '10.77.0.1:9770', '[::]:9770', '[::ffff:10.0.0.1]:9770', '128.0.0.1:9770']) {
    const error = t.throws(() => pageAddress(other), { instanceOf: Failure }, other);
    t.is(error?.kind, 'usage');
    t.regex(error?.message ?? '', /on the loopback only/);
  }
  for (const wrong of ['', '0', 'x', 'example.org:80']) t.throws(() => pageAddress(wrong), { instanceOf: Failure });
});

test('what a request wants, or why it gets nothing', (t) => {
  const host = 'localhost:9770';
  const wanted = (url: string, headers: Record<string, string> = {}, method = 'GET') => wantedBy({ method, url, headers: { host, ...headers } }); // prettier-ignore
  t.deepEqual(wanted('/'), { type: 'file', name: 'index.html' });
  t.deepEqual(wanted('/?x=1'), { type: 'file', name: 'index.html' });
  t.deepEqual(wanted('/incidents/a%2Fb%3C'), { type: 'incident', id: 'a/b<' });
  t.like(wanted('/incidents/%zz'), { status: 400 });
  for (const url of ['/../page.js', '/constructor', '//page.js', 'http://evil/', '*', '']) t.like(wanted(url), { status: 404 }, url); // prettier-ignore
  t.like(wanted('/', {}, 'POST'), { status: 405 });
  t.like(wantedBy({ method: 'GET', url: '/', headers: {} }), { status: 403 });
  for (const name of [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1@evil',
    '10.0.0.1:9770',
    '',
    'localhost:99999999',
  ])
    t.like(wanted('/', { host: name }), { status: 403 }, name);
  for (const site of ['cross-site', 'same-site'])
    t.like(wanted('/events', { 'sec-fetch-site': site }), { status: 403 });
  t.deepEqual(wanted('/events', { 'sec-fetch-site': 'same-origin' }), { type: 'events' });
});

const lines = (...entries: object[]): string => entries.map((entry) => JSON.stringify({ v: 1, vnf: 'sipcore', by: 'node1', ...entry })).join('\n'); // prettier-ignore
function stateOf(journal: string, rotation = wellRotation, cluster = wellCluster): PageState {
  const read = journalOf(journal);
  const status = vnfStatus(vnf, cluster, rotation, read, 0);
  return pageState({ node: 'node1', vnf, status, silent: undefined, bridge: undefined, journal: read, now: 0 });
}
const raised = (id: string, at: number) => ({ incident: id, kind: 'raised', at, vnfc: 'web', node: 'node3', reason: 'x', severity: 'MAJOR' }); // prettier-ignore

test('the nodes with what runs on them; incidents: the open first, then the newest, of many the first fifty', (t) => {
  const state = stateOf(lines(raised('old', 1), ...Array.from({ length: 60 }, (_, at) => [raised(`i${at}`, 10 + at), { incident: `i${at}`, kind: 'closed', at: 99 }]).flat())); // prettier-ignore
  t.deepEqual(state.nodes.map(({ runs }) => runs.join(', ')), [
    'registrar (standby), web, lb (load balancer), address 10.77.0.60',
    'registrar (active), address 10.77.0.50, web, lb (load balancer)',
    'registrar (standby), web',
  ]); // prettier-ignore
  t.deepEqual(state.incidents?.slice(0, 2).map(({ id }) => id), ['old', 'i59']); // prettier-ignore
  t.is(state.incidents?.length, 50);
  t.is(state.older, 11);
  t.deepEqual(JSON.parse(JSON.stringify(state.incidents)), state.incidents);
});

test('what has changed, in sentences', (t) => {
  const well = stateOf('');
  t.deepEqual(changesBetween(well, stateOf('')), []);
  t.deepEqual(changesBetween(well, stateOf('', without('node2', 'it hangs'))), [
    'sipcore is not well',
    'web on node2 is out of rotation: it hangs',
  ]);
  const moved = { ...wellCluster, quorate: false, resources: wellCluster.resources.map((one) => (one.id === 'sipcore-lb-vip' ? { ...one, nodes: ['node2'] } : one)) }; // prettier-ignore
  t.deepEqual(changesBetween(well, stateOf('', wellRotation, moved)), ['sipcore is not well', 'this partition has no quorum', '10.77.0.60 of lb is on node2']); // prettier-ignore
  const open = stateOf(lines(raised('i1', 1)));
  t.deepEqual(changesBetween(well, open).slice(1), ['incident i1: web on node3, raised']);
  t.deepEqual(changesBetween(open, stateOf(lines(raised('i1', 1), { incident: 'i1', kind: 'closed', at: 2 }))).slice(1), ['incident i1: web on node3, closed']); // prettier-ignore
  const silent = { ...well, status: null, silent: 'no' };
  t.deepEqual(changesBetween(well, silent), ['the cluster gives no answer: no']);
  t.deepEqual(changesBetween(silent, silent), []);
  t.deepEqual(changesBetween(silent, well), ['the cluster answers again']);
  const many = Array.from({ length: 30 }, (_, at) => raised(`i${at}`, at));
  const told = changesBetween(well, stateOf(lines(...many)));
  t.deepEqual([told.length, told.at(-1)], [13, 'and 19 more']);
});

test('a state that is being made when something changes is made again', async (t) => {
  let made = 0;
  let release = (): void => undefined;
  const build = () => new Promise<PageState>((resolve) => { made++; release = () => resolve({} as PageState); }); // prettier-ignore
  const feed = createFeed({ build, gapMs: 10, everyMs: 60_000, seen: () => undefined });
  t.teardown(() => feed.stop());
  const turn = () => new Promise((resolve) => setTimeout(resolve, 40));
  feed.nudge();
  await turn();
  t.is(made, 0); // nobody looks
  feed.watch(true);
  await turn();
  feed.nudge();
  await turn();
  t.is(made, 1);
  release();
  await turn();
  t.is(made, 2);
  release();
  feed.watch(false);
  feed.nudge();
  await turn();
  t.is(made, 2);
});
