/** stop: ends the instance for certain, or says that it could not (Pacemaker then fences the node). */
import { setTimeout as sleep } from 'node:timers/promises';
import { ocf, type OcfCode, OcfError } from '../codes.ts';
import { healthProblem } from '../health.ts';
import { endSession, type ProcessIdentity, sessionOf } from '../processes.ts';
import { execute } from '../program.ts';
import { setPromotionScore } from '../role.ts';
import { readState, removeState } from '../state-file.ts';
import type { ServiceCall } from './service.ts';

/** @throws OcfError errGeneric when it still runs */
export async function stopInstance(call: ServiceCall): Promise<OcfCode> {
  const { values, instance, log } = call;
  const state = readState(instance);
  if (values.promote !== undefined && state !== undefined) await setPromotionScore(instance, undefined, log);
  if (values.run === undefined) await stopByCommand(call);
  else if (state?.leader !== undefined) await stopProgram(call, state.leader);
  removeState(instance);
  return ocf.success;
}

/** The stop command if there is one, then SIGTERM, then SIGKILL in the last third of the time. */
async function stopProgram({ values, log, remainingMs }: ServiceCall, leader: ProcessIdentity): Promise<void> {
  if (values.stop !== undefined && sessionOf(leader).length > 0) {
    const timeoutMs = remainingMs() / 3;
    const { problem } = await execute(values.stop, { timeoutMs, user: values.user });
    if (problem !== undefined) log.warn(problem);
  }
  const leftMs = remainingMs();
  if (await endSession(leader, 'SIGTERM', (leftMs * 2) / 3, leftMs)) return;
  const pids = sessionOf(leader).map(({ pid }) => pid);
  throw new OcfError(ocf.errGeneric, `processes do not end, not even by SIGKILL: ${pids.join(' ')}`);
}

/**
 * A self-managing program is gone when its command came to an end and its check fails. That the command itself fails is
 * no proof of the opposite: many do when there is nothing to stop, as after a crash.
 */
async function stopByCommand({ values, instance, log, remainingMs }: ServiceCall): Promise<void> {
  const { user } = values;
  const { code, problem } = await execute(values.stop!, { timeoutMs: remainingMs(), user, logOf: instance });
  if (code === undefined) throw new OcfError(ocf.errGeneric, problem!);
  if (problem !== undefined) log.warn(problem);
  while ((await healthProblem(values, Math.min(2000, remainingMs()))) === undefined) {
    if (remainingMs() === 0) throw new OcfError(ocf.errGeneric, problem ?? 'it still answers its check');
    await sleep(100);
  }
}
