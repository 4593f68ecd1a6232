/**
 * stop: asks the guest to shut down, then ends it for certain, or says that it could not (Pacemaker then fences the node). It is stopped when
 * no process runs it any more, and libvirtd isn't about to make one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { virsh } from '../../libvirt/virsh.ts';
import { ocf, type OcfCode, OcfError } from '../codes.ts';
import { isAlive, type ProcessIdentity } from '../processes.ts';
import { noteStopping, readState, removeState } from '../state-file.ts';
import { sight, stateProblem } from './look.ts';
import { releaseOwnership } from './owner.ts';
import type { VmCall } from './vm.ts';

/**
 * A guest that is still booting misses the power button: it is pressed again. The first time libvirt chooses how to ask (its agent, if it has one); an
 * agent that took the order and doesn't carry it out is passed over then.
 */
const askAgainMs = 3000;

/** @throws OcfError errGeneric when it still runs, or nobody can say that it doesn't */
export async function stopVm(call: VmCall): Promise<OcfCode> {
  const { values, instance, log, remainingMs } = call;
  const state = readState(instance);
  noteStopping(instance, state, log);
  const seen = sight(values.domain, state?.leader);
  if (seen.qemu !== undefined) {
    const reserveMs = Math.min(20_000, remainingMs() / 3);
    const paused = stateProblem(values.domain, seen) !== undefined; // it hears nothing
    if (!paused) await shutDown(call, seen.qemu, reserveMs);
    await end(call, seen.qemu);
  }
  await proveStopped(call, state?.phase === 'starting');
  removeState(instance);
  if (values.owner_file !== undefined) releaseOwnership(values.owner_file, log);
  return ocf.success;
}

/** Asks the guest until it has ended, or only `reserveMs` are left. */
async function shutDown(
  { values: { domain }, log, remainingMs }: VmCall,
  qemu: ProcessIdentity,
  reserveMs: number,
): Promise<void> {
  let askedAt = -Infinity;
  let said: string | undefined;
  while (isAlive(qemu) && remainingMs() > reserveMs) {
    if (performance.now() - askedAt >= askAgainMs) {
      const how = askedAt > 0 ? ['--mode', 'acpi'] : [];
      askedAt = performance.now();
      const answer = await virsh(['shutdown', domain, ...how], remainingMs() - reserveMs);
      // 'unreachable': libvirtd may be back in time
      if (answer.is !== 'done' && answer.why !== said)
        log.warn(`the guest cannot be asked to shut down: ${(said = answer.why)}`);
    } else await sleep(50);
  }
  if (isAlive(qemu)) log.warn(`the guest '${domain}' does not shut down in time: it is ended`);
}

/** By libvirt, then by signals: SIGTERM has QEMU write out what it holds. */
async function end({ values: { domain }, log, remainingMs }: VmCall, qemu: ProcessIdentity): Promise<void> {
  const leftMs = remainingMs();
  if (isAlive(qemu)) {
    const answer = await virsh(['destroy', domain], leftMs / 3);
    if (answer.is !== 'done' && isAlive(qemu)) log.warn(`libvirt does not end '${domain}': ${answer.why}`); // prettier-ignore
  }
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (isAlive(qemu)) {
      try {
        process.kill(qemu.pid, signal);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
    const until = performance.now() + Math.min(remainingMs(), signal === 'SIGTERM' ? leftMs / 4 : leftMs);
    while (isAlive(qemu) && performance.now() < until) await sleep(20);
  }
  if (isAlive(qemu))
    throw new OcfError(ocf.errGeneric, `QEMU (process ${qemu.pid}) of '${domain}' does not end, not even by SIGKILL`);
}

/**
 * No process is left; and libvirtd, which may have been told to make one, says that it has none. One that is down makes none; one that gives no
 * answer is a doubt only where a start was under way.
 */
async function proveStopped(call: VmCall, wasStarting: boolean): Promise<void> {
  const { domain } = call.values;
  const { remainingMs } = call;
  let doubt: string;
  do {
    const answer = await virsh(['domstate', domain], Math.min(remainingMs() - 500, 5000));
    const { qemu } = sight(domain);
    if (qemu !== undefined) {
      doubt = `QEMU (process ${qemu.pid}) runs it`;
      await end(call, qemu);
    } else if (answer.is === 'no-domain' || answer.is === 'unreachable') return;
    else if (answer.is === 'done' && answer.stdout.trim() === 'shut off')
      return; // defined here, by somebody
    else if (answer.is !== 'done' && !wasStarting) return;
    else doubt = answer.is === 'done' ? `libvirt says that it is '${answer.stdout.trim()}'` : answer.why;
    await sleep(100);
  } while (remainingMs() > 500);
  throw new OcfError(ocf.errGeneric, `'${domain}' is not known to be stopped: ${doubt}`);
}
