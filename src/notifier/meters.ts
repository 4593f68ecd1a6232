/** What a notifier tells Prometheus: docs/metrics.md. */
import { isOpen, type Journal, type JournalEntry } from '../decide/incident-journal.ts';
import type { Meters } from '../process/metrics.ts';

export interface NotifierMeters {
  /** A fact that the journal did not have yet, with the journal that has it. */
  readonly heard: (entry: JournalEntry, journal: Journal) => void;
}

/** Heals take minutes. */
const buckets = [1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];

/** The journal is asked when it is scraped. */
export function notifierMeters(
  meters: Meters,
  sources: { journal: () => Journal; member: () => boolean },
): NotifierMeters {
  const { journal, member } = sources;
  const open = () =>
    [...journal().values()].flatMap(({ incident }) => (incident && isOpen(incident) ? [incident] : []));
  meters.gauge(
    { name: 'vnfha_incidents_open', help: 'Incidents whose failure stands.', labels: ['vnfc', 'node', 'phase'] },
    () => open().map(({ vnfc, node, phase }) => [{ vnfc, node, phase }, 1]),
  );
  meters.gauge(
    { name: 'vnfha_incident_oldest_timestamp_seconds', help: 'When the oldest open one was raised.', labels: [] },
    () => {
      const times = open().map(({ raisedAt }) => raisedAt);
      return times.length === 0 ? [] : [[{}, Math.min(...times) / 1000]];
    },
  );
  meters.gauge({ name: 'vnfha_journal_entries', help: 'Facts in the journal of incidents.', labels: [] }, () => [
    [{}, [...journal().values()].reduce((sum, { entries }) => sum + entries.length, 0)],
  ]);
  meters.gauge(
    { name: 'vnfha_notifier_group_up', help: '1: the notifier is in its group of Corosync.', labels: [] },
    () => [[{}, member() ? 1 : 0]],
  );
  const raised = meters.counter({ name: 'vnfha_incidents_total', help: 'Incidents raised.', labels: ['vnfc'] });
  const heals = meters.counter({
    name: 'vnfha_heals_total',
    help: 'Heals, by what came of them: requested, accepted, completed, rejected, failed.',
    labels: ['vnfc', 'result'],
  });
  const recovered = meters.histogram({
    name: 'vnfha_incident_recovery_seconds',
    help: 'From the raising of an incident until its failure is over.',
    labels: ['vnfc', 'outcome'],
    buckets,
  });
  const healed = meters.histogram({
    name: 'vnfha_heal_seconds',
    help: 'From the VNFM’s acceptance of a heal until it is completed.',
    labels: ['vnfc'],
    buckets,
  });
  return {
    heard(entry, then) {
      const recorded = then.get(entry.incident);
      const vnfc = recorded?.incident?.vnfc;
      if (vnfc === undefined) return;
      const since = (kind: JournalEntry['kind']): number =>
        Math.max(0, entry.at - (recorded!.entries.find((one) => one.kind === kind)?.at ?? entry.at)) / 1000;
      if (entry.kind === 'raised') raised({ vnfc });
      const result = /^heal-(requested|accepted|completed|rejected|failed)$/.exec(entry.kind)?.[1];
      if (result !== undefined) heals({ vnfc, result });
      if (entry.kind === 'heal-completed') healed({ vnfc }, since('heal-accepted'));
      if (entry.kind === 'recovered') recovered({ vnfc, outcome: entry.outcome }, since('raised'));
    },
  };
}
