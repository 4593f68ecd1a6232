/** One check of an instance in the place of its agent's monitor: the same look, in this process. */
import type { CheckOutcome } from '../decide/instance-types.ts';
import { ocf } from '../ocf/codes.ts';
import { readParameters } from '../ocf/parameter.ts';
import { look } from '../ocf/vnfc/look.ts';
import { parameters } from '../ocf/vnfc/parameters.ts';
import { messageOf } from '../process/failure.ts';
import type { Record } from './records.ts';

/** So much later than a check's timeout its outcome says more about this process than about the instance. */
const lateMs = 100;

/** Checks what `record` says within its timeout. Never throws. */
export async function checkOnce({ state }: Record): Promise<CheckOutcome> {
  const begun = performance.now();
  const timeoutMs = state.watch!.timeoutMs;
  const allowedMs = timeoutMs - Math.min(1000, timeoutMs / 10); // as an agent's own: see run-agent.ts
  const elapsedMs = (): number => performance.now() - begun;
  try {
    const values = readParameters(parameters, state.parameters ?? {});
    const { code, problem } = await look(values, state, () => Math.max(0, Math.floor(allowedMs - elapsedMs())));
    if (problem === undefined && (code === ocf.success || code === ocf.runningPromoted)) return { is: 'healthy', code };
    return elapsedMs() > allowedMs + lateMs
      ? { is: 'void', why: 'this process was late' }
      : { is: 'failed', problem: problem ?? 'it is not running' };
  } catch (error) {
    return { is: 'void', why: messageOf(error) }; // of this process, not of the instance
  }
}
