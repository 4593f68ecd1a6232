/** monitor: is it there, is it healthy, and in which role. A probe asks the same and changes nothing. */
import { ocf, type OcfCode, OcfError } from '../codes.ts';
import { healthProblem } from '../health.ts';
import { type InstanceRole, promotionScores, queryRole, setPromotionScore } from '../role.ts';
import { type InstanceState, readState } from '../state-file.ts';
import { processesOf, type ServiceCall } from './service.ts';

/** @throws OcfError errGeneric or failedPromoted, with what is wrong */
export async function monitorInstance(call: ServiceCall): Promise<OcfCode> {
  const state = readState(call.instance);
  const { code, problem } = await look(call, state);
  // a resource that was never started here has no score to keep
  if (!call.probe && call.values.promote !== undefined && code !== ocf.notRunning) {
    const score = problem === undefined ? promotionScores[roleFrom(code)] : undefined;
    await setPromotionScore(call.instance, score, call.log);
  }
  if (problem !== undefined) throw new OcfError(code, problem);
  return code;
}

interface Sight {
  readonly code: OcfCode;
  readonly problem?: string;
}

async function look(call: ServiceCall, state: InstanceState | undefined): Promise<Sight> {
  const { values } = call;
  const failed = state?.role === 'promoted' ? ocf.failedPromoted : ocf.errGeneric;
  if (state === undefined && values.run !== undefined) return { code: ocf.notRunning };
  const processes = state === undefined ? 'unknown' : processesOf(state);
  if (processes === 'gone') return { code: ocf.notRunning };
  if (processes === 'orphaned') return { code: failed, problem: 'its main process is gone, its children still run' };

  const problem = await healthProblem(values, call.remainingMs());
  if (problem !== undefined) {
    // nobody started the self-managing program here, and it doesn't answer: that is all there is to "not running"
    return state === undefined ? { code: ocf.notRunning } : { code: failed, problem };
  }
  if (values.promote === undefined) return { code: ocf.success };
  if (values.role_query === undefined) {
    return { code: state?.role === 'promoted' ? ocf.runningPromoted : ocf.success };
  }
  const answer = await queryRole(values.role_query, values.user, call.remainingMs());
  if ('problem' in answer) return { code: failed, problem: answer.problem };
  return { code: answer.role === 'promoted' ? ocf.runningPromoted : ocf.success };
}

const roleFrom = (code: OcfCode): InstanceRole => (code === ocf.runningPromoted ? 'promoted' : 'unpromoted');
