/**
 * monitor: is it there, is it healthy, and in which role. A probe asks the same and changes nothing. A recurring one that is
 * healthy keeps the promotion score and asks the supervisor to watch on: the next ones may go by what it sees.
 */
import { closeFastPath, openFastPath } from '../fast-path.ts';
import { messageOf } from '../../process/failure.ts';
import { ocf, type OcfCode, OcfError } from '../codes.ts';
import { healthyScore, setPromotionScore } from '../role.ts';
import { type InstanceState, readState, writeState } from '../state-file.ts';
import { look } from './look.ts';
import { noted, type ServiceCall } from './service.ts';

/** @throws OcfError errGeneric or failedPromoted, with what is wrong */
export async function monitorInstance(call: ServiceCall): Promise<OcfCode> {
  const state = readState(call.instance);
  const { code, problem } = await look(call.values, state, call.remainingMs);
  const healthy = problem === undefined && code !== ocf.notRunning;
  if (!call.probe) {
    if (!healthy) closeFastPath(call.instance);
    // a resource that was never started here has no score to keep
    if (call.values.promote !== undefined && (healthy || state !== undefined)) {
      await setPromotionScore(call.instance, healthy ? healthyScore : undefined, call.log);
    }
    if (healthy && state !== undefined) askToWatch(call, state);
  }
  if (problem !== undefined) throw new OcfError(code, problem);
  return code;
}

/** What cannot be written costs no health: the next monitor tries again. The pass is first: the sights to come are newer. */
function askToWatch(call: ServiceCall, state: InstanceState): void {
  const { watch, instance, log } = call;
  if (watch === undefined) return;
  try {
    openFastPath(instance);
    const wanted: InstanceState = { ...state, ...noted(call, 'running'), watch };
    if (JSON.stringify(wanted) !== JSON.stringify(state)) writeState(instance, wanted);
  } catch (error) {
    log.warn(`the supervisor cannot be asked to watch: ${messageOf(error)}`);
  }
}
