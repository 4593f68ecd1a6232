/** start: begins the instance and waits until it is healthy; in the end it is standby. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ocf, type OcfCode, OcfError } from '../codes.ts';
import { hasCheck, healthProblem } from '../health.ts';
import { growingPauses } from '../pauses.ts';
import { endSession, isAlive } from '../processes.ts';
import { execute, launch, logFile } from '../program.ts';
import { queryRole, setPromotionScore } from '../role.ts';
import { readState, writeState } from '../state-file.ts';
import { giveUpAddress } from './address.ts';
import { becomeRole } from './roles.ts';
import { askStanding, awaitSidecar, giveUpState } from './state-role.ts';
import { noted, processesOf, type ServiceCall, validate } from './service.ts';

/** How long a program without a check must run to count as started. */
const settleMs = 300;

/** @throws OcfError errInstalled, errGeneric */
export async function startInstance(call: ServiceCall): Promise<OcfCode> {
  validate(call);
  await awaitSidecar(call);
  const { values, instance } = call;
  if (values.promote !== undefined) await giveUpAddress(call); // nobody who begins is active
  const ended = values.run === undefined ? await startByCommand(call) : await startProgram(call);
  await becomeHealthy(call, ended);
  if (values.promote !== undefined) await becomeStandby(call);
  writeState(instance, { ...readState(instance), ...noted(call, 'running') });
  return ocf.success;
}

async function becomeStandby(call: ServiceCall): Promise<void> {
  const { values, instance, log } = call;
  if (values.role_query !== undefined) {
    const answer = await queryRole(values.role_query, values.user, call.remainingMs());
    if ('problem' in answer) throw new OcfError(ocf.errGeneric, answer.problem);
    if (answer.role === 'promoted') await becomeRole(call, 'unpromoted'); // Pacemaker starts standbys, and promotes one
  }
  await giveUpState(call); // of a time that nobody ended
  const { score } = await askStanding(values, false, instance, call.remainingMs());
  await setPromotionScore(instance, score, log);
}

/** Returns how to learn that the program ended while its start is watched. */
async function startProgram(call: ServiceCall): Promise<() => string | undefined> {
  const { values, instance, remainingMs } = call;
  const state = readState(instance);
  if (state?.leader !== undefined) {
    const { leader } = state;
    if (processesOf(state) === 'running') return () => (isAlive(leader) ? undefined : 'ended');
    if (!(await endSession(leader, 'SIGKILL', 0, remainingMs() / 2))) {
      throw new OcfError(ocf.errGeneric, 'what is left of the last instance cannot be ended');
    }
  }
  const { ended } = await launch(values.run!, instance, values.user, (leader) =>
    writeState(instance, { leader, role: 'unpromoted', ...noted(call, 'starting') }),
  );
  return ended;
}

async function startByCommand(call: ServiceCall): Promise<() => undefined> {
  const { values, instance, remainingMs } = call;
  const ended = () => undefined;
  const started = readState(instance) !== undefined;
  if (started && (await healthProblem(values, remainingMs())) === undefined) return ended;
  writeState(instance, { role: 'unpromoted', ...noted(call, 'starting') });
  const { user } = values;
  const { problem } = await execute(values.start!, { timeoutMs: remainingMs(), user, logOf: instance });
  if (problem !== undefined) throw new OcfError(ocf.errGeneric, `${problem}; see ${logFile(instance)}`);
  return ended;
}

async function becomeHealthy(call: ServiceCall, ended: () => string | undefined): Promise<void> {
  const { values, instance, remainingMs } = call;
  if (!hasCheck(values)) await sleep(settleMs);
  const pause = growingPauses(10, 100);
  for (;;) {
    const end = ended();
    if (end !== undefined) {
      throw new OcfError(
        ocf.errGeneric,
        `'${values.run?.join(' ')}' ${end} while it was started; see ${logFile(instance)}`,
      );
    }
    const problem = await healthProblem(values, Math.min(2000, remainingMs()));
    if (problem === undefined && ended() === undefined) return;
    if (remainingMs() === 0) throw new OcfError(ocf.errGeneric, `it did not become healthy in time: ${problem}`);
    await pause();
  }
}
