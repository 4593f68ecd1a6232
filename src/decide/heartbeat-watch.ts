/**
 * Which nodes are suspected because their heartbeats stay away. One step an interval; all that is counted are intervals without one.
 * Corosync has the last word: a node that it takes out of the ring is no suspicion any more, one that it keeps beyond its own time is
 * none either.
 */
import type { Suspicion } from './rotation-types.ts';

export interface HeartbeatPolicy {
  readonly intervalMs: number;
  readonly misses: number;
  /** After so long corosync would have taken the node out of the ring. */
  readonly corosyncMs: number;
}

export interface WatchedNode {
  /** Heard since its supervisor came: only then does its silence mean something. */
  readonly heard: boolean;
  readonly missed: number;
  readonly suspicion: Suspicion | undefined;
  /** Suspicions, each within a minute of the one before, and when the last one was. */
  readonly flaps: number;
  readonly flappedAt: number;
}

export type HeartbeatWatch = ReadonlyMap<number, WatchedNode>;

export interface HeartbeatTick {
  readonly at: number;
  /** This process itself was late: what was missed may have been its own fault. */
  readonly late: boolean;
  readonly heard: ReadonlySet<number>;
  /** The other nodes that are in the ring with a supervisor in the group. */
  readonly watched: ReadonlySet<number>;
}

const flapsAllowed = 3;
const quietMs = 60_000;
const mostPatience = 8;
const fresh: WatchedNode = { heard: false, missed: 0, suspicion: undefined, flaps: 0, flappedAt: -Infinity };

/** The nodes after one interval. */
export function stepHeartbeats(before: HeartbeatWatch, tick: HeartbeatTick, policy: HeartbeatPolicy): HeartbeatWatch {
  const counted = new Map<number, WatchedNode>();
  for (const id of tick.watched)
    counted.set(id, afterInterval(before.get(id) ?? fresh, tick.heard.has(id), tick, policy));
  const nodes = [...counted.values()].filter(({ heard }) => heard);
  // All at once, if there are several: it is this node that hears nothing.
  const deaf = nodes.length > 1 && nodes.every(({ missed }) => missed >= Math.max(1, policy.misses - 1));
  if (deaf) return counted;
  return new Map([...counted].map(([id, node]) => [id, suspected(node, tick.at, policy)]));
}

function afterInterval(
  node: WatchedNode,
  heard: boolean,
  { at, late }: HeartbeatTick,
  policy: HeartbeatPolicy,
): WatchedNode {
  if (heard) return { ...node, heard: true, missed: 0, suspicion: undefined };
  if (!node.heard) return node;
  const { suspicion } = node;
  // Corosync keeps it: it is only this program of it that is silent, until it is heard again.
  if (suspicion !== undefined && at - suspicion.at > policy.corosyncMs)
    return { ...node, heard: false, missed: 0, suspicion: undefined };
  return { ...node, missed: late ? 0 : node.missed + 1 };
}

function suspected(node: WatchedNode, at: number, policy: HeartbeatPolicy): WatchedNode {
  const { heard, missed, suspicion, flaps, flappedAt } = node;
  const recent = at - flappedAt <= quietMs ? flaps : 0;
  const patience = recent < flapsAllowed ? 1 : Math.min(mostPatience, 2 ** (recent - flapsAllowed + 1));
  if (!heard || suspicion !== undefined || missed < policy.misses * patience) return node;
  const what = `no heartbeat for ${missed} intervals of ${policy.intervalMs} ms`;
  return { ...node, suspicion: { at, what }, flaps: recent + 1, flappedAt: at };
}

/** nodeid -> why it is suspected. */
export const suspectedNodes = (watch: HeartbeatWatch): ReadonlyMap<number, Suspicion> =>
  new Map([...watch].flatMap(([id, { suspicion }]) => (suspicion === undefined ? [] : [[id, suspicion] as const])));
