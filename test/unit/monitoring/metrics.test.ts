/** docs/metrics.md, the alert rules and the dashboard name the metrics that there are, and no others. */
import { readFileSync } from 'node:fs';
import test from 'ava';
import { parse } from 'yaml';
import { bridgeMeters } from '../../../src/bridge/meters.ts';
import { initialRotation } from '../../../src/decide/rotation.ts';
import { emptyJournal } from '../../../src/decide/incident-journal.ts';
import { notifierMeters } from '../../../src/notifier/meters.ts';
import { listenAddress, type Meters } from '../../../src/process/metrics.ts';
import { Failure } from '../../../src/process/failure.ts';
import { supervisorMeters } from '../../../src/supervisor/meters.ts';
import type { InstanceStatus } from '../../../src/sync/status.ts';
import { syncMeters } from '../../../src/sync/meters.ts';

/** name -> its labels, and whether it is a histogram. */
function defined(): Map<string, { readonly labels: readonly string[]; readonly histogram: boolean }> {
  const all = new Map<string, { labels: readonly string[]; histogram: boolean }>();
  const add = (histogram: boolean) => (what: { readonly name: string; readonly labels: readonly string[] }) => {
    all.set(what.name, { labels: what.labels, histogram });
    return () => undefined;
  };
  const meters: Meters = { counter: add(false), histogram: add(true), gauge: (what) => void add(false)(what) };
  bridgeMeters(meters, { state: () => initialRotation, corosync: () => true, outdated: () => false });
  notifierMeters(meters, { journal: () => emptyJournal, member: () => true });
  supervisorMeters(meters, () => []);
  syncMeters(meters, 'x', () => ({}) as InstanceStatus);
  return all;
}

const read = (file: string): string => readFileSync(file, 'utf8');

test('docs/metrics.md has each of them with its labels', (t) => {
  const rows = [...read('docs/metrics.md').matchAll(/^\| `(vnfha_\w+)` \|([^|]*)\| (.*) \|$/gm)];
  const documented = rows.map(([, name, labels, what]) => [name!, labels!.trim(), what!.startsWith('histogram')]);
  const known = [...defined()].map(([name, { labels, histogram }]) => [name, labels.join(', '), histogram]);
  t.deepEqual(documented.sort(), known.sort());
});

test('alerts and dashboard ask for nothing else', (t) => {
  const known = [...defined()].flatMap(([name, { histogram }]) => (histogram ? [`${name}_bucket`] : [name]));
  const namesIn = (text: string): string[] => text.match(/\bvnfha_\w+/g) ?? [];
  const rules = parse(read('monitoring/alerts.yaml')) as { groups: { rules: { alert: string; expr: string }[] }[] };
  const asked = rules.groups.flatMap(({ rules: some }) => some.flatMap(({ expr }) => namesIn(expr)));
  t.true(asked.length > 10);
  const dashboard = JSON.parse(read('monitoring/dashboard.json')) as { panels: { targets: { expr: string }[] }[] };
  const shown = dashboard.panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => namesIn(expr)));
  t.true(shown.length > 10);
  t.deepEqual([...new Set([...asked, ...shown])].filter((name) => !known.includes(name)), []); // prettier-ignore
});

test('the dashboard’s panels have ids of their own and do not overlap', (t) => {
  const { panels } = JSON.parse(read('monitoring/dashboard.json')) as {
    panels: { id: number; title: string; gridPos: Record<'x' | 'y' | 'w' | 'h', number> }[];
  };
  t.is(new Set(panels.map(({ id }) => id)).size, panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, at) => `${x + (at % w)} ${y + Math.floor(at / w)}`),
  );
  t.is(new Set(cells).size, cells.length);
  t.true(panels.every(({ gridPos: { x, w } }) => x + w <= 24));
});

test('where metrics are served', (t) => {
  t.deepEqual(listenAddress('9760'), { host: '127.0.0.1', port: 9760 });
  t.deepEqual(listenAddress('10.77.0.1:9760'), { host: '10.77.0.1', port: 9760 });
  t.deepEqual(listenAddress('[2001:db8::1]:9760'), { host: '2001:db8::1', port: 9760 });
  for (const wrong of ['', '0', '70000', 'example.org:9760', ':9760', '10.77.0.1', '2001:db8::1:9760'])
    t.throws(() => listenAddress(wrong), { instanceOf: Failure }, wrong);
});
