/** What an agent is: its parameters and its actions, declared once (see docs/agents.md). */
import type { OcfCode } from './codes.ts';
import type { OcfLog } from './log.ts';
import type { Given, Parameters, Values } from './parameter.ts';
import type { Watch } from './state-file.ts';

export interface Agent<P extends Parameters> {
  readonly name: string;
  readonly shortdesc: string;
  readonly longdesc: string;
  readonly parameters: P;
  /** What is wrong with the parameters taken together, or undefined. */
  readonly inconsistency?: (values: Values<P>) => string | undefined;
  readonly actions: { readonly [A in ActionName]?: Action<Values<P>> };
}

export type ActionName =
  | 'start'
  | 'stop'
  | 'monitor'
  | 'promote'
  | 'demote'
  | 'migrate_to'
  | 'migrate_from'
  | 'notify'
  | 'reload-agent'
  | 'validate-all';

export interface Action<V> {
  /** Seconds advised in the metadata, and the bound when Pacemaker names none. */
  readonly timeout: number;
  /** The recurring monitors advised: seconds, and the role where it matters. */
  readonly recurring?: readonly { readonly interval: number; readonly role?: 'Promoted' | 'Unpromoted' }[];
  readonly run: (call: Call<V>) => OcfCode | Promise<OcfCode>;
}

/** One call of an action. */
export interface Call<V> {
  /** The agent's name. */
  readonly agent: string;
  readonly values: V;
  /** The parameters as they were given, in the order of the declaration. */
  readonly given: Given;
  /** The resource's id in the cluster (OCF_RESOURCE_INSTANCE). */
  readonly instance: string;
  /** A monitor that asks what is, before anything was started: it must change nothing. */
  readonly probe: boolean;
  /** A recurring monitor's interval and timeout, at the ordinary level (OCF_CHECK_LEVEL 0). */
  readonly watch: Watch | undefined;
  readonly log: OcfLog;
  /** Milliseconds until the action must have an answer: the operation's timeout less a margin. Whole, never negative. */
  readonly remainingMs: () => number;
}

/** Types the handlers of an agent by its parameters. */
export function defineAgent<const P extends Parameters>(agent: Agent<P>): Agent<P> {
  return agent;
}
