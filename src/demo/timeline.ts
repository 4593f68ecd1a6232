/**
 * From what the daemons logged, what the power switch did and what the client saw to one timeline of a fault. Pure.
 * All hosts of a lab share one clock, so their microseconds can be put in one order.
 */

/** One thing that was logged: `at` in microseconds, `host` where it was logged. */
export interface LogRecord {
  readonly at: number;
  readonly host: string;
  readonly source: 'bridge' | 'journal' | 'pacemaker' | 'switch' | 'client';
  readonly event: string;
  readonly [field: string]: unknown;
}

export type Milestone =
  | 'fault'
  | 'evidence'
  | 'excluded'
  | 'fenced'
  | 'promoted'
  | 'VIP answering'
  | 'raised'
  | 'heal asked for'
  | 'healed'
  | 're-admitted'
  | 'cleared';

export interface Entry {
  readonly at: number;
  readonly milestone: Milestone;
  readonly what: string;
}

/**
 * The timeline of what was logged from `from` (µs) on, earliest first; what several hosts say alike stands once.
 * `nodes`: the name of each nodeid.
 */
export function timelineOf(records: readonly LogRecord[], from: number, nodes: ReadonlyMap<number, string>): Entry[] {
  const entries = records.filter((record) => record.at >= from).flatMap((record) => entriesOf(record, nodes));
  entries.sort((a, b) => a.at - b.at);
  const seen = new Set<string>();
  return entries.filter(({ milestone, what }) => {
    const key = `${milestone} ${what}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

/** The milestones of `wanted` that the timeline lacks, or that come in another order than `wanted` has them. */
export function missingFrom(timeline: readonly Entry[], wanted: readonly Milestone[]): Milestone[] {
  let from = -Infinity;
  return wanted.filter((milestone) => {
    const found = timeline.find((entry) => entry.milestone === milestone && entry.at >= from);
    if (found !== undefined) from = found.at;
    return found === undefined;
  });
}

function entriesOf(record: LogRecord, nodes: ReadonlyMap<number, string>): Entry[] {
  const entry = (milestone: Milestone, what: string): Entry[] => [{ at: record.at, milestone, what }];
  switch (`${record.source} ${record.event}`) {
    case 'bridge alert':
      return alertEntries(record);
    case 'bridge ring': {
      const left = [...nodes].filter(([id]) => !(record.nodeids as number[]).includes(id)).map(([, name]) => name);
      return left.length === 0 ? [] : entry('evidence', `Corosync: ${left.join(', ')} left`);
    }
    case 'bridge instance': {
      const what = `the supervisor of ${String(record.node)}: ${String(record.resource)} ${String(record.word)}`;
      return record.word === 'well' ? [] : entry('evidence', what);
    }
    case 'bridge suspected-nodes': {
      const silent = (record.nodeids as number[]).map((id) => nodes.get(id) ?? String(id));
      return silent.length === 0 ? [] : entry('evidence', `no heartbeats from ${silent.join(', ')}`);
    }
    case 'bridge asked':
      return record.asks === 'exclude'
        ? entry('evidence', `Pacemaker stops the member of ${String(record.server)}, first of all`)
        : [];
    case 'bridge set-servers':
      return (record.servers as { server: string; out: boolean; outcome: unknown }[])
        .filter(({ outcome }) => outcome === 'done')
        .flatMap(({ server, out }) =>
          entry(out ? 'excluded' : 're-admitted', `${server} at the HAProxy of ${record.host}`),
        );
    case 'pacemaker promoted':
      return entry('promoted', `${String(record.resource)} on ${String(record.node)}`);
    case 'switch reboot':
    case 'switch off':
      return entry('fenced', `${String(record.node)} by the power switch`);
    case 'client back':
      return entry('VIP answering', String(record.what));
    case 'journal raised':
      return entry('raised', `${String(record.vnfc)} on ${String(record.node)}: ${String(record.reason)}`);
    case 'journal heal-requested':
      return entry('heal asked for', `by the notifier of ${String(record.by)}`);
    case 'journal heal-completed':
      return entry('healed', 'the VNFM says COMPLETED');
    case 'journal alarm-cleared':
      return entry('cleared', 'the alarm at the VNFM');
    default:
      return [];
  }
}

function alertEntries({ at, kind, task, rc, targetRc, resource, node }: LogRecord): Entry[] {
  if (kind !== 'resource' || rc === targetRc) return [];
  const what = `Pacemaker: ${String(task)} of ${String(resource)} on ${String(node)} failed`;
  return [{ at, milestone: 'evidence', what }];
}
