/**
 * How far the state of an instance is that carries it itself, without a sidecar: by the word of the command `standing` (docs/sync.md). The epoch of
 * its promotions is the cluster's, and it is told.
 */
import { newestEpoch, recordEpoch } from '../epoch.ts';
import { ocf, OcfError } from '../codes.ts';
import { execute } from '../program.ts';
import { stateScores } from '../role.ts';
import { type Report, readReport, whatIsMissing } from './report.ts';
import type { Service, ServiceCall } from './service.ts';
import type { Standing } from './state-role.ts';

/** Its report, or why there is none. */
async function ask(values: Service, timeoutMs: number): Promise<Report | { readonly problem: string }> {
  const { stdout, problem } = await execute(values.standing!, { timeoutMs, user: values.user });
  if (problem !== undefined) return { problem };
  const report = readReport(stdout);
  if (report !== undefined) return report;
  return {
    problem: `'${values.standing!.join(' ')}' prints no lag=NUMBER or lag=unknown: '${stdout.trim().slice(0, 60)}'`,
  };
}

const unsure = (asked: Report | { readonly problem: string }, { standing_lag }: Service): string | undefined =>
  'problem' in asked ? asked.problem : whatIsMissing(asked, standing_lag);

/**
 * What its promotion would be worth. One that hasn't got the state and is to wait is not to be promoted: to fail its promotion would have it
 * restarted, which might cost what it has. That an active one can't say how far it is, is no failure of it: its checks say those.
 */
export async function ownStanding(
  values: Service,
  promoted: boolean,
  instance: string,
  timeoutMs: number,
): Promise<Standing> {
  if (promoted) return { score: stateScores.fresh };
  const waits = unsure(await ask(values, timeoutMs), values);
  if (waits === undefined) return { score: stateScores.fresh };
  const may = values.standing_unsure === 'promote' || (await nobodyEverWas(instance, timeoutMs));
  return may ? { score: stateScores.behind } : { score: undefined, waits };
}

/** Active: nobody has a state that another could lack. */
const nobodyEverWas = async (instance: string, timeoutMs: number): Promise<boolean> =>
  (await newestEpoch(instance, timeoutMs).catch(() => 1)) === 0;

/**
 * The epoch of the promotion that is about to begin, in the CIB when it resolves.
 * @throws OcfError errGeneric: it can't be sure to have the state and is to wait (its score said so too late), or the cluster can't be asked
 */
export async function beginEpoch({ values, instance, log, remainingMs }: ServiceCall): Promise<number> {
  const [recorded, asked] = await Promise.all([newestEpoch(instance, remainingMs()), ask(values, remainingMs())]);
  const why = recorded === 0 ? undefined : unsure(asked, values); // nobody ever had a state
  if (why !== undefined && values.standing_unsure === 'wait')
    throw new OcfError(
      ocf.errGeneric,
      `it isn't made active: ${why}. One that has the state is needed, or standing_unsure=promote ('unsure' in the description).`,
    );
  if (why !== undefined) log.warn(`promoted without being sure of the state: ${why}`);
  const epoch = Math.max(recorded, 'problem' in asked ? 0 : (asked.epoch ?? 0)) + 1;
  await recordEpoch(instance, epoch, remainingMs());
  return epoch;
}
