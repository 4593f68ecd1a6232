/** What carries the state between instances: each channel is one of these. */
import type { CopyStatus } from './status.ts';
import type { Backlog } from './backlog.ts';
import type { Answer, Reign, Sent } from './follower.ts';
import type { Copy } from './promotion.ts';
import type { Snapshot } from './types.ts';

/** What an active instance gives its channel. */
export interface Lead {
  readonly reign: Reign;
  /** The recent writes; `wake` says that there is one more. */
  readonly backlog: Backlog;
  snapshot(): Snapshot;
  /** `copy` has everything up to this sequence. */
  acked(copy: string, sequence: number): void;
  /** A newer epoch has begun. */
  stale(epoch: number): void;
}

export interface Begun {
  /** What those have that took the reign. */
  readonly copies: readonly Copy[];
  /** Who didn't answer, and why. */
  readonly missing: readonly { readonly copy: string; readonly why: string }[];
}

/** What this instance does with what an active one sends. */
export type Receive = (sent: Sent) => Promise<Answer | undefined>;

export interface Channel {
  /** `peers`: the other instances have copies in their memory. `store`: one copy, outside of all instances. */
  readonly kind: 'peers' | 'store';
  /** How many copies there are, this instance's counted. */
  readonly copies: number;
  start(receive: Receive): Promise<void>;
  /**
   * Has everybody take the reign. Resolves when `enough` says so, or nobody more is to be waited for.
   * @throws StaleEpoch; Refusal when a store can't be reached
   */
  begin(reign: Reign, enough: (copies: readonly Copy[]) => boolean): Promise<Begun>;
  /** The whole state of one that took the reign. */
  fetch(copy: string): Promise<Snapshot>;
  /** Sends the writes on from now, until `rest`. */
  lead(lead: Lead): void;
  wake(): void;
  /** Nothing is sent any more when it returns, and nothing is held open when it resolves: what the cluster mounts can be unmounted. */
  rest(): Promise<void>;
  status(): readonly CopyStatus[];
  /** Whether an active instance reaches this one, or did so lately (longer than a failover takes). Absent: nothing has to. */
  followed?(): boolean;
  close(): Promise<void>;
}
