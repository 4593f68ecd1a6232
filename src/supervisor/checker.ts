/** One check of an instance in the place of its agent's monitor: the same look, in this process. */
import type { CheckOutcome } from '../decide/instance-types.ts';
import { ocf } from '../ocf/codes.ts';
import { readParameters } from '../ocf/parameter.ts';
import { look as lookAtVm } from '../ocf/vm/look.ts';
import { parameters as vmParameters } from '../ocf/vm/parameters.ts';
import { type Finding, look } from '../ocf/vnfc/look.ts';
import { parameters } from '../ocf/vnfc/parameters.ts';
import { messageOf } from '../process/failure.ts';
import type { Sockets } from '../process/sockets.ts';
import type { Record } from './records.ts';

/** So much later than a check's timeout its outcome says more about this process than about the instance. */
const lateMs = 100;

/** The parameters that the agent `name` has, in their order. */
export const parameterNames = (name: string | undefined): string[] =>
  Object.keys(name === 'vnfc-vm' ? vmParameters : parameters);

/** Checks what `record` says within its timeout. Never throws. */
export async function checkOnce(resource: string, { state }: Record, sockets: Sockets): Promise<CheckOutcome> {
  const begun = performance.now();
  const timeoutMs = state.watch!.timeoutMs;
  const allowedMs = timeoutMs - Math.min(1000, timeoutMs / 10); // as an agent's own: see run-agent.ts
  const elapsedMs = (): number => performance.now() - begun;
  try {
    const remainingMs = (): number => Math.max(0, Math.floor(allowedMs - elapsedMs()));
    const given = state.parameters ?? {};
    const {
      code,
      problem,
      score,
      active,
      contested = false,
    }: Finding = state.agent === 'vnfc-vm'
      ? {
          score: state.score,
          active: state.active,
          ...(await lookAtVm(readParameters(vmParameters, given), state, remainingMs)),
        }
      : await look(resource, { ...readParameters(parameters, given), accepts: acceptsBy(sockets) }, state, remainingMs);
    const scored = state.agent !== 'vnfc-vm' && (state.parameters?.sync ?? state.parameters?.standing) !== undefined;
    if (scored && problem === undefined && score !== state.score)
      return { is: 'void', why: `its promotion is worth ${score ?? 'nothing'} now: its next monitor is a full one` };
    if (problem === undefined && active !== state.active)
      return { is: 'void', why: `it is ${active ? '' : 'not '}active now: its next monitor is a full one` };
    if (problem === undefined && (contested || state.contestedSince !== undefined))
      return { is: 'void', why: 'another node has its address, or had: its next monitor is a full one' };
    if (problem === undefined && (code === ocf.success || code === ocf.runningPromoted)) return { is: 'healthy', code };
    return elapsedMs() > allowedMs + lateMs
      ? { is: 'void', why: 'this process was late' }
      : { is: 'failed', problem: problem ?? 'it is not running' };
  } catch (error) {
    return { is: 'void', why: messageOf(error) }; // of this process, not of the instance
  }
}

/** On the loopback a connection is there at once, or it is for the long way to say why not. */
const acceptsBy =
  (sockets: Sockets) =>
  (port: number): boolean => {
    const socket = sockets.tcp('127.0.0.1', port);
    if (!('close' in socket)) return false;
    const accepted = socket.connected() === true;
    socket.close();
    return accepted;
  };
