/**
 * The notifier's loop: what is posted goes through the decisions about incidents, with the chance that they ask for.
 */
import type { IncidentAction } from '../decide/incident-action.ts';
import { type IncidentEvent, type IncidentState, initialIncidentState, step } from '../decide/incident.ts';
import type { IncidentPolicy } from '../decide/incident-policy.ts';
import { type Loop, startLoop } from '../process/loop.ts';

/** An event as it is posted: the loop adds the chance. */
type Posted<E = IncidentEvent> = E extends IncidentEvent ? Omit<E, 'chance'> : never;
/** An event that happens now. */
export type Happening<E = IncidentEvent> = E extends IncidentEvent ? Omit<E, 'chance' | 'at'> : never;

export function incidentLoop(
  policy: IncidentPolicy,
  perform: (action: IncidentAction) => void,
): Loop<IncidentState, Posted> {
  return startLoop({
    initial: initialIncidentState,
    step: (state, event: Posted) => step(state, { chance: Math.random(), ...event }, policy),
    tick: (at) => ({ type: 'tick', at }),
    perform,
  });
}
