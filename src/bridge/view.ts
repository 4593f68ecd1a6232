/**
 * What `GET /state` says: for people, status pages and tests.
 */
import type { RotationState, Server } from '../decide/rotation-types.ts';
import type { ServerStat } from '../haproxy/replies.ts';
import type { BridgeView } from '../page/state.ts';
import { now } from '../process/clock.ts';
import type { ServerRotation } from '../status/bridge-state.ts';
import type { Engine } from './engine.ts';

export interface ViewSources {
  readonly node: string;
  readonly vnf: string;
  readonly config: string;
  readonly corosync: boolean;
  readonly state: RotationState;
  /** The nodes whose heartbeats are heard: their silence would be noticed. */
  readonly heard: readonly number[];
  /** HAProxy's own view; undefined: it is not running, or gives no answer. */
  readonly stats: readonly ServerStat[] | undefined;
  /** Why HAProxy has to be restarted to take a changed description up. */
  readonly outdated: string | undefined;
}

/** A plain object, ready for JSON. */
export function viewOf({ node, vnf, config, corosync, state, heard, stats, outdated }: ViewSources) {
  return {
    node,
    vnf,
    corosync: corosync ? 'up' : 'down',
    ring: state.ring === undefined ? null : [...state.ring.members].sort((a, b) => a - b),
    heartbeats: heard,
    suspects: [...state.suspects].map(([nodeId, { at, what }]) => ({
      nodeId,
      since: new Date(at).toISOString(),
      what,
    })),
    /** Whether the cluster's word is known, and we are in the partition with quorum. */
    settled: state.snapshot !== undefined,
    snapshotAgeMs: state.snapshot === undefined ? null : Math.round(now() - state.snapshot.begun),
    haproxy: { running: state.haproxyPid !== undefined, pid: state.haproxyPid ?? null, outdated: outdated ?? null },
    config,
    servers: [...state.servers].map(([key, server]) => ({
      ...serverView(server, stats),
      suspected: state.suspected.has(key),
    })),
    waitingAgents: state.requests.map(({ id, key, out }) => ({ id, server: key, wants: out ? 'out' : 'in' })),
    strangers: [...state.strangers],
  };
}

function serverView(server: Server, stats: readonly ServerStat[] | undefined) {
  const { place, host, out, cut, reason, since, decided, memory, file, error, drifts } = server;
  const seen = stats?.find((stat) => stat.backend === place.backend && stat.server === place.server);
  return {
    backend: place.backend,
    server: place.server,
    vnfc: place.vnfc,
    node: host?.name ?? null,
    rotation: out ? 'out' : 'in',
    reason,
    since: new Date(since).toISOString(),
    decided,
    cut,
    memory,
    file,
    error: error ?? null,
    drifts,
    haproxy: seen === undefined ? null : { status: seen.status, sessions: seen.sessions, lastCheck: seen.lastCheck },
  };
}

/** What the status page shows of the servers. */
export const rotationIn = ({ servers }: RotationState): readonly ServerRotation[] =>
  [...servers.values()].map(({ place: { vnfc, server }, out, reason }) => ({
    ...{ vnfc, server, rotation: out ? ('out' as const) : ('in' as const), reason },
  }));

/** What the status page shows of the bridge itself. */
export function selfView({ state, structure, outdated }: Engine, corosync: boolean): BridgeView {
  const names = new Map(structure.vnf.nodes.map(({ id, name }) => [id, name]));
  return {
    corosync,
    settled: state.snapshot !== undefined,
    haproxy: state.haproxyPid !== undefined,
    outdated: outdated ?? null,
    silentNodes: [...state.suspects.keys()].map((id) => names.get(id) ?? `node ${id}`),
  };
}
