/** What is for Prometheus, held against its own tool. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { createLog } from '../../../src/process/log.ts';
import { Failure } from '../../../src/process/failure.ts';
import { serveMetrics } from '../../../src/process/metrics.ts';
import { bridgeMeters } from '../../../src/bridge/meters.ts';
import { initialRotation } from '../../../src/decide/rotation.ts';
import { addEntry, emptyJournal, type JournalEntry } from '../../../src/decide/incident-journal.ts';
import { notifierMeters } from '../../../src/notifier/meters.ts';
import { supervisorMeters } from '../../../src/supervisor/meters.ts';
import type { InstanceStatus } from '../../../src/sync/status.ts';
import { syncMeters } from '../../../src/sync/meters.ts';

function promtool(argv: readonly string[], input = ''): string {
  const { status, stdout, stderr, error } = spawnSync('promtool', argv, { encoding: 'utf8', input });
  if (error) throw error;
  return `${status}\n${stdout}${stderr}`;
}

test('the alert rules are rules, and each does what its tests say', (t) => {
  t.regex(promtool(['check', 'rules', 'monitoring/alerts.yaml']), /^0\n/);
  t.regex(promtool(['test', 'rules', 'monitoring/alerts.test.yaml']), /^0\n/);
});

const log = createLog('test', () => undefined);
/** Each at a port of its own: a client keeps connections, also to a server that has ended. */
async function serving(t: ExecutionContext) {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address() as AddressInfo;
  free.close();
  await once(free, 'close');
  const { meters, close } = await serveMetrics(String(port), log);
  t.teardown(close);
  const scrape = async (path = '/metrics'): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`);
  return { meters, port, scrape };
}

const entry = (fields: object): JournalEntry =>
  ({ v: 1, vnf: 'v', incident: 'i', at: 1000, by: 'n1', ...fields }) as JournalEntry;

test.serial('everything that is served is as Prometheus wants it; an incident is counted and timed', async (t) => {
  const { meters, scrape } = await serving(t);
  const bridge = bridgeMeters(meters, { state: () => initialRotation, corosync: () => true, outdated: () => false });
  bridge.changed({ vnfc: 'web', rotation: 'out' }, 0.012);
  let journal = emptyJournal;
  const notifier = notifierMeters(meters, { journal: () => journal, member: () => true });
  const facts = [
    entry({ kind: 'raised', vnfc: 'web', node: 'n1', reason: 'x', severity: 'MAJOR' }),
    entry({ kind: 'heal-requested', attempt: 1, owner: '1.2', at: 1100 }),
    entry({ kind: 'heal-accepted', attempt: 1, operation: 'o', at: 1500 }),
    entry({ kind: 'heal-completed', attempt: 1, at: 21_500 }),
    entry({ kind: 'recovered', outcome: 'healed', at: 31_000 }),
  ];
  for (const [at, fact] of facts.entries()) {
    journal = addEntry(journal, fact, fact.at);
    notifier.heard(fact, journal);
    if (at === 0) t.regex(await (await scrape()).text(), /^vnfha_incidents_open\{vnfc="web",node="n1",phase="raised"\} 1$/m); // prettier-ignore
  }
  const supervisor = supervisorMeters(meters, () => [['v-web', 'hung'], ['v-new', undefined]]); // prettier-ignore
  supervisor.said({ resource: 'v-web', word: 'died' });
  supervisor.told({ resource: 'v-web' }, 0.06);
  const version = { epoch: 3, sequence: 10 };
  syncMeters(
    meters,
    'reg',
    () =>
      ({ role: 'active', epoch: 3, fresh: true, keys: 2, bytes: 40, version, copies: [
        { copy: 'n2', connected: true, version: { epoch: 3, sequence: 8 } }, { copy: 'n3', connected: false }] }) as unknown as InstanceStatus, // prettier-ignore
  );
  const text = await (await scrape()).text();
  t.is(promtool(['check', 'metrics'], text), '0\n');
  for (const line of [
    'vnfha_rotation_change_seconds_bucket{le="0.01",vnfc="web",rotation="out"} 0',
    'vnfha_rotation_change_seconds_bucket{le="0.02",vnfc="web",rotation="out"} 1',
    'vnfha_incidents_total{vnfc="web"} 1',
    'vnfha_heals_total{vnfc="web",result="completed"} 1',
    'vnfha_heal_seconds_sum{vnfc="web"} 20',
    'vnfha_incident_recovery_seconds_sum{vnfc="web",outcome="healed"} 30',
    'vnfha_instance_well{resource="v-web"} 0',
    'vnfha_sync_copy_behind{vnfc="reg",copy="n2"} 2',
    'vnfha_sync_copy_connected{vnfc="reg",copy="n3"} 0',
  ])
    t.true(text.split('\n').includes(line), line);
  t.notRegex(text, /^vnfha_incidents_open\{/m);
  t.notRegex(text, /v-new/);
});

test.serial('nothing else is there, a port that is taken is said, and a daemon may begin anew', async (t) => {
  const { meters, port, scrape } = await serving(t);
  t.is((await scrape('/')).status, 404);
  const error = await t.throwsAsync(serveMetrics(String(port), log), { instanceOf: Failure });
  t.regex(error.message, /cannot be served/);
  for (const value of [1, 2]) meters.gauge({ name: 'vnfha_x', help: 'x', labels: [] }, () => [[{}, value]]);
  t.regex(await (await scrape()).text(), /^vnfha_x 2$/m);
});
