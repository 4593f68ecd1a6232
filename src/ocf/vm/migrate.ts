/**
 * Live migration, where the disks are on storage that both nodes have. migrate_to sends the guest and is done when it no longer runs here;
 * migrate_from sees that it runs there.
 */
import { virsh } from '../../libvirt/virsh.ts';
import { ocf, type OcfCode, OcfError } from '../codes.ts';
import { growingPauses } from '../pauses.ts';
import { isAlive } from '../processes.ts';
import { noteStopping, readState, removeState, writeState } from '../state-file.ts';
import { sight, stateProblem } from './look.ts';
import { noteOwner } from './owner.ts';
import { noted, validate, type VmCall } from './vm.ts';

/** @throws OcfError errGeneric: it could not be sent (it runs on here), or it isn't known where it runs */
export async function sendVm(call: VmCall): Promise<OcfCode> {
  const { values, instance, log, remainingMs } = call;
  const target = process.env.OCF_RESKEY_CRM_meta_migrate_target;
  if (!target || !/^[\w.:-]+$/.test(target)) throw new OcfError(ocf.errArgs, 'Pacemaker names no node to migrate to');
  const state = readState(instance);
  const { qemu } = sight(values.domain, state?.leader);
  if (qemu === undefined) throw new OcfError(ocf.errGeneric, `the VM '${values.domain}' does not run here`);
  noteStopping(instance, state, log); // that QEMU ends is no failure
  const at = (uri: string): string => uri.replaceAll('%n', target);
  const { domain, migration_uri, migration_address } = values;
  const address = migration_address === undefined ? [] : ['--migrateuri', at(migration_address)];
  const answer = await virsh(['migrate', '--live', '--domain', domain, '--desturi', at(migration_uri), ...address], remainingMs() - 1000); // prettier-ignore
  const pause = growingPauses(10, 100);
  while (answer.is === 'done' && isAlive(qemu) && remainingMs() > 0) await pause();
  if (answer.is === 'done' && !isAlive(qemu)) {
    if (values.owner_file !== undefined) noteOwner(values.owner_file, log, target);
    removeState(instance);
    return ocf.success;
  }
  const why = answer.is === 'done' ? 'QEMU still runs here' : answer.why;
  if (answer.is === 'unknown') void virsh(['domjobabort', domain], 1000);
  if (isAlive(qemu) && answer.is === 'refused') writeState(instance, { leader: qemu, ...noted(call, 'running') });
  throw new OcfError(ocf.errGeneric, `'${domain}' was not migrated to ${target}: ${why}`);
}

/** @throws OcfError errGeneric: it doesn't run here in time */
export async function receiveVm(call: VmCall): Promise<OcfCode> {
  const { values, instance, log, remainingMs } = call;
  await validate(call);
  const pause = growingPauses(20, 200);
  for (;;) {
    const seen = sight(values.domain);
    const problem =
      seen.qemu === undefined ? `the VM '${values.domain}' did not come` : stateProblem(values.domain, seen);
    if (problem === undefined) {
      if (values.owner_file !== undefined) noteOwner(values.owner_file, log);
      writeState(instance, { leader: seen.qemu!, ...noted(call, 'running') });
      return ocf.success;
    }
    if (remainingMs() === 0) throw new OcfError(ocf.errGeneric, problem);
    await pause();
  }
}
