/** What the decision about one instance is made of: see instance.ts. */
import type { InstanceWord } from '../model/wire.ts';

/** What the agents wrote of the instance. */
export interface Noted {
  readonly phase: 'starting' | 'running' | 'stopping';
  /** It is the active one: what is told Pacemaker first is that it isn't fit to be. */
  readonly active: boolean;
  /** The program's main process; undefined: the program manages itself. */
  readonly leader: { readonly pid: number; readonly startTime: number } | undefined;
  /** What is to be checked in the monitor's place; undefined: nothing. */
  readonly check: { readonly intervalMs: number; readonly timeoutMs: number } | undefined;
  /** So many heartbeats without an answer are a suspicion; undefined: there are no heartbeats. */
  readonly misses: number | undefined;
}

/** A failure, from its being seen until the agents write something new, or it is over by itself. */
export interface InstanceFailure {
  readonly seen: 'died' | 'hung' | 'check';
  readonly what: string;
  /** When Pacemaker is to be told, or told again; undefined: it is being told, or knows. */
  readonly again: number | undefined;
}

export interface Said {
  readonly word: InstanceWord;
  readonly at: number;
  readonly what: string;
  /** Of what hung: when the first heartbeat was missed. */
  readonly since?: number;
}

export interface InstanceWatch {
  readonly noted: Noted | undefined;
  /** What was said last in the group; undefined: nothing since this supervisor began. */
  readonly said: Said | undefined;
  /** Whether a heartbeat was answered since the instance runs: before, silence means nothing. */
  readonly heard: boolean;
  /** Heartbeats without an answer, one after the other. */
  readonly missed: number;
  /** When the first of them was missed. */
  readonly missedSince: number | undefined;
  readonly failure: InstanceFailure | undefined;
  /** A check is being made. */
  readonly checking: boolean;
  /** When the next check is due. */
  readonly checkAt: number | undefined;
}

/** Times are ms since the epoch. */
export type InstanceEvent = { readonly at: number } & (
  | { readonly type: 'noted'; readonly noted: Noted | undefined }
  /** The main process ended; `noted`: what the agents had written at that moment. */
  | { readonly type: 'ended'; readonly pid: number; readonly noted: Noted | undefined }
  /** The outcome of one heartbeat. late: the supervisor itself was, and saw the answer late or not. */
  | { readonly type: 'beat'; readonly answered: boolean; readonly late: boolean; readonly what: string }
  /** The outcome of the check that was begun at `begun`. */
  | { readonly type: 'checked'; readonly begun: number; readonly outcome: CheckOutcome }
  /** Pacemaker was told of the failure; `error`: why it could not be. */
  | { readonly type: 'told'; readonly error: string | undefined }
  | { readonly type: 'tick' }
);

/** healthy: with the code that a monitor would give. void: what the agents wrote changed meanwhile, or the supervisor couldn't. */
export type CheckOutcome =
  | { readonly is: 'healthy'; readonly code: 0 | 8 }
  | { readonly is: 'failed'; readonly problem: string }
  | { readonly is: 'void'; readonly why: string };

export type InstanceAction =
  | ({ readonly type: 'say' } & Said)
  /** Take its promotion score away: Pacemaker demotes it and promotes a standby. */
  | { readonly type: 'unfit'; readonly what: string }
  /** End its processes: it hangs, so that nobody can tell it to be standby. */
  | { readonly type: 'kill'; readonly leader: { readonly pid: number; readonly startTime: number } }
  /** Tell Pacemaker that it failed. */
  | { readonly type: 'fail'; readonly what: string }
  | { readonly type: 'check' }
  /** Let monitors answer `code` for what was healthy at `begun`. */
  | { readonly type: 'showSight'; readonly code: 0 | 8; readonly begun: number; readonly forMs: number }
  | { readonly type: 'hideSight' }
  /** Let the agent know that this process has ended, if all that came of it has ended too. */
  | { readonly type: 'noteGone'; readonly leader: { readonly pid: number; readonly startTime: number } }
  | {
      readonly type: 'log';
      readonly level: 'info' | 'warn';
      readonly event: string;
      readonly fields: Readonly<Record<string, unknown>>;
    };

export interface InstancePolicy {
  /** Between two attempts to tell Pacemaker. */
  readonly retryMs: number;
  /** How much longer than the check's interval a sight may be believed. */
  readonly graceMs: number;
  /** A suspicion becomes a failure after so many times the misses more. */
  readonly patience: number;
  /** How long a failed active instance may take to be demoted, before Pacemaker is told of the failure itself. */
  readonly demoteMs: number;
  /** After the demotion: until the standby is promoted and has the address, nothing else shall be asked of Pacemaker. */
  readonly settleMs: number;
  /** How soon after a check that said nothing there is another. */
  readonly againMs: number;
}
