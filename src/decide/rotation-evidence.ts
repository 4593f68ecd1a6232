/**
 * What an event about the cluster adds to, or takes from, the evidence that is held. Newer evidence clears older evidence that
 * it contradicts; a snapshot clears only what it is certain to have seen.
 */
import type { ClusterStatus } from '../model/cluster.ts';
import {
  type Host,
  keyOf,
  type RotationEvent,
  type RotationPlace,
  type RotationPolicy,
  type RotationState,
  type Server,
  type ServerKey,
} from './rotation-types.ts';
import { hostIn, wordOf } from './rotation-wanted.ts';

type EventOf<T extends RotationEvent['type']> = Extract<RotationEvent, { type: T }>;

/** The places of a new description. Servers that stay keep what is known of them; new ones are out until the cluster has a word. */
export function withPlaces(state: RotationState, places: readonly RotationPlace[], at: number): RotationState {
  const servers = new Map<ServerKey, Server>();
  for (const place of places) {
    const key = keyOf(place.backend, place.server);
    const known = state.servers.get(key);
    servers.set(key, known === undefined ? newServer(place, at) : { ...known, place, host: hostAnew(known, place) });
  }
  return { ...state, servers, written: undefined };
}

/** A VM runs where it ran; what is on a node is there. */
const hostAnew = ({ host }: Server, place: RotationPlace): Host | undefined =>
  place.node === undefined ? place.hosts.find(({ name }) => name === host?.name) : place.hosts[0];

function newServer(place: RotationPlace, at: number): Server {
  return {
    place,
    host: place.node === undefined ? undefined : place.hosts[0],
    word: undefined,
    out: true,
    cut: false,
    reason: 'not yet known',
    since: at,
    decided: false,
    hold: undefined,
    readmitted: undefined,
    failure: undefined,
    hung: undefined,
    inFlight: 0,
    answeredAt: undefined,
    memory: 'unknown',
    file: 'unknown',
    error: undefined,
    drifts: 0,
  };
}

/** A request of an lb-member agent for a server that is known. */
export function withRequest(state: RotationState, event: EventOf<'request'>, policy: RotationPolicy): RotationState {
  const { id, at, out } = event;
  const key = keyOf(event.backend, event.server);
  const until = Math.min(Math.max(event.until, at + policy.minHoldMs), at + policy.maxHoldMs);
  const pending = { id, key, out, until, told: false };
  return {
    ...mapServers(state, (server, itsKey) => {
      if (itsKey !== key) return server;
      const hold = { out, at, until };
      // whoever speaks for a VM is where it is
      const host = server.place.hosts.find(({ id }) => id === event.nodeId) ?? server.host;
      if (out) return { ...movedTo(server, host), hold };
      return { ...server, host, hold, readmitted: event.sent, failure: undefined, hung: undefined };
    }),
    requests: [...state.requests.filter((request) => request.id !== id), pending],
  };
}

/** A new ring. Nodes that it lacks have left; nodes that are back may look in a snapshot as they were before they left. */
export function withRing(state: RotationState, members: readonly number[], at: number): RotationState {
  const now = new Set(members);
  const returned = new Map([...state.returned].filter(([id]) => now.has(id)));
  for (const id of now) if (state.ring !== undefined && !state.ring.members.has(id)) returned.set(id, at);
  const next = { ...mapServers(state, (server) => withoutOrphan(server, now)), ring: { at, members: now }, returned };
  return state.snapshot !== undefined && hasMajority(now, state.snapshot.status) ? next : frozen(next);
}

/** What is known by the clock of the node that it was on says nothing on another. */
function movedTo(server: Server, host: Host | undefined): Server {
  return host?.name === server.host?.name ? server : { ...server, host, readmitted: undefined };
}

/** An agent that asked for a readmit is gone with its node. */
function withoutOrphan(server: Server, ring: ReadonlySet<number>): Server {
  const orphaned = server.hold?.out === false && server.host !== undefined && !ring.has(server.host.id);
  return orphaned ? { ...server, hold: undefined } : server;
}

/** As corosync counts: more than half, and with two nodes (two_node) each of them. */
function hasMajority(ring: ReadonlySet<number>, { nodes }: ClusterStatus): boolean {
  const votes = nodes.filter(({ id }) => id > 0).length; // remote nodes have no vote
  return votes === 2 ? ring.size > 0 : ring.size * 2 > votes;
}

/** Nothing is known any more, so nothing is changed until a quorate snapshot. */
export function frozen(state: RotationState): RotationState {
  return { ...state, snapshot: undefined };
}

/** A snapshot of crm_mon, begun at `begun`. */
export function withSnapshot(
  state: RotationState,
  { begun, status }: EventOf<'snapshot'>,
  policy: RotationPolicy,
): RotationState {
  // Begun before the ring in which we now are: it says nothing about our quorum there.
  if (state.ring !== undefined && begun < state.ring.at && state.snapshot === undefined) return state;
  // Pacemaker learns of a lost quorum later than corosync's ring says it.
  const quorate = status.quorate && (state.ring === undefined || hasMajority(state.ring.members, status));
  if (!quorate) return frozen(state);
  const returned = new Map([...state.returned].filter(([, at]) => begun < at + policy.settleMs));
  const next = { ...state, returned, snapshot: { begun, status } };
  return mapServers(next, (server) => {
    const { hold, failure, place } = server;
    const host = hostIn(status, place);
    if (hold === undefined && failure === undefined) return movedTo(server, host);
    const word = wordOf(status, place);
    const holds = hold !== undefined && !isSettled(hold, begun, word?.out);
    const fails = failure !== undefined && begun < failure.at + timeToLearn(failure, word?.out, policy);
    const kept = { ...server, hold: holds ? hold : undefined, failure: fails ? failure : undefined };
    // an agent that is still to be agreed with says where a VM is, too
    return holds ? kept : movedTo(kept, host);
  });
}

/** Pacemaker sent an alert of what it knows; of a death that a supervisor saw it has yet to be told. */
function timeToLearn(
  { seenBy }: NonNullable<Server['failure']>,
  out: boolean | undefined,
  policy: RotationPolicy,
): number {
  return seenBy === 'pacemaker' || out === true ? policy.settleMs : policy.untoldMs;
}

function isSettled(hold: NonNullable<Server['hold']>, begun: number, word: boolean | undefined): boolean {
  if (begun <= hold.at) return false;
  return word === hold.out || begun >= hold.until;
}

/** The state with every server passed through `change`; what it gives back as it was is not copied. */
export function mapServers(state: RotationState, change: (server: Server, key: ServerKey) => Server): RotationState {
  let servers: Map<ServerKey, Server> | undefined;
  for (const [key, server] of state.servers) {
    const changed = change(server, key);
    if (changed !== server) (servers ??= new Map(state.servers)).set(key, changed);
  }
  return servers === undefined ? state : { ...state, servers };
}
