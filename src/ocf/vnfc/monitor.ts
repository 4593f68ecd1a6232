/**
 * monitor: is it there, is it healthy, and in which role. A probe asks the same and changes nothing. A recurring one that is
 * healthy keeps the promotion score, and asks the supervisor to watch on: the next ones may go by what that sees.
 */
import { messageOf } from '../../process/failure.ts';
import { ocf, type OcfCode, OcfError } from '../codes.ts';
import { closeFastPath, openFastPath } from '../fast-path.ts';
import { sayWhyItWaits, setPromotionScore } from '../role.ts';
import { type InstanceState, readState, writeState } from '../state-file.ts';
import { sayWhoIsActive } from './address.ts';
import { type Finding, look } from './look.ts';
import { noted, passFor, type ServiceCall } from './service.ts';

/** @throws OcfError errGeneric or failedPromoted, with what is wrong */
export async function monitorInstance(call: ServiceCall): Promise<OcfCode> {
  const state = readState(call.instance);
  const finding = await look(call.instance, call.values, state, call.remainingMs);
  const { code, problem } = finding;
  if (!call.probe) await keepUp(call, state, problem === undefined && code !== ocf.notRunning ? finding : undefined);
  if (problem !== undefined) throw new OcfError(code, problem);
  return code;
}

/** Does what follows from the finding, which is there where it is healthy. */
async function keepUp(
  call: ServiceCall,
  state: InstanceState | undefined,
  finding: Finding | undefined,
): Promise<void> {
  const { values, instance, log } = call;
  const healthy = finding !== undefined;
  if (!healthy) closeFastPath(instance);
  // a resource that was never started here has no score to lose
  if (values.promote !== undefined && (healthy || state !== undefined)) {
    await setPromotionScore(instance, finding?.score, log);
  }
  if (finding?.active !== undefined) await sayWhoIsActive(instance, finding.active, log);
  if (!healthy || state === undefined) return;
  const { score, active, contested, waits } = finding;
  // told as often as the score: the attribute manager may have lost it
  if (waits !== undefined || state.waits !== undefined) await sayWhyItWaits(instance, waits, log);
  if (contested && state.contestedSince === undefined) log.warn(`another node has ${values.address}, too`);
  const contestedSince = contested ? (state.contestedSince ?? Date.now()) : undefined;
  askToWatch(call, state, { score, active, contestedSince, waits });
}

/**
 * First what the supervisor is to watch, then the pass: a sight that is newer than the pass is of this watch. What can't be written
 * costs no health; the next monitor tries again. `found`: what this monitor found, and the state doesn't say yet.
 */
function askToWatch(call: ServiceCall, state: InstanceState, found: Partial<InstanceState>): void {
  const { watch, instance, log } = call;
  if (watch === undefined) return;
  try {
    const wanted: InstanceState = { ...state, ...found, ...noted(call, 'running'), watch };
    if (JSON.stringify(wanted) !== JSON.stringify(state)) writeState(instance, wanted);
    openFastPath(instance, passFor(call, state));
  } catch (error) {
    log.warn(`the supervisor can't be asked to watch: ${messageOf(error)}`);
  }
}
