/**
 * The answers to lb-member agents: done only when HAProxy's memory and its file are both right; if that fails, the agent hears
 * why at once, and again when it has been done after all.
 */
import type { PendingRequest, RotationAction, RotationState, Server } from './rotation-types.ts';

/** Answers every request that can be answered now, and forgets those whose time is over. */
export function settleRequests(state: RotationState, at: number): { state: RotationState; actions: RotationAction[] } {
  const actions: RotationAction[] = [];
  const requests: PendingRequest[] = [];
  for (const request of state.requests) {
    const verdict = verdictOn(request, state.servers.get(request.key));
    if (verdict === 'done') actions.push({ type: 'ack', id: request.id, error: undefined });
    else if ('never' in verdict) actions.push({ type: 'ack', id: request.id, error: verdict.never });
    else if (at < request.until) {
      const { notYet } = verdict;
      if (notYet !== undefined && !request.told) actions.push({ type: 'ack', id: request.id, error: notYet });
      requests.push({ ...request, told: request.told || notYet !== undefined });
    }
  }
  return { state: { ...state, requests }, actions };
}

type Verdict = 'done' | { readonly never: string } | { readonly notYet: string | undefined };

function verdictOn(request: PendingRequest, server: Server | undefined): Verdict {
  if (server === undefined) return { never: `${request.key} is no longer in the description` };
  if (server.out !== request.out) return { never: `${request.key} is ${server.out ? 'out' : 'in'}: ${server.reason}` };
  if (server.inFlight > 0) return { notYet: undefined };
  const right = server.out ? 'out' : 'in';
  const remembered = server.memory === right || server.memory === 'absent';
  return remembered && server.file === right ? 'done' : { notYet: server.error };
}
