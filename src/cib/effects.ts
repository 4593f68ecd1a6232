/** What applying means for what is running: the scheduler's plan with the new CIB, less what it has in mind anyway. */

/** As of crm_simulate's transition summary. */
export interface Action {
  readonly action: string;
  readonly resource: string;
  readonly node: string;
  readonly to?: string;
}

export interface Effect {
  /** 'stops sipcore-web on node2' */
  readonly text: string;
  /** Whether something that is running, and not failed, is stopped, demoted, moved, restarted, or its node fenced. */
  readonly disruptive: boolean;
}

const wording: Readonly<Record<string, string>> = {
  start: 'starts',
  stop: 'stops',
  move: 'moves',
  migrate: 'migrates',
  restart: 'restarts',
  recover: 'recovers',
  promote: 'promotes',
  demote: 'demotes',
  re_promote: 're-promotes',
  reload: 'reloads',
  fence: 'fences',
};

/** These touch nothing that works. */
const harmless: ReadonlySet<string> = new Set(['start', 'promote', 'recover', 'reload']);

/** The effects of a change, in the scheduler's order. */
export function effectsOf(planned: readonly Action[], anyway: readonly Action[]): Effect[] {
  const known = new Set(anyway.map(textOf));
  return planned
    .map((action) => ({ text: textOf(action), disruptive: !harmless.has(action.action) }))
    .filter(({ text }) => !known.has(text));
}

function textOf({ action, resource, node, to }: Action): string {
  const verb = wording[action] ?? action;
  if (resource === '') return `${verb} ${node}`;
  return `${verb} ${resource} ${to === undefined ? `on ${node}` : `from ${node} to ${to}`}`;
}
