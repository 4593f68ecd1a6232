/**
 * The role of the sidecar that carries an instance's state (docs/sync.md): it is active before the instance is, in an epoch above all
 * before, or the instance isn't promoted.
 */
import { messageOf } from '../../process/failure.ts';
import type { SyncClient } from '../../sync/client.ts';
import type { InstanceStatus } from '../../sync/status.ts';
import { ocf, OcfError } from '../codes.ts';
import { growingPauses } from '../pauses.ts';
import { healthyScore, stateScores } from '../role.ts';
import { newestEpoch, recordEpoch } from '../epoch.ts';
import type { Service, ServiceCall } from './service.ts';
import { beginEpoch, ownStanding } from './standing.ts';

/** Each one refused raises the next; more of them than that have not been heard of, but told. A store that is away is waited for, half of the time. */
const attempts = 5;

/**
 * Waits for the sidecar, which systemd may be starting just now: an instance is of no use without one.
 * @throws OcfError errGeneric when it doesn't come in half of the time
 */
export async function awaitSidecar({ values, remainingMs }: ServiceCall): Promise<void> {
  const { sync } = values;
  if (sync === undefined) return;
  const untilMs = remainingMs() / 2;
  const pause = growingPauses(20, 500);
  for (;;) {
    const { problem, code } = await withSidecar(sync, remainingMs() - untilMs, (sidecar) => sidecar.status()).then(
      () => ({ problem: undefined, code: undefined }),
      (error: unknown) => ({ problem: messageOf(error), code: (error as { code?: string }).code }),
    );
    if (problem === undefined) return;
    if (code !== 'unanswered' || remainingMs() <= untilMs)
      throw new OcfError(
        ocf.errGeneric,
        `its sidecar doesn't answer (is vnfha-sync@${values.name} started here?): ${problem}`,
      );
    await pause();
  }
}

/**
 * The epoch of the promotion that is about to begin; undefined: nobody asks for its state.
 * @throws OcfError errGeneric: the sidecar doesn't answer, or it can't be sure to have the state and is to wait
 */
export async function takeState(call: ServiceCall): Promise<number | undefined> {
  const { values, instance, log, remainingMs } = call;
  const { sync } = values;
  if (values.standing !== undefined) return beginEpoch(call);
  if (sync === undefined) return undefined;
  return withSidecar(sync, remainingMs(), async (sidecar) => {
    const [recorded, status] = await Promise.all([
      newestEpoch(instance, remainingMs()),
      sidecar.status().catch((error: unknown) => {
        throw refused(values, error);
      }),
    ]);
    let heard = Math.max(recorded, status.epoch);
    const pause = growingPauses(200, 2000);
    const untilMs = remainingMs() / 2;
    for (let attempt = 1; ;) {
      const epoch = heard + 1;
      await recordEpoch(instance, epoch, remainingMs());
      try {
        const { mayLack } = await sidecar.role('active', epoch);
        if (mayLack.length > 0)
          log.warn(`promoted without being sure of the state: writes at ${mayLack.join(' and ')} may be lost`);
        return epoch;
      } catch (error) {
        const { code, epoch: newer = epoch } = error as { code?: string; epoch?: number };
        // its store may be starting just now, as after a loss of the power of everything
        if (code === 'storage' && remainingMs() > untilMs) await pause();
        else if (code !== 'stale-epoch' || attempt++ === attempts) throw refused(values, error);
        heard = Math.max(epoch, newer);
      }
    }
  });
}

/** Whoever can't be told is fenced by the next one's epoch: no reason to fail. */
export async function giveUpState({ values, log, remainingMs }: ServiceCall): Promise<void> {
  const { sync } = values;
  if (sync === undefined) return;
  try {
    await withSidecar(sync, Math.min(2000, remainingMs()), (sidecar) => sidecar.role('standby'));
  } catch (error) {
    log.warn(`the sidecar was not told that it is standby: ${messageOf(error)}`);
  }
}

/** What the sidecar, or the instance itself, says: why a promoted one has no state to work with, and what its promotion would be worth. */
export interface Standing {
  readonly problem?: string;
  /** undefined: it can't be promoted. */
  readonly score: number | undefined;
  /** Why it is not to be promoted, though it is healthy. */
  readonly waits?: string;
}

/** `instance`: its resource's id. */
export async function askStanding(
  values: Service,
  promoted: boolean,
  instance: string,
  timeoutMs: number,
): Promise<Standing> {
  const { sync } = values;
  if (values.standing !== undefined) return ownStanding(values, promoted, instance, timeoutMs);
  if (sync === undefined) return { score: healthyScore };
  try {
    const status = await withSidecar(sync, timeoutMs, (sidecar) => sidecar.status());
    return standingOf(status);
  } catch (error) {
    return { problem: `its sidecar doesn't answer: ${messageOf(error)}`, score: undefined };
  }
}

/** Pure. */
export function standingOf({ role, epoch, holding, fresh }: InstanceStatus): Standing {
  const score = fresh ? stateScores.fresh : holding === 'whole' ? stateScores.behind : stateScores.empty;
  if (role === 'active') return { score };
  return { problem: `its sidecar is ${role === 'none' ? 'new' : role} (epoch ${epoch}), not active`, score };
}

/** Loaded when it is needed: an instance without one doesn't wait for it. */
async function withSidecar<T>(socket: string, timeoutMs: number, use: (sidecar: SyncClient) => Promise<T>): Promise<T> {
  const { createSyncClient } = await import('../../sync/client.ts');
  const sidecar = createSyncClient(socket, Math.max(1, timeoutMs));
  try {
    return await use(sidecar);
  } finally {
    sidecar.close();
  }
}

function refused({ name, sync }: Service, error: unknown): OcfError {
  const { code, cure } = error as { code?: string; cure?: string };
  const why =
    code === 'unanswered'
      ? `its sidecar doesn't answer (is vnfha-sync@${name} started here?): ${messageOf(error)}`
      : `its sidecar at ${sync} refuses: ${messageOf(error)}${cure === undefined ? '' : ` ${cure}`}`;
  return new OcfError(ocf.errGeneric, `it isn't made active: ${why}`);
}
