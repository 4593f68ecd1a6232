/**
 * Which servers are in HAProxy's rotation, and why. Events make it quick (an agent's request, an alert, corosync's ring);
 * snapshots of crm_mon and observations of HAProxy make it right. Every rule of rotation-wanted.ts is the cluster's word, and
 * without quorum or without a snapshot nothing changes; a suspicion (rotation-suspicion.ts) only drains, and only some.
 */
import { afterObserved, afterSet, afterWritten, withAdopted } from './rotation-outside.ts';
import { frozen, mapServers, withPlaces, withRequest, withRing, withSnapshot } from './rotation-evidence.ts';
import { withAlert, withoutSupervisor, withWord } from './rotation-instances.ts';
import { settleRequests } from './rotation-requests.ts';
import {
  keyOf,
  type Heard,
  type RotationAction,
  type RotationEvent,
  type RotationPolicy,
  type RotationState,
  type RotationStep,
  type ServerChange,
  type ServerKey,
} from './rotation-types.ts';
import type { PacemakerAlert } from '../model/wire.ts';
import { suspectsOf } from './rotation-suspicion.ts';
import { wantedOf } from './rotation-wanted.ts';

export const defaultRotationPolicy: RotationPolicy = {
  statusIntervalMs: 5000,
  quietAfterMs: 60_000,
  quietIntervalMs: 30_000,
  askGapMs: 500,
  settleMs: 500,
  untoldMs: 10_000,
  minHoldMs: 2000,
  maxHoldMs: 120_000,
};

export const initialRotation: RotationState = {
  servers: new Map(),
  requests: [],
  ring: undefined,
  returned: new Map(),
  suspects: new Map(),
  suspected: new Map(),
  spared: new Set(),
  snapshot: undefined,
  askedAt: -Infinity,
  askAt: Infinity,
  newsAt: -Infinity,
  written: undefined,
  haproxyPid: undefined,
  strangers: new Set(),
};

/**
 * What to do about `events` (one at least), in their order: all are heard, then it is decided once. `wakeAt` is when to come back
 * with a tick, if nothing else happens before.
 */
export function step(before: RotationState, events: readonly RotationEvent[], policy: RotationPolicy): RotationStep {
  const first = events[0]!.at;
  const { at } = events.at(-1)!;
  const heard = hearAll(before, events, policy);
  const decided = withNews(decide(heard.state, at), at);
  const set = setServers(decided.state, [...decided.changed, ...heard.repair], first);
  const file = writeConfig(set.state, heard.rewrite);
  const requests = settleRequests(file.state, at);
  const ask = at >= nextAskAt(requests.state, policy);
  const state = ask ? { ...requests.state, askedAt: at, askAt: Infinity } : requests.state;
  const actions: RotationAction[] = [
    ...set.actions,
    ...file.actions,
    ...requests.actions,
    ...(ask ? [{ type: 'readStatus' as const }] : []),
    ...heard.actions,
    ...decided.actions,
  ];
  return { state, actions, wakeAt: nextAskAt(state, policy) };
}

/** What is not our own doing, nor asked for. */
function isNews({ type }: RotationEvent): boolean {
  return !['snapshot', 'observed', 'set', 'written', 'tick'].includes(type);
}

/** What a snapshot has changed is news, too: it was missed before. */
function withNews(decided: ReturnType<typeof decide>, at: number): ReturnType<typeof decide> {
  return decided.changed.length === 0 ? decided : { ...decided, state: { ...decided.state, newsAt: at } };
}

type HeardAll = Required<Omit<Heard, 'ask'>>;

function hearAll(before: RotationState, events: readonly RotationEvent[], policy: RotationPolicy): HeardAll {
  const repair: ServerKey[] = [];
  const actions: RotationAction[] = [];
  let [state, rewrite] = [before, false];
  for (const event of events) {
    const heard = hear(state, event, policy);
    state = asking(heard, event.at, policy);
    if (isNews(event)) state = { ...state, newsAt: event.at };
    repair.push(...(heard.repair ?? []));
    actions.push(...(heard.actions ?? []));
    rewrite ||= heard.rewrite === true;
  }
  // what one event names, a later one may have taken away
  return { state, repair: repair.filter((key) => state.servers.has(key)), rewrite, actions };
}

/**
 * When the cluster is to be asked because of what was heard. What is heard is mostly the beginning of a recovery, which needs the
 * processor itself and of which Pacemaker has yet to hear: so not at once, and what follows within the gap is asked for along with it.
 */
function asking({ state, ask }: Heard, at: number, { askGapMs }: RotationPolicy): RotationState {
  if (ask === undefined) return state;
  const unknown = state.snapshot === undefined; // nothing is decided without one
  const askAt = unknown ? at : ask === 'now' ? Math.max(at, state.askedAt + askGapMs) : at + askGapMs;
  return { ...state, askAt: Math.min(state.askAt, askAt) };
}

