/**
 * Which nodes are suspected because their heartbeats stay away, and when one has to look again: while all are heard that is only when
 * the first of them would have been silent for too long. Corosync has the last word: a node that it takes out of the ring is no
 * suspicion any more, one that it keeps beyond its own time is none either.
 */
import type { Suspicion } from './rotation-types.ts';

export interface HeartbeatPolicy {
  readonly intervalMs: number;
  readonly misses: number;
  /** After so long corosync would have taken the node out of the ring. */
  readonly corosyncMs: number;
}

export interface WatchedNode {
  /** When its newest heartbeat came; undefined: none since its supervisor came, so that its silence means nothing. */
  readonly heardAt: number | undefined;
  readonly suspicion: Suspicion | undefined;
  /** Suspicions, each within a minute of the one before, and when the last one was. */
  readonly flaps: number;
  readonly flappedAt: number;
}

export type HeartbeatWatch = ReadonlyMap<number, WatchedNode>;

export interface HeartbeatLook {
  readonly at: number;
  /** This process itself was late: what was missed may have been its own fault. */
  readonly late: boolean;
  /** Whose heartbeats came since the last look, and when the newest one did. */
  readonly heard: ReadonlyMap<number, number>;
  /** The other nodes that are in the ring with a supervisor in the group. */
  readonly watched: ReadonlySet<number>;
}

const flapsAllowed = 3;
const quietMs = 60_000;
const mostPatience = 8;
const fresh: WatchedNode = { heardAt: undefined, suspicion: undefined, flaps: 0, flappedAt: -Infinity };

/** The nodes after a look, and when the next one is due. */
export function stepHeartbeats(
  before: HeartbeatWatch,
  look: HeartbeatLook,
  policy: HeartbeatPolicy,
): { readonly watch: HeartbeatWatch; readonly wakeAt: number } {
  const seen = new Map<number, WatchedNode>();
  for (const id of look.watched) seen.set(id, afterLook(before.get(id) ?? fresh, look.heard.get(id), look, policy));
  const silences = [...seen.values()].flatMap(({ heardAt }) => (heardAt === undefined ? [] : [look.at - heardAt]));
  // All at once, if there are several: it is this node that hears nothing.
  const deafMs = Math.max(1, policy.misses - 1) * policy.intervalMs;
  const deaf = silences.length > 1 && silences.every((silentMs) => silentMs >= deafMs);
  const watch = deaf ? seen : new Map([...seen].map(([id, node]) => [id, suspected(node, look.at, policy)]));
  return { watch, wakeAt: wakeAt(watch, look.at, policy) };
}

function afterLook(
  node: WatchedNode,
  heardAt: number | undefined,
  { at, late }: HeartbeatLook,
  policy: HeartbeatPolicy,
): WatchedNode {
  if (heardAt !== undefined) return { ...node, heardAt: late ? at : heardAt, suspicion: undefined };
  if (node.heardAt === undefined) return node;
  const { suspicion } = node;
  // Corosync keeps it: it is only this program of it that is silent, until it is heard again.
  if (suspicion !== undefined && at - suspicion.at > policy.corosyncMs)
    return { ...node, heardAt: undefined, suspicion: undefined };
  return late ? { ...node, heardAt: at } : node;
}

/** How long a node may be silent: until the last of the misses is half an interval late. */
function patienceMs({ flaps, flappedAt }: WatchedNode, at: number, { intervalMs, misses }: HeartbeatPolicy): number {
  const recent = recentFlaps(flaps, flappedAt, at);
  const patience = recent < flapsAllowed ? 1 : Math.min(mostPatience, 2 ** (recent - flapsAllowed + 1));
  return (misses * patience + 0.5) * intervalMs;
}

const recentFlaps = (flaps: number, flappedAt: number, at: number): number => (at - flappedAt <= quietMs ? flaps : 0);

function suspected(node: WatchedNode, at: number, policy: HeartbeatPolicy): WatchedNode {
  const { heardAt, suspicion, flaps, flappedAt } = node;
  if (heardAt === undefined || suspicion !== undefined || at - heardAt < patienceMs(node, at, policy)) return node;
  const what = `no heartbeat for ${Math.floor((at - heardAt) / policy.intervalMs)} intervals of ${policy.intervalMs} ms`;
  return { ...node, suspicion: { at, what }, flaps: recentFlaps(flaps, flappedAt, at) + 1, flappedAt: at };
}

/** Who is silent already is waited for at every interval. */
function wakeAt(watch: HeartbeatWatch, at: number, policy: HeartbeatPolicy): number {
  const dues = [...watch.values()].map((node) => {
    const due = node.heardAt === undefined ? Infinity : node.heardAt + patienceMs(node, at, policy);
    return due <= at ? at + policy.intervalMs : due;
  });
  return Math.min(at + policy.misses * policy.intervalMs, ...dues);
}

/** nodeid -> why it is suspected. */
export const suspectedNodes = (watch: HeartbeatWatch): ReadonlyMap<number, Suspicion> =>
  new Map([...watch].flatMap(([id, { suspicion }]) => (suspicion === undefined ? [] : [[id, suspicion] as const])));
