/** stop: ends the instance for certain, or says that it could not (Pacemaker then fences the node). */
import { setTimeout as sleep } from 'node:timers/promises';
import { ocf, type OcfCode, OcfError } from '../codes.ts';
import { askChecks } from '../health.ts';
import { endSession, type ProcessIdentity, sessionOf } from '../processes.ts';
import { execute, requirePrograms, requireUser } from '../program.ts';
import { sayWhyItWaits, setPromotionScore } from '../role.ts';
import { noteStopping, readState, removeState } from '../state-file.ts';
import { giveUpAddress, sayWhoIsActive } from './address.ts';
import { giveUpState } from './state-role.ts';
import type { Service, ServiceCall } from './service.ts';

/** @throws OcfError errGeneric when it still runs, or nobody can say that it doesn't */
export async function stopInstance(call: ServiceCall): Promise<OcfCode> {
  const { values, instance, log } = call;
  const state = readState(instance);
  noteStopping(instance, state, log);
  const scoreIsGone =
    values.promote !== undefined && state !== undefined && setPromotionScore(instance, undefined, log);
  if (values.promote !== undefined) await giveUpAddress(call); // the traffic goes first
  if (values.run === undefined) await stopByCommand(call, state !== undefined);
  else if (state?.leader !== undefined) await stopProgram(call, state.leader);
  if (values.promote === undefined) await giveUpAddress(call); // it gave it up itself, or it is beyond that
  await giveUpState(call);
  await scoreIsGone;
  if (state?.waits !== undefined) await sayWhyItWaits(instance, undefined, log);
  if (values.promote === undefined && values.address !== undefined) await sayWhoIsActive(instance, undefined, log);
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
 * A self-managing program is gone when its command says so by its exit code 0, and every check agrees. A command that fails
 * is no stop, with two exceptions: nothing was started here, or nobody listened even before (it crashed).
 */
async function stopByCommand(call: ServiceCall, started: boolean): Promise<void> {
  const { values, instance, log, remainingMs } = call;
  const { user } = values;
  if (!started && !isInstalled(values)) return; // as after a start that failed for that
  const crashed = await nobodyListens(values, Math.min(1000, remainingMs()));
  const { code, problem } = await execute(values.stop!, { timeoutMs: remainingMs(), user, logOf: instance });
  if (problem !== undefined) {
    if (started && (code === undefined || !crashed)) throw new OcfError(ocf.errGeneric, problem);
    log.warn(problem);
  }
  await becomeGone(call);
}

/** By the kernel's word; without check_tcp and check_http nobody knows. */
async function nobodyListens(values: Service, timeoutMs: number): Promise<boolean> {
  const findings = await askChecks({ ...values, check_command: undefined }, timeoutMs);
  return findings.length > 0 && findings.every((finding) => finding?.gone === 'proven');
}

async function becomeGone({ values, remainingMs }: ServiceCall): Promise<void> {
  let doubt: string;
  do {
    const findings = await askChecks(values, Math.max(1, Math.min(2000, remainingMs())));
    const unknown = findings.find((finding) => finding?.gone === 'unknown');
    if (findings.includes(undefined)) doubt = 'it still runs: it passes its check';
    else if (unknown === undefined) return;
    else doubt = `it is not known to be gone: ${unknown.problem}`;
    await sleep(100);
  } while (remainingMs() > 500); // a check that has less time is not asked fairly
  throw new OcfError(ocf.errGeneric, doubt);
}

function isInstalled({ stop, check_command, user }: Service): boolean {
  try {
    requirePrograms([stop, check_command]);
    requireUser(user);
    return true;
  } catch {
    return false;
  }
}
