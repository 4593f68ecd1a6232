/** monitor: see look.ts. A recurring one that is healthy asks the supervisor to watch on: the next ones may go by what that sees. */
import { messageOf } from '../../process/failure.ts';
import { ocf, type OcfCode, OcfError } from '../codes.ts';
import { closeFastPath, openFastPath } from '../fast-path.ts';
import { type InstanceState, readState, writeState } from '../state-file.ts';
import { look, sight } from './look.ts';
import { noted, passFor, type VmCall } from './vm.ts';

/** @throws OcfError errGeneric, with what is wrong */
export async function monitorVm(call: VmCall): Promise<OcfCode> {
  const { values, instance, probe, remainingMs } = call;
  const state = readState(instance);
  const { code, problem } = await look(values, state, remainingMs);
  if (!probe) {
    if (code === ocf.success) askToWatch(call, state);
    else closeFastPath(instance);
  }
  if (problem !== undefined) throw new OcfError(code, problem);
  return code;
}

/** A VM that was not started by the agent (it came by migration, or was there before) is noted here, too. */
function askToWatch(call: VmCall, state: InstanceState | undefined): void {
  const { watch, instance, values, log } = call;
  const leader = sight(values.domain).qemu;
  if (watch === undefined || leader === undefined) return;
  try {
    const wanted: InstanceState = { leader, ...noted(call, 'running'), watch };
    if (JSON.stringify(wanted) !== JSON.stringify(state)) writeState(instance, wanted);
    openFastPath(instance, passFor(call, leader));
  } catch (error) {
    log.warn(`the supervisor can't be asked to watch: ${messageOf(error)}`);
  }
}
