/**
 * What HAProxy's memory and file turned out to be: adopted while nothing is decided, compared and put right afterwards.
 */
import { mapServers } from './rotation-evidence.ts';
import type { Heard, RotationAction, RotationEvent, RotationState, Server, ServerKey } from './rotation-types.ts';

type EventOf<T extends RotationEvent['type']> = Extract<RotationEvent, { type: T }>;

/** A bridge that has just started takes over what the file says, until the cluster has a word. */
export function withAdopted(state: RotationState, file: ReadonlyMap<ServerKey, 'in' | 'out'>): RotationState {
  return mapServers(state, (server, key) => {
    const found = file.get(key);
    if (server.decided || found === undefined) return server;
    return { ...server, out: found === 'out', file: found, reason: 'as the file said at start' };
  });
}

/** Compares what HAProxy and its file say with what was decided. */
export function afterObserved(before: RotationState, event: EventOf<'observed'>): Heard {
  const { pid } = event;
  const actions: RotationAction[] = [];
  const repair: ServerKey[] = [];
  const restarted = pid !== before.haproxyPid;
  if (restarted) actions.push(info(pid === undefined ? 'haproxy-gone' : 'haproxy-seen', { pid }));
  const state = mapServers(before, (server, key) => {
    // HAProxy may have been asked before it did what it was told; the next look says more
    const older = server.answeredAt !== undefined && server.answeredAt >= event.begun;
    if (server.inFlight > 0 || older) return server;
    const seen = event.servers.get(key);
    if (seen === undefined) {
      if (pid !== undefined && restarted) actions.push(warn('haproxy-lacks-server', { server: key }));
      return { ...server, memory: 'absent', error: undefined };
    }
    if (!server.decided) return adopt(server, seen);
    const right = server.out ? 'out' : 'in';
    if (seen === right) return { ...server, memory: right, error: undefined };
    repair.push(key);
    const foreign = !restarted && server.memory === right;
    if (foreign) actions.push(warn('foreign-change', { server: key, found: seen, right, reason: server.reason }));
    const memory = seen === 'drain' ? 'unknown' : seen;
    return { ...server, memory, drifts: server.drifts + (foreign ? 1 : 0) };
  });
  const strangers = new Set([...event.servers.keys()].filter((key) => !state.servers.has(key)));
  for (const key of strangers) if (!before.strangers.has(key)) actions.push(warn('foreign-server', { server: key }));
  const rewrite = !event.fileRight && state.written !== undefined;
  if (rewrite) actions.push(warn('file-differs', {}));
  return { state: { ...state, haproxyPid: pid, strangers }, repair, rewrite, actions };
}

/** Memory is newer than the file: it is always set first. */
function adopt(server: Server, seen: 'in' | 'out' | 'drain'): Server {
  const out = seen === 'out';
  return { ...server, out, memory: out ? 'out' : 'in', reason: 'as HAProxy said at start' };
}

/** HAProxy's answer about one server. What it did not do is found again by the next observation. */
export function afterSet(before: RotationState, { at, key, out, outcome }: EventOf<'set'>): Heard {
  const failed = typeof outcome === 'object' ? outcome.error : undefined;
  const state = mapServers(before, (server, itsKey) => {
    if (itsKey !== key) return server;
    const memory = failed !== undefined ? 'unknown' : outcome === 'absent' ? 'absent' : out ? 'out' : 'in';
    return { ...server, memory, error: failed, inFlight: Math.max(0, server.inFlight - 1), answeredAt: at };
  });
  return failed === undefined
    ? { state }
    : { state, actions: [warn('set-failed', { server: key, out, error: failed })] };
}

/** The file as it is now, or why it could not be written; the next observation finds it different and writes again. */
export function afterWritten(before: RotationState, { excluded, error }: EventOf<'written'>): Heard {
  const state = mapServers(before, (server, key) => {
    if (error !== undefined) return { ...server, file: 'unknown', error };
    const stillUnknown = server.memory === 'unknown' ? server.error : undefined;
    return { ...server, file: excluded.has(key) ? 'out' : 'in', error: stillUnknown };
  });
  return error === undefined ? { state } : { state, actions: [warn('write-failed', { error })] };
}

const log = (level: 'info' | 'warn') => (event: string, fields: Readonly<Record<string, unknown>>) =>
  ({ type: 'log', level, event, fields }) as const;
const info = log('info');
const warn = log('warn');
