/**
 * The seam between the notifier and a VNFM. Another kind of VNFM is another HealAdapter; the notifier speaks to nothing else.
 */
import type { Answer } from '../model/answer.ts';
import type { Operation } from './op-occurrence.ts';

export interface HealAdapter {
  /** The id of the operation whose cause has `mark` in it and that is none of `known`; undefined: there is none. */
  find(mark: string, known: readonly string[]): Promise<Answer<string | undefined>>;
  /** Asks for a heal. The answer is the id of the operation that does it. */
  heal(request: AskedHeal): Promise<Answer<string>>;
  operation(id: string): Promise<Answer<Operation>>;
  /** Has it go on with an operation in FAILED_TEMP. 'ok' as well when it isn't in FAILED_TEMP any more. */
  resolve(id: string, how: 'retry' | 'rollback' | 'fail'): Promise<Answer<undefined>>;
  raiseAlarm(alarm: RaisedAlarm): Promise<Answer<undefined>>;
  clearAlarm(alarm: ClearedAlarm): Promise<Answer<undefined>>;
  close(): Promise<void>;
}

export interface AskedHeal {
  /** The same whenever this heal is asked for again, and no other's. */
  readonly key: string;
  readonly cause: string;
  readonly vnfc: string;
  readonly node: string;
  readonly vnfcInstanceId: string | undefined;
}

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
