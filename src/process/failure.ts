/**
 * Failures as cases: every error an operator may see is a Failure with a kind, a sentence that says what is
 * wrong and where, and what to do about it. The CLI's exit code follows from the kind alone.
 */

/** Exit codes of every `vnfha` command; documented in docs/exit-codes.md, stable for scripts. */
export const exitCodes = {
  unexpected: 1,
  usage: 2,
  input: 3, // a malformed or invalid description, template, XML, reply
  permission: 4,
  missing: 5, // a program or file that must be there is not
  corosync: 6, // corosync is not reachable
  pacemaker: 7,
  haproxy: 8,
  vnfm: 9,
  refused: 10, // needs the operator's consent (--yes)
  conflict: 11, // somebody else kept changing the same thing
  differences: 12, // `vnfha diff` found some
  timeout: 13,
  lab: 14,
  unwell: 15, // `vnfha doctor` or `vnfha status` found something wrong
} as const;

export type FailureKind = keyof typeof exitCodes;

export interface FailureOptions {
  /** What the operator can do about it: one imperative sentence. */
  readonly cure?: string;
  /** Whether the same call may succeed later without anything being changed. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

export class Failure extends Error {
  readonly kind: FailureKind;
  readonly cure: string | undefined;
  readonly retryable: boolean;

  constructor(kind: FailureKind, message: string, options: FailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Failure';
    this.kind = kind;
    this.cure = options.cure;
    this.retryable = options.retryable ?? false;
  }
}

/** The sentence of any thrown value, for logs. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
