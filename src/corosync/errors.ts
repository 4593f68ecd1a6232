/** corosync's return codes (corotypes.h), in words. */
import { Failure } from '../process/failure.ts';

export const csOk = 1;
export const csTryAgain = 6;
const csLibrary = 2;
const csAccess = 11;
const csTooBig = 26;

const words: Readonly<Record<number, string>> = {
  2: 'library error',
  3: 'version mismatch',
  4: 'not initialised',
  5: 'timeout',
  6: 'try again',
  7: 'invalid parameter',
  8: 'out of memory',
  9: 'bad handle',
  10: 'busy',
  11: 'access denied',
  12: 'does not exist',
  13: 'name too long',
  14: 'exists already',
  15: 'no space',
  16: 'interrupted',
  17: 'name not found',
  18: 'no resources',
  19: 'not supported',
  20: 'bad operation',
  21: 'operation failed',
  22: 'message error',
  23: 'queue full',
  24: 'queue not available',
  25: 'bad flags',
  26: 'too big',
  27: 'no section',
  28: 'context not found',
  30: 'too many groups',
  100: 'security error',
};

/** The Failure for `rc` of the call `what` ('joining the group vnfha'): 'corosync', or 'permission'. */
export function corosyncFailure(rc: number, what: string): Failure {
  if (rc === csLibrary) {
    return new Failure('corosync', `corosync is not running on this node (${what})`, {
      cure: 'Start it: `systemctl start corosync`, or `pcs cluster start`.',
      retryable: true,
    });
  }
  if (rc === csAccess) {
    return new Failure('permission', `this user may not talk to corosync (${what})`, {
      cure: 'Run it as root or in the group haclient, or allow the user in /etc/corosync/uidgid.d.',
    });
  }
  const retryable = rc !== csTooBig;
  return new Failure('corosync', `corosync refused ${what}: ${words[rc] ?? 'unknown error'} (code ${rc})`, {
    retryable,
  });
}
