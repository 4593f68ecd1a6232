/** start: creates the domain, if nothing says that it may run already, and waits until the guest is healthy. */
import { virsh } from '../../libvirt/virsh.ts';
import { ocf, type OcfCode, OcfError } from '../codes.ts';
import { growingPauses } from '../pauses.ts';
import { execute } from '../program.ts';
import { writeState } from '../state-file.ts';
import { guestProblem, sight, stateProblem } from './look.ts';
import { takeOwnership } from './owner.ts';
import { noted, validate, type VmCall } from './vm.ts';

/** @throws OcfError errInstalled, errGeneric */
export async function startVm(call: VmCall): Promise<OcfCode> {
  const { values, instance } = call;
  await validate(call);
  if (sight(values.domain).qemu === undefined) await create(call);
  const { qemu: leader } = sight(values.domain);
  if (leader === undefined) throw new OcfError(ocf.errGeneric, `the VM '${values.domain}' ended while it was started`);
  writeState(instance, { leader, ...noted(call, 'starting') });
  await becomeHealthy(call);
  writeState(instance, { leader, ...noted(call, 'running') });
  return ocf.success;
}

async function create(call: VmCall): Promise<void> {
  const { values, instance, remainingMs, log } = call;
  const { domain, config, owner_file } = values;
  const pause = growingPauses(100, 1000);
  await haveDecidedAnew(call);
  await refuseAutostart(call);
  if (owner_file !== undefined) await takeOwnership(owner_file, log);
  // from here on a stop knows that libvirtd may be about to make it, also when this agent is killed
  writeState(instance, noted(call, 'starting'));
  for (;;) {
    const answer = await virsh(['create', config], remainingMs());
    if (answer.is === 'done') return;
    // a libvirtd that is being restarted comes back; nothing was done
    if (answer.is === 'unreachable' && remainingMs() > 2000) await pause();
    else throw new OcfError(ocf.errGeneric, `libvirt does not start '${domain}': ${answer.why}`);
  }
}

/**
 * Of a guest node: has Pacemaker decide anew, before it connects to what is started here. When a guest is lost Pacemaker means to have everything in it as it was as
 * soon as its VM is back: what was active there stays so, and the standbys wait for a boot. By now it has forgotten the promotion scores in that guest; asked again, it
 * promotes a standby at once. A change of any node attribute has it decide.
 */
async function haveDecidedAnew({ instance, log }: VmCall): Promise<void> {
  if (!process.env.OCF_RESKEY_CRM_meta_remote_node) return;
  const change = ['--name', `${instance}-begun`, '--update', String(Date.now())];
  const { problem } = await execute(['attrd_updater', ...change], { timeoutMs: 5000 });
  if (problem !== undefined) log.warn(`Pacemaker can't be asked to decide anew: ${problem}`);
}

/** A domain that is defined on the node and starts with it would run behind the cluster's back. */
async function refuseAutostart({ values: { domain }, remainingMs }: VmCall): Promise<void> {
  const answer = await virsh(['dominfo', domain], remainingMs() / 2);
  if (answer.is !== 'done' || !/^Autostart:\s+enable/m.test(answer.stdout)) return;
  const cure = `'virsh autostart --disable ${domain}', or 'virsh undefine ${domain}': the agent needs no definition`;
  throw new OcfError(ocf.errInstalled, `libvirt itself starts '${domain}' on this node, behind the cluster's back: ${cure}`); // prettier-ignore
}

async function becomeHealthy({ values, remainingMs }: VmCall): Promise<void> {
  const pause = growingPauses(50, 500);
  for (;;) {
    const seen = sight(values.domain);
    if (seen.qemu === undefined)
      throw new OcfError(ocf.errGeneric, `the VM '${values.domain}' ended while it was started`);
    const problem =
      stateProblem(values.domain, seen) ?? (await guestProblem(values, Math.min(5000, remainingMs()), true));
    if (problem === undefined) return;
    if (remainingMs() === 0) throw new OcfError(ocf.errGeneric, `it did not become healthy in time: ${problem}`);
    await pause();
  }
}
