/** What an agent answers to Pacemaker: the exit codes of the OCF resource agent API. */
export const ocf = {
  success: 0,
  /** Failed; may go better elsewhere or after a restart. */
  errGeneric: 1,
  errArgs: 2,
  errUnimplemented: 3,
  errPerm: 4,
  /** Something is missing on this node. */
  errInstalled: 5,
  /** Wrong on every node: Pacemaker tries no other. */
  errConfigured: 6,
  notRunning: 7,
  runningPromoted: 8,
  failedPromoted: 9,
} as const;

export type OcfCode = (typeof ocf)[keyof typeof ocf];

/** Ends an action with `code` and the reason that crm_mon and pcs show. */
export class OcfError extends Error {
  readonly code: OcfCode;

  constructor(code: OcfCode, reason: string) {
    super(reason);
    this.name = 'OcfError';
    this.code = code;
  }
}
