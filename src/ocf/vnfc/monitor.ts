/** monitor: is it there, is it healthy, and in which role. A probe asks the same and changes nothing. */
import { ocf, type OcfCode, OcfError } from '../codes.ts';
import { type InstanceRole, promotionScores, setPromotionScore } from '../role.ts';
import { readState } from '../state-file.ts';
import { look } from './look.ts';
import type { ServiceCall } from './service.ts';

/** @throws OcfError errGeneric or failedPromoted, with what is wrong */
export async function monitorInstance(call: ServiceCall): Promise<OcfCode> {
  const state = readState(call.instance);
  const { code, problem } = await look(call.values, state, call.remainingMs);
  // a resource that was never started here has no score to keep
  if (!call.probe && call.values.promote !== undefined && code !== ocf.notRunning) {
    const score = problem === undefined ? promotionScores[roleFrom(code)] : undefined;
    await setPromotionScore(call.instance, score, call.log);
  }
  if (problem !== undefined) throw new OcfError(code, problem);
  return code;
}

const roleFrom = (code: OcfCode): InstanceRole => (code === ocf.runningPromoted ? 'promoted' : 'unpromoted');
