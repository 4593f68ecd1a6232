/** What an instance says of itself and of the copies of its state. */
import type { Level, Role, Version } from './types.ts';

/** What a promotion does when it can't be sure to have every write acknowledged at `standby`. */
export type Unsure = 'wait' | 'promote';

/** What an instance has: `blank` once its memory was lost, `new` when it never had a state. */
export type Holding = 'whole' | 'blank' | 'new';

/** A copy of the state elsewhere, as the status shows it. */
export interface CopyStatus {
  readonly copy: string;
  readonly connected: boolean;
  /** What it acknowledged last, in this reign. */
  readonly version?: Version | undefined;
  /** Why it isn't connected, or what it has trouble with. */
  readonly problem?: string | undefined;
}

/** The answer to `GET /v1/status`. */
export interface InstanceStatus {
  readonly node: string;
  readonly role: Role;
  /** The newest that it has heard of. */
  readonly epoch: number;
  readonly version: Version;
  readonly holding: Holding;
  /** A promotion here would begin with all that was acknowledged, as far as it can tell by itself. */
  readonly fresh: boolean;
  readonly keys: number;
  readonly bytes: number;
  readonly copies: readonly CopyStatus[];
  /** Levels of which acknowledged writes may be missing since the last promotion here. */
  readonly mayLack: readonly Level[];
}

/** Writes that a copy lacks, as the active one knows; undefined while it isn't connected. */
export const behind = ({ version }: InstanceStatus, copy: CopyStatus): number | undefined =>
  copy.connected && copy.version !== undefined ? version.sequence - copy.version.sequence : undefined;
