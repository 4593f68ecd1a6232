import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import type { Action } from '../../../src/cib/effects.ts';
import { applyCib, type ApplyOptions, type Cluster, type Proposal } from '../../../src/cli/apply-cib.ts';
import { Failure } from '../../../src/process/failure.ts';
import { foreign, ours } from '../cib/sample.ts';

const stop: Action = { action: 'stop', resource: 'v-web', node: 'a' };
const demote: Action = { action: 'demote', resource: 'v-db', node: 'b' };

/** A cluster whose CIB takes a patch only at the attempts in `takes`, and plans `plans[attempt]`. */
function clusterThat(takes: (attempt: number) => boolean, plan: (attempt: number) => Action[] = () => []) {
  const calls = { query: 0, patch: 0, simulated: 0 };
  const cluster: Cluster = {
    query: async () => (calls.query++, foreign),
    verify: async () => {},
    simulate: async (cib) => (cib === foreign ? [] : plan(calls.query)),
    diff: async () => 'patch',
    patch: async () => (calls.patch++, takes(calls.query)),
  };
  return { cluster, calls };
}

function optionsThat(agree: boolean, dryRun = false) {
  const asked: string[][] = [];
  const shown: Proposal[] = [];
  const options: ApplyOptions = {
    dryRun,
    show: (proposal) => shown.push(proposal),
    consent: async ({ effects }) => {
      asked.push(effects.filter(({ disruptive }) => disruptive).map(({ text }) => text));
      if (!agree) throw new Failure('refused', 'no');
    },
  };
  return { options, asked, shown };
}

/** What applyCib is given. */
const wanted = async (text?: string) => {
  const configuration = await ours(text);
  return () => configuration;
};

test('nothing healthy disrupted: pushed without asking', async (t) => {
  const { cluster } = clusterThat(
    () => true,
    () => [{ action: 'start', resource: 'v-web', node: 'a' }],
  );
  const { options, asked, shown } = optionsThat(false);
  const outcome = await applyCib(await wanted(), 'v', cluster, options);
  t.true(outcome.applied);
  t.deepEqual(outcome.effects, [{ text: 'starts v-web on a', disruptive: false }]);
  t.deepEqual([asked, shown.length], [[], 1]);
});

test('a change by somebody else: read, merged and simulated again; asked once for the same plan', async (t) => {
  const { cluster, calls } = clusterThat(
    (attempt) => attempt === 4,
    () => [stop],
  );
  const { options, asked, shown } = optionsThat(true);
  t.true((await applyCib(await wanted(), 'v', cluster, options)).applied);
  t.is(calls.query, 4);
  t.deepEqual(asked, [['stops v-web on a']]);
  t.is(shown.length, 1);
});

test('a plan that disrupts something else meanwhile is asked for again', async (t) => {
  const { cluster } = clusterThat(
    (attempt) => attempt === 2,
    (attempt) => (attempt === 1 ? [stop] : [stop, demote]),
  );
  const { options, asked } = optionsThat(true);
  await applyCib(await wanted(), 'v', cluster, options);
  t.deepEqual(asked, [['stops v-web on a'], ['stops v-web on a', 'demotes v-db on b']]);
});

test('refused: nothing is pushed', async (t) => {
  const { cluster, calls } = clusterThat(
    () => true,
    () => [stop],
  );
  t.like(await t.throwsAsync(applyCib(await wanted(), 'v', cluster, optionsThat(false).options)), { kind: 'refused' });
  t.is(calls.patch, 0);
});

test('a dry run asks nothing and pushes nothing', async (t) => {
  const { cluster, calls } = clusterThat(
    () => true,
    () => [stop],
  );
  const { options, asked, shown } = optionsThat(false, true);
  const outcome = await applyCib(await wanted(), 'v', cluster, options);
  t.deepEqual([outcome.applied, calls.patch, asked.length, shown.length], [false, 0, 0, 1]);
});

test('what Pacemaker has in mind anyway is no effect of ours', async (t) => {
  const { cluster } = clusterThat(() => true);
  const outcome = await applyCib(
    await wanted(),
    'v',
    { ...cluster, simulate: async () => [stop] },
    optionsThat(false).options,
  );
  t.deepEqual(outcome.effects, []);
});

test('somebody changes the CIB all the time: given up after a bounded number of attempts', async (t) => {
  const { cluster, calls } = clusterThat(() => false);
  const options = { ...optionsThat(true).options, patienceMs: 0 };
  t.like(await t.throwsAsync(applyCib(await wanted(), 'v', cluster, options)), { kind: 'conflict' });
  t.is(calls.patch, 20);
});

test('somebody changes the CIB for seconds, more often than it can be tried: tried on, and said', async (t) => {
  let begun: number | undefined; // with the first attempt, however long its preparation takes
  const { cluster, calls } = clusterThat(() => performance.now() - (begun ??= performance.now()) > 2500);
  let said = 0;
  const patch = async (change: string) => (await delay(50), cluster.patch(change));
  const options = { ...optionsThat(true).options, busy: () => void (said += 1) };
  t.true((await applyCib(await wanted(), 'v', { ...cluster, patch }, options)).applied);
  t.true(calls.patch > 20);
  t.is(said, 1);
});

test('a CIB held against an older schema is refused before anything is pushed', async (t) => {
  const { cluster, calls } = clusterThat(() => true);
  const old: Cluster = { ...cluster, query: async () => foreign.replace('pacemaker-3.9', 'pacemaker-3.2') };
  t.like(
    await t.throwsAsync(applyCib(await wanted(), 'v', old, optionsThat(true).options), { message: /pacemaker-3\.2/ }),
    { kind: 'input' },
  );
  t.is(calls.patch, 0);
});
