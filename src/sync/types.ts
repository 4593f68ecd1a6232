/** The words of state synchronisation; docs/sync.md has their meaning. */

/** Which state: the epoch of the promotion that made it, and how many writes were done from the very first one. */
export interface Version {
  readonly epoch: number;
  readonly sequence: number;
}

/** The version of a state that nobody ever wrote to. */
export const zero: Version = { epoch: 0, sequence: 0 };

/** Below 0, 0 or above 0, as `a` is older than, the same as or newer than `b`. */
export const compareVersions = (a: Version, b: Version): number => a.epoch - b.epoch || a.sequence - b.sequence;

/** `7.42`, as logs and headers have it. */
export const versionText = ({ epoch, sequence }: Version): string => `${epoch}.${sequence}`;

export type Operation =
  | { readonly op: 'put'; readonly key: Buffer; readonly value: Buffer }
  | { readonly op: 'delete'; readonly key: Buffer };

/** One write: all of its operations or none. It fits on the state of version `after` only. */
export interface Entry {
  readonly after: Version;
  readonly version: Version;
  readonly operations: readonly Operation[];
}

export interface Pair {
  readonly key: Buffer;
  readonly value: Buffer;
  /** Of the write that put it. */
  readonly version: Version;
}

export interface Snapshot {
  readonly version: Version;
  readonly pairs: readonly Pair[];
}

/** How far a write has got, the weakest first. */
export const levels = ['local', 'standby', 'quorum'] as const;
export type Level = (typeof levels)[number];

export type Role = 'none' | 'standby' | 'active' | 'fenced';

/** Why something was not done: the codes are the sidecar's, with their HTTP status. */
export const refusalStatus = {
  'bad-request': 400,
  'not-found': 404,
  'not-active': 409,
  'stale-epoch': 409,
  'too-large': 413,
  busy: 503,
  'level-unavailable': 503,
  'not-enough-copies': 503,
  unconfirmed: 504,
  storage: 507,
} as const;

export type RefusalCode = keyof typeof refusalStatus;

/** Something that was asked for and not done (`unconfirmed`: perhaps done). */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly cure: string;
  /** With `stale-epoch`: the newest that was heard of. */
  readonly epoch: number | undefined;

  constructor(code: RefusalCode, message: string, cure: string, epoch?: number) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.cure = cure;
    this.epoch = epoch;
  }
}

/** A newer epoch has begun: whoever gets this is fenced. */
export class StaleEpoch extends Error {
  readonly epoch: number;

  constructor(epoch: number) {
    super(`epoch ${epoch} has begun`);
    this.name = 'StaleEpoch';
    this.epoch = epoch;
  }
}
