/** What `vnfha doctor` finds: what is wrong, and what to do about it. */
export interface Finding {
  /** error: a failure will not be recovered as the description says, or not at all. warning: something may go wrong. */
  readonly severity: 'error' | 'warning';
  /** A short word for scripts: 'fencing', 'alert', … */
  readonly check: string;
  readonly what: string;
  /** One imperative sentence. */
  readonly cure: string;
}

export const error = (check: string, what: string, cure: string): Finding => ({ severity: 'error', check, what, cure });
export const warning = (check: string, what: string, cure: string): Finding => ({
  severity: 'warning',
  check,
  what,
  cure,
});
