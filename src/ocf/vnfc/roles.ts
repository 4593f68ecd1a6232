/** promote and demote: tells the instance its role, and where it can be asked, sees that it took it. */
import { readFileSync } from 'node:fs';
import { messageOf } from '../../process/failure.ts';
import { ocf, type OcfCode, OcfError } from '../codes.ts';
import { openFastPath } from '../fast-path.ts';
import { growingPauses } from '../pauses.ts';
import { execute } from '../program.ts';
import { type InstanceRole, queryRole, setPromotionScore } from '../role.ts';
import { readState, writeState } from '../state-file.ts';
import { claimAddress, giveUpAddress } from './address.ts';
import { giveUpState, takeState } from './state-role.ts';
import { passFor, processesOf, type ServiceCall } from './service.ts';

/** So long after a change of the role the first monitor of the new one may come and be believed, in seconds. */
const trustS = 2;

/** @throws OcfError errUnimplemented (the resource is not promotable), errGeneric */
export async function changeRole(call: ServiceCall, role: InstanceRole): Promise<OcfCode> {
  const { values, instance, log } = call;
  const action = role === 'promoted' ? 'promote' : 'demote';
  if (values.promote === undefined) {
    throw new OcfError(ocf.errUnimplemented, `${action} is not possible: the parameter promote is not given`);
  }
  const state = readState(instance);
  if (state === undefined) return ocf.notRunning;
  if (processesOf(state) === 'gone') {
    if (role === 'promoted') return ocf.notRunning;
    // the dead are not active: to say so at once lets a standby be promoted first; the next monitor has this one repaired
    await giveUpAddress(call); // before anything is said: another one is about to take it
    writeState(instance, { ...state, role });
    void setPromotionScore(instance, undefined, log); // nobody waits for it
    await giveUpState(call);
    return ocf.success;
  }
  await becomeRole(call, role);
  trustTheFirstMonitor(call, role);
  return ocf.success;
}

/** First the pass, then the end of the change is noted: the supervisor looks at once, and its sight has to be newer. */
function trustTheFirstMonitor(call: ServiceCall, role: InstanceRole): void {
  const { instance, log } = call;
  const state = { ...readState(instance), changing: undefined };
  try {
    const seconds = Math.floor(Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]));
    const once = { code: role === 'promoted' ? 8 : 0, until: seconds + trustS } as const;
    if (state.watch !== undefined) openFastPath(instance, { ...passFor(call, state), once });
  } catch (error) {
    log.warn(`the next monitor has to look itself: ${messageOf(error)}`);
  }
  writeState(instance, state);
}

/** Runs the command and waits until the instance itself says that it has the role. Leaves it noted as changing. */
export async function becomeRole(call: ServiceCall, role: InstanceRole): Promise<void> {
  const { values, instance, remainingMs } = call;
  const argv = role === 'promoted' ? values.promote! : values.demote!;
  // promoted is noted before, standby after: what fails halfway is held to be promoted
  writeState(instance, { ...readState(instance), ...(role === 'promoted' ? { role } : {}), changing: true });
  const epoch = role === 'promoted' ? await takeState(call) : undefined;
  if (role === 'unpromoted') await giveUpAddress(call);
  const env = epoch === undefined ? {} : { VNFHA_EPOCH: String(epoch) };
  const { problem } = await execute(argv, { timeoutMs: remainingMs(), user: values.user, env });
  if (problem !== undefined) throw new OcfError(ocf.errGeneric, problem);
  const pause = growingPauses(5, 50);
  while (values.role_query !== undefined) {
    const answer = await queryRole(values.role_query, values.user, remainingMs());
    if ('role' in answer && answer.role === role) break;
    if (remainingMs() === 0) {
      const why = 'role' in answer ? `it says that it is ${answer.role}` : answer.problem;
      throw new OcfError(ocf.errGeneric, `'${argv.join(' ')}' did not make it ${role}: ${why}`);
    }
    await pause();
  }
  if (role === 'promoted') return claimAddress(call);
  await giveUpState(call);
  writeState(instance, { ...readState(instance), role });
}
