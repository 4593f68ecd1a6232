/**
 * Durations: long enough to mean something, short enough for every program that is told them.
 */
import { durationMs } from '../duration.ts';
import type { Path } from '../source.ts';
import type { Checkup } from './checkup.ts';

/** HAProxy and timers count milliseconds in 31 bits. */
const longestMs = 2 ** 31 - 1;

export function checkDurations(checkup: Checkup): void {
  const check = (path: Path, text: string | undefined) => {
    const ms = text === undefined ? undefined : durationMs(text);
    if (ms === undefined) return;
    if (ms === 0) checkup.error(path, `'${text}' is no time at all`, 'Write a longer duration, or remove the field.');
    if (ms > longestMs) checkup.error(path, `'${text}' is too long`, 'Write 24 days (576h) or less.');
  };
  const { cluster, fencing, recovery: target } = checkup.description;
  check(['cluster', 'token'], cluster?.token);
  check(['cluster', 'consensus'], cluster?.consensus);
  check(['cluster', 'heartbeat', 'interval'], cluster?.heartbeat?.interval);
  fencing?.forEach((device, at) => check(['fencing', at, 'takes'], device?.takes));
  checkup.description.guests?.forEach((guest, at) => {
    check(['guests', at, 'startTimeout'], guest?.startTimeout);
    check(['guests', at, 'stopTimeout'], guest?.stopTimeout);
  });
  if (typeof target === 'object') {
    check(['recovery', 'detect'], target.detect);
    check(['recovery', 'recover'], target.recover);
  }
  checkup.description.loadBalancer?.manages?.forEach((managed, at) => {
    const path = ['loadBalancer', 'manages', at, 'service'];
    check([...path, 'check', 'inter'], managed?.service?.check?.inter);
    check([...path, 'slowStart'], managed?.service?.slowStart);
  });
  checkup.description.vnfcs?.forEach((vnfc, at) => {
    if (vnfc === undefined) return;
    const { program, vms, check: health, heartbeat, role, recovery, service } = vnfc;
    check(['vnfcs', at, 'program', 'startTimeout'], program?.startTimeout);
    check(['vnfcs', at, 'program', 'stopTimeout'], program?.stopTimeout);
    check(['vnfcs', at, 'vms', 'startTimeout'], vms?.startTimeout);
    check(['vnfcs', at, 'vms', 'stopTimeout'], vms?.stopTimeout);
    check(['vnfcs', at, 'check', 'interval'], health?.interval);
    check(['vnfcs', at, 'check', 'timeout'], health?.timeout);
    check(['vnfcs', at, 'heartbeat', 'interval'], heartbeat?.interval);
    check(['vnfcs', at, 'role', 'timeout'], role?.timeout);
    check(['vnfcs', at, 'recovery', 'within'], recovery?.within);
    check(['vnfcs', at, 'service', 'check', 'inter'], service?.check?.inter);
    const interval = durationMs(health?.interval ?? '') ?? 0;
    if (interval > 0 && (interval < 2000 || interval % 1000 !== 0)) {
      const what = `Pacemaker counts intervals in whole seconds, and below 2 s it does little but check`;
      const cure = `Write ${Math.max(2, Math.ceil(interval / 1000))}s; failures that are seen by events do not wait for it.`;
      checkup.error(['vnfcs', at, 'check', 'interval'], what, cure);
    }
  });
}
