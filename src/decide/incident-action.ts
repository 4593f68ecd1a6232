/**
 * What the notifier is told to do. An action that talks to somebody is answered by a 'result' event; `journal` by the 'entry' event of
 * its delivery; `log` by nothing.
 */
import type { JournalEntry, Resolution, Severity } from './incident-journal.ts';

export type IncidentAction =
  /** Multicast to the group. */
  | { readonly type: 'journal'; readonly entry: JournalEntry }
  /** Look for the operation of this heal at the VNFM; ask for the heal only if there is none. */
  | { readonly type: 'heal'; readonly incident: string; readonly attempt: number; readonly request: HealRequest }
  /** Look for the operation of this heal at the VNFM, and no more. */
  | { readonly type: 'find'; readonly incident: string; readonly attempt: number; readonly request: HealRequest }
  | { readonly type: 'poll'; readonly incident: string; readonly attempt: number; readonly operation: string }
  /** Have the VNFM go on with an operation in FAILED_TEMP; `n`: it is so for the nth time. */
  | {
      readonly type: 'resolve';
      readonly incident: string;
      readonly attempt: number;
      readonly n: number;
      readonly operation: string;
      readonly how: Resolution;
    }
  /** Make Pacemaker forget the failures of `resource` on `node`; undefined: on every node. */
  | {
      readonly type: 'cleanup';
      readonly incident: string;
      readonly attempt: number;
      readonly resource: string;
      readonly node: string | undefined;
    }
  /** Empty the node and restart it by fencing, unless that was done after `since` (ms since the epoch). */
  | { readonly type: 'restart-node'; readonly incident: string; readonly node: string; readonly since: number }
  | { readonly type: 'raise-alarm'; readonly incident: string; readonly alarm: Alarm }
  | { readonly type: 'clear-alarm'; readonly incident: string; readonly alarm: Alarm & { readonly clearedAt: number } }
  | {
      readonly type: 'log';
      readonly level: 'info' | 'warn' | 'error';
      readonly event: string;
      readonly fields: Readonly<Record<string, string | number>>;
    };

export interface HealRequest {
  /** Part of the cause of every heal of this incident, and of no other's. */
  readonly mark: string;
  /** The mark and the number of the heal. */
  readonly key: string;
  /** At most 255 characters, beginning with the key. */
  readonly cause: string;
  /** Operations of this incident that are known already: none of them is the one asked for now. */
  readonly known: readonly string[];
  readonly vnfc: string;
  readonly node: string;
  readonly vnfcInstanceId: string | undefined;
}

export interface Alarm {
  readonly id: string;
  readonly vnfcInstanceId: string | undefined;
  readonly vnfc: string;
  readonly node: string;
  readonly severity: Severity;
  readonly reason: string;
  readonly raisedAt: number;
}
