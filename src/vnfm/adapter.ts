/**
 * The seam between the notifier and a VNFM. Another kind of VNFM is another HealAdapter; the notifier speaks to nothing else.
 */
import type { Operation } from './op-occurrence.ts';

export interface HealAdapter {
  /** The id of the operation whose cause has `mark` in it and that is none of `known`; undefined: there is none. */
  find(mark: string, known: readonly string[]): Promise<Answer<string | undefined>>;
  /** Asks for a heal. The answer is the id of the operation that does it. */
  heal(request: { readonly cause: string; readonly vnfcInstanceId: string | undefined }): Promise<Answer<string>>;
  operation(id: string): Promise<Answer<Operation>>;
  raiseAlarm(alarm: RaisedAlarm): Promise<Answer<undefined>>;
  clearAlarm(alarm: ClearedAlarm): Promise<Answer<undefined>>;
  close(): Promise<void>;
}

/** How the VNFM answered: a case for each thing that the notifier does about it. Never thrown. */
export type Answer<T> =
  | { readonly kind: 'ok'; readonly value: T }
  /** 409: another operation is in progress on this VNF, or it can't be healed in its present state. */
  | { readonly kind: 'busy'; readonly detail: string }
  /** No answer, overload, a malformed answer, no token: the same may go well later; `afterMs`: not before. */
  | { readonly kind: 'retry'; readonly detail: string; readonly afterMs?: number | undefined }
  /** Asking again won't change it. */
  | { readonly kind: 'refused'; readonly detail: string; readonly status?: number | undefined };

/** Times are ms since the epoch. */
export interface RaisedAlarm {
  readonly id: string;
  readonly vnfc: string;
  readonly node: string;
  readonly vnfcInstanceId: string | undefined;
  readonly severity: 'CRITICAL' | 'MAJOR';
  readonly reason: string;
  readonly raisedAt: number;
}

export interface ClearedAlarm {
  readonly id: string;
  readonly clearedAt: number;
}
