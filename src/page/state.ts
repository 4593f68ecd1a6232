/** What the status page shows, as one plain object. Pure. */
import { type Incident, isOpen, type Journal } from '../decide/incident-journal.ts';
import type { RecoveryTarget, Vnf } from '../model/vnf.ts';
import { incidentTimes } from '../status/incident-times.ts';
import type { GroupStatus, VnfStatus } from '../status/vnf-status.ts';

/** Ready for JSON; `null` where something isn't known. */
export interface PageState {
  /** The node whose bridge says so. */
  readonly node: string;
  readonly vnf: string;
  /** As `vnfha status --json` says; null: the cluster gives no answer. */
  readonly status: VnfStatus | null;
  /** Why it gives none. */
  readonly silent: string | null;
  readonly nodes: readonly NodeView[];
  /** Of the bridge itself; null: it idles, as this node is none of the load balancer's. */
  readonly bridge: BridgeView | null;
  readonly target: RecoveryTarget | null;
  /** The newest first; null: the journal can't be read. */
  readonly incidents: readonly IncidentRow[] | null;
  /** How many older ones are left out. */
  readonly older: number;
}

export interface NodeView {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly loadBalancer: boolean;
  /** What is there now: 'registrar (active)', 'web', 'address 10.77.0.50'. */
  readonly runs: readonly string[];
}

export interface BridgeView {
  readonly corosync: boolean;
  /** It knows the word of a cluster with quorum. */
  readonly settled: boolean;
  readonly haproxy: boolean;
  /** Why HAProxy has not taken up the description. */
  readonly outdated: string | null;
  /** Nodes whose heartbeats stay away. */
  readonly silentNodes: readonly string[];
}

export interface IncidentRow {
  readonly id: string;
  readonly vnfc: string;
  readonly node: string;
  readonly phase: Incident['phase'];
  readonly severity: Incident['severity'];
  readonly reason: string;
  /** ms since the epoch. */
  readonly raisedAt: number;
  readonly recoveredAt: number | null;
  readonly open: boolean;
  /** Its measured times, held against the target, in one sentence. */
  readonly verdict: string;
}

/** More than fit on a page. */
const shownIncidents = 50;

export interface PageSources {
  readonly node: string;
  readonly vnf: Vnf;
  readonly status: VnfStatus | undefined;
  readonly silent: string | undefined;
  readonly bridge: BridgeView | undefined;
  readonly journal: Journal | undefined;
  /** ms since the epoch. */
  readonly now: number;
}

export function pageState({ node, vnf, status, silent, bridge, journal, now }: PageSources): PageState {
  const incidents = journal && [...journal.values()].flatMap((each) => (each.incident ? [rowOf(each.incident, each.entries, vnf, now)] : [])); // prettier-ignore
  const newest = incidents?.toSorted((one, other) => Number(other.open) - Number(one.open) || other.raisedAt - one.raisedAt); // prettier-ignore
  return {
    node,
    vnf: vnf.name,
    status: status ?? null,
    silent: silent ?? null,
    nodes: [...vnf.nodes, ...vnf.guests].map(({ name, addresses }) => ({
      name,
      addresses: Object.values(addresses),
      loadBalancer: vnf.loadBalancer?.nodes.includes(name) ?? false,
      runs: status === undefined ? [] : runsOn(name, status),
    })),
    bridge: bridge ?? null,
    target: vnf.recovery ?? null,
    incidents: newest?.slice(0, shownIncidents) ?? null,
    older: Math.max(0, (newest?.length ?? 0) - shownIncidents),
  };
}

function rowOf(incident: Incident, entries: Parameters<typeof incidentTimes>[0], vnf: Vnf, now: number): IncidentRow {
  const { id, vnfc, node, phase, severity, reason, raisedAt, recoveredAt } = incident;
  const verdict = incidentTimes(entries, vnf.recovery, now).sentence;
  return { id, vnfc, node, phase, severity, reason, raisedAt, recoveredAt: recoveredAt ?? null, open: isOpen(incident), verdict }; // prettier-ignore
}

/** The instances and addresses on a node. Servers that the load balancer manages by itself are not of the cluster's nodes. */
function runsOn(node: string, { vnfcs, loadBalancer }: VnfStatus): readonly string[] {
  const groups = [...vnfcs, ...(loadBalancer === undefined ? [] : [loadBalancer])];
  return groups.filter(({ kind }) => kind !== 'lb-managed').flatMap((group) => [...instanceOn(node, group), ...addressOn(node, group)]); // prettier-ignore
}

function instanceOn(node: string, { name, kind, instances }: GroupStatus): readonly string[] {
  const state = instances.find((one) => one.node === node)?.state;
  if (state === undefined || state === 'down') return [];
  const what = kind === 'load-balancer' ? `${name} (load balancer)` : name;
  return [state === 'up' ? what : `${what} (${state})`];
}

const addressOn = (node: string, { vips }: GroupStatus): readonly string[] =>
  vips.flatMap((vip) => (vip.node === node ? [`address ${vip.address}`] : []));
