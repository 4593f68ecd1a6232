/** Pacemaker's work for what is generated: it grows little faster than the number of VNFCs, and a settled fleet has nothing to do. */
import test from 'ava';
import { fleetCib } from '../../../bench/fleet/cib.ts';
import { fleetPlaces } from '../../../bench/fleet/places.ts';
import { settledCib } from '../../../bench/fleet/settled.ts';
import { decisions } from '../../../bench/parts/scheduler.ts';
import { verifyCib } from '../../../src/pacemaker/verify.ts';
import { simulate } from '../../../src/pacemaker/simulate.ts';
import { serializeXml } from '../../../src/process/xml.ts';

test('a settled fleet of 100 VNFCs: crm_verify takes it, and the scheduler wants nothing', async (t) => {
  const { vnf, cib } = await fleetCib(100);
  await t.notThrowsAsync(verifyCib(serializeXml(cib), 'the fleet'));
  t.deepEqual(await simulate(settledCib(cib, vnf.nodes, fleetPlaces(vnf))), []);
});

test('a node of it is lost: fenced, and its active VNFCs are promoted where they stand by', async (t) => {
  const { vnf, cib } = await fleetCib(100);
  const places = fleetPlaces(vnf);
  const lost = settledCib(cib, vnf.nodes, places).replace(
    'uname="n3" in_ccm="true" crmd="online" join="member"',
    'uname="n3" in_ccm="false" crmd="offline" join="down"',
  );
  const actions = await simulate(lost);
  const active = [...places].filter(([, { promoted }]) => promoted === 'n3').map(([id]) => id);
  t.true(active.length > 3);
  t.deepEqual(
    actions.filter(({ action }) => action === 'fence').map(({ node }) => node),
    ['n3'],
  );
  const promoted = actions.filter(({ action }) => action === 'promote').map(({ resource }) => resource);
  t.deepEqual(promoted.sort(), active.sort());
});

test("the scheduler's time for eight times as many VNFCs", async (t) => {
  t.timeout(120_000);
  const [few, many] = [Math.min(...(await decisions(50, 'ours', 3))), Math.min(...(await decisions(400, 'ours', 3)))];
  t.log(`50: ${few} s; 400: ${many} s`);
  // Linear is 8, quadratic 64.
  t.true(many < 24 * few, `${few} s -> ${many} s`);
});

test('with a constraint for each pair it takes many times as long for a tenth of that', async (t) => {
  t.timeout(120_000);
  const [ours, pairs] = [Math.min(...(await decisions(40, 'ours', 2))), Math.min(...(await decisions(40, 'pairs', 1)))];
  t.log(`40: ${ours} s; with pairs: ${pairs} s`);
  t.true(pairs > 5 * ours, `${ours} s, ${pairs} s`);
});
