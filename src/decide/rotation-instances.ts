/**
 * What is said of a single VNFC's instance: Pacemaker's alerts of failed operations, and its supervisor's words.
 */
import type { PacemakerAlert } from '../model/wire.ts';
import { mapServers } from './rotation-evidence.ts';
import { type RotationEvent, type RotationState, type Server, subjectOf } from './rotation-types.ts';

type EventOf<T extends RotationEvent['type']> = Extract<RotationEvent, { type: T }>;

/** A failed operation of a VNFC that was running: it failed, whatever a snapshot begun before says. */
export function withAlert(state: RotationState, alert: PacemakerAlert, at: number): RotationState {
  if (alert.kind !== 'resource' || !isFailure(alert)) return state;
  const { node, task, rc, targetRc } = alert;
  const primitive = alert.resource.replace(/:\d+$/, '');
  return withInstance(state, { node, primitive, happened: alert.happened }, (server) => {
    const what = `${subjectOf(server.place)} failed on ${node} (alert: ${task} returned ${rc}, expected ${targetRc})`;
    return failed(server, { at, what, seenBy: 'pacemaker' });
  });
}

function isFailure(alert: Extract<PacemakerAlert, { kind: 'resource' }>): boolean {
  if (alert.rc === alert.targetRc) return false;
  switch (alert.task) {
    case 'monitor':
      // A probe (interval 0) that finds something unexpected is news, not a failure.
      return alert.intervalMs > 0;
    case 'asyncmon': // a failure that was reported from outside: crm_resource --fail
    case 'start':
    case 'stop':
      return true;
    default:
      return false;
  }
}

/** died: as good as Pacemaker's own word. hung: a suspicion. well: what this supervisor said before holds no more. */
export function withWord(state: RotationState, event: EventOf<'instance'>): RotationState {
  const { node, resource: primitive, word, seen: happened, what, at } = event;
  return withInstance(state, { node, primitive, happened }, (server) => {
    const subject = subjectOf(server.place);
    switch (word) {
      case 'died':
        return failed(server, { at, what: `${subject} died on ${node} (${what})`, seenBy: 'supervisor' });
      case 'hung':
        return { ...server, hung: server.hung ?? { at, what: `${subject} seems to hang on ${node} (${what})` } };
      case 'well': {
        const failure = server.failure?.seenBy === 'supervisor' ? undefined : server.failure;
        return { ...server, hung: undefined, failure };
      }
    }
  });
}

/** Whatever a node's supervisor suspected: it isn't there any more to take it back. */
export function withoutSupervisor(state: RotationState, nodeId: number): RotationState {
  return mapServers(state, (server) =>
    server.host?.id === nodeId && server.hung !== undefined ? { ...server, hung: undefined } : server,
  );
}

const failed = (server: Server, failure: NonNullable<Server['failure']>): Server => ({
  ...server,
  failure,
  hold: server.hold?.out === false ? undefined : server.hold,
});

function withInstance(
  state: RotationState,
  { node, primitive, happened }: { readonly node: string; readonly primitive: string; readonly happened: number },
  change: (server: Server) => Server,
): RotationState {
  return mapServers(state, (server) => {
    const { place, host, readmitted } = server;
    // of a VM that is nowhere, as far as is known here, whoever says so knows more
    if (place.vnfcResource !== primitive || (host !== undefined && host.name !== node)) return server;
    // What was long on its way, of what has been recovered since. Both times are by the clock of the same node.
    return readmitted !== undefined && happened < readmitted ? server : change(server);
  });
}
