/** Pacemaker's programs, with their exit codes (crm_error) as Failures. */
import { Failure } from '../process/failure.ts';
import { run, type RunOptions, type RunResult } from '../process/run.ts';

/** Pacemaker's exit codes that mean something to us; the same for all its programs. */
export const crmExit = {
  insufficientPrivileges: 4,
  oldData: 103,
  notConnected: 102,
  noSuchObject: 105,
} as const;

/** For what works on a whole CIB, in ms: the scheduler takes seconds for 1,000 VNFCs, and minutes for 10,000. */
export const wholeCibTimeout = 600_000;

/**
 * Runs one of Pacemaker's programs.
 * @throws Failure 'pacemaker' when the cluster isn't running here, or for an unaccepted exit code; 'permission'.
 */
export async function runTool(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const accept = options.accept ?? [0];
  const result = await run(program, args, {
    kind: 'pacemaker',
    ...options,
    accept: [...accept, crmExit.notConnected, crmExit.insufficientPrivileges],
  });
  if (accept.includes(result.code)) return result;
  if (result.code === crmExit.insufficientPrivileges) {
    throw new Failure('permission', `Pacemaker refuses '${program}' to this user`, {
      cure: 'Run as root, or as a user of the group haclient.',
    });
  }
  throw new Failure('pacemaker', 'Pacemaker is not running on this node, or does not answer', {
    cure: "Start the cluster ('pcs cluster start --all', or 'systemctl start corosync pacemaker'), then look at 'crm_mon -1'.",
    retryable: true,
  });
}