function hear(state: RotationState, event: RotationEvent, policy: RotationPolicy): Heard {
  switch (event.type) {
    case 'described':
      return { state: withPlaces(state, event.places, event.at), ask: 'now' };
    case 'adopted':
      return { state: withAdopted(state, event.file) };
    case 'request': {
      const key = keyOf(event.backend, event.server);
      if (state.servers.has(key)) return { state: withRequest(state, event, policy), repair: [key] };
      return { state, actions: [{ type: 'ack', id: event.id, error: `there is no server ${key} in the description` }] };
    }
    case 'alert':
      return { state: withAlert(state, event.alert, event.at), ...askAfter(event.alert, state) };
    case 'instance': {
      const next = withWord(state, event);
      return event.word === 'died' && next !== state ? { state: next, ask: 'soon' } : { state: next };
    }
    case 'supervisor-gone':
      return { state: withoutSupervisor(state, event.nodeId) };
    case 'suspects':
      return { state: { ...state, suspects: event.nodes } };
    case 'ring':
      return { state: withRing(state, event.members, event.at), ask: 'soon' };
    case 'ring-lost':
      return { state: frozen({ ...state, ring: undefined, returned: new Map() }) };
    case 'snapshot':
      return { state: withSnapshot(state, event, policy) };
    case 'observed':
      return afterObserved(state, event);
    case 'set':
      return afterSet(state, event);
    case 'written':
      return afterWritten(state, event);
    case 'tick':
      return { state };
  }
}

/** Of an lb-member that failed nobody but crm_mon speaks; of a VNFC the alert itself says what there is to know. */
function askAfter(alert: PacemakerAlert, { servers }: RotationState): Pick<Heard, 'ask'> {
  if (alert.kind === 'attribute') return {};
  const primitive = alert.kind === 'resource' ? alert.resource.replace(/:\d+$/, '') : undefined;
  const ofMember = [...servers.values()].some(({ place }) => place.memberResource === primitive);
  return { ask: ofMember ? 'now' : 'soon' };
}

/** Every server as the evidence wants it; `changed` are those for which HAProxy has to be told. */
function decide(heard: RotationState, at: number) {
  const worded = mapServers(heard, (server) => {
    const word = wantedOf(server, heard);
    return word === undefined ? server : { ...server, word, decided: true };
  });
  const { heeded, spared } = suspectsOf(worded);
  const changed: ServerKey[] = [];
  const actions: RotationAction[] = [];
  for (const key of spared) {
    if (!heard.spared.has(key)) actions.push(warn('suspicion-not-heeded', { server: key }));
  }
  const state = mapServers(worded, (server, key) => {
    const suspicion = heeded.get(key);
    const wanted = suspicion === undefined ? server.word : { out: true, cut: false, reason: suspicion.what };
    if (wanted === undefined) return server;
    const turned = wanted.out !== server.out;
    const cut = wanted.out && (wanted.cut || (server.out && server.cut));
    if (turned || (cut && !server.cut)) changed.push(key);
    if (turned) actions.push(info(wanted.out ? 'excluded' : 'readmitted', { server: key, reason: wanted.reason }));
    return { ...server, ...wanted, cut, since: turned ? at : server.since };
  });
  return { state: { ...state, suspected: heeded, spared }, changed, actions };
}

function setServers(state: RotationState, keys: readonly ServerKey[], at: number) {
  const told = new Set(keys);
  if (told.size === 0) return { state, actions: [] };
  const servers = new Map(state.servers);
  const changes: ServerChange[] = [];
  for (const key of told) {
    const server = servers.get(key)!;
    servers.set(key, { ...server, inFlight: server.inFlight + 1 });
    changes.push({ key, out: server.out, cut: server.cut, reason: server.reason });
  }
  return { state: { ...state, servers }, actions: [{ type: 'setServers' as const, at, changes }] };
}

/** The file follows as soon as anything is decided, or nothing has to be; what is only adopted goes in as it was. */
function writeConfig(state: RotationState, rewrite: boolean) {
  const entries = [...state.servers];
  const excluded = new Set(entries.filter(([, server]) => server.out).map(([key]) => key));
  const same = state.written?.size === excluded.size && [...excluded].every((key) => state.written!.has(key));
  const decided = entries.length === 0 || entries.some(([, server]) => server.decided);
  if (!decided || (same && !rewrite)) return { state, actions: [] };
  const servers = new Map(
    entries.map(([key, server]) => [
      key,
      (server.file === 'out') === server.out ? server : { ...server, file: 'unknown' as const },
    ]),
  );
  return { state: { ...state, servers, written: excluded }, actions: [{ type: 'writeConfig' as const, excluded }] };
}

/** When the cluster has to be asked: now and then, and when a snapshot could clear what is held against the last one. */
function nextAskAt(state: RotationState, policy: RotationPolicy): number {
  const times = [...state.returned.values()].map((at) => at + policy.settleMs);
  for (const { hold, failure } of state.servers.values()) {
    if (hold !== undefined) times.push(hold.until);
    if (failure !== undefined) times.push(failure.at + policy.settleMs);
  }
  const cleared = Math.min(...times.filter((time) => time > state.askedAt));
  const quiet = state.askedAt - state.newsAt > policy.quietAfterMs;
  return Math.min(
    state.askedAt + (quiet ? policy.quietIntervalMs : policy.statusIntervalMs),
    state.askAt,
    Math.max(cleared, state.askedAt + policy.askGapMs),
  );
}

const log = (level: 'info' | 'warn') => (event: string, fields: Readonly<Record<string, unknown>>) =>
  ({ type: 'log', level, event, fields }) as const;
const info = log('info');
const warn = log('warn');
