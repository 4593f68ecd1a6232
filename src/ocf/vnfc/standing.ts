/**
 * How far the state of an instance is that carries it itself, without a sidecar: by the word of the command `standing` (docs/sync.md). The epoch of
 * its promotions is the cluster's, and it is told.
 */
import { newestEpoch, recordEpoch } from '../epoch.ts';
import { ocf, OcfError } from '../codes.ts';
import { execute } from '../program.ts';
import { stateScores } from '../role.ts';
import type { Service, ServiceCall } from './service.ts';
import type { Standing } from './state-role.ts';

export interface Report {
  /** In whatever it counts; undefined: it doesn't know. */
  readonly lag: number | undefined;
  /** Of the promotion that its state is from, where it keeps that. */
  readonly epoch: number | undefined;
}

/** What the command prints: `lag=NUMBER` or `lag=unknown`, perhaps `epoch=NUMBER`, between white space; other words are passed over. Undefined: none. */
export function readReport(output: string): Report | undefined {
  const words = new Map(
    output
      .trim()
      .split(/\s+/)
      .map((word) => [word.replace(/=.*/, ''), word.replace(/^[^=]*=?/, '')]),
  );
  const [lag, epoch] = ['lag', 'epoch'].map((name) => words.get(name));
  if (lag === undefined || !(lag === 'unknown' || isCount(lag))) return undefined;
  if (epoch !== undefined && !isCount(epoch)) return undefined;
  return { lag: lag === 'unknown' ? undefined : Number(lag), epoch: epoch === undefined ? undefined : Number(epoch) };
}

const isCount = (word: string): boolean => /^\d{1,15}$/.test(word);

/** By its own word it has the state. */
const isFresh = ({ lag }: Report, { standing_lag }: Service): boolean => lag !== undefined && lag <= standing_lag;

async function ask(values: Service, timeoutMs: number): Promise<Report | { readonly problem: string }> {
  const { stdout, problem } = await execute(values.standing!, { timeoutMs, user: values.user });
  if (problem !== undefined) return { problem };
  const report = readReport(stdout);
  if (report !== undefined) return report;
  return {
    problem: `'${values.standing!.join(' ')}' prints no lag=NUMBER or lag=unknown: '${stdout.trim().slice(0, 60)}'`,
  };
}

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
  const report = await ask(values, timeoutMs);
  if (!('problem' in report) && isFresh(report, values)) return { score: stateScores.fresh };
  const may = values.standing_unsure === 'promote' || (await nobodyEverWas(instance, timeoutMs));
  if (may) return { score: stateScores.behind };
  const waits =
    'problem' in report
      ? report.problem
      : report.lag === undefined
        ? "it doesn't know how far its state is behind"
        : 'its state is behind';
  return { score: undefined, waits };
}

/** Active: nobody has a state that another could lack. */
const nobodyEverWas = async (instance: string, timeoutMs: number): Promise<boolean> =>
  (await newestEpoch(instance, timeoutMs).catch(() => 1)) === 0;

/**
 * The epoch of the promotion that is about to begin, in the CIB when it resolves.
 * @throws OcfError errGeneric: it can't be sure to have the state and is to wait, or the cluster can't be asked
 */
export async function beginEpoch({ values, instance, log, remainingMs }: ServiceCall): Promise<number> {
  const [recorded, report] = await Promise.all([newestEpoch(instance, remainingMs()), ask(values, remainingMs())]);
  const why = recorded === 0 ? undefined : unsure(report, values); // nobody ever had a state
  if (why !== undefined && values.standing_unsure === 'wait')
    throw new OcfError(
      ocf.errGeneric,
      `it isn't made active: ${why}. One that has the state is needed, or standing_unsure=promote ('unsure' in the description).`,
    );
  if (why !== undefined) log.warn(`promoted without being sure of the state: ${why}`);
  const epoch = Math.max(recorded, 'problem' in report ? 0 : (report.epoch ?? 0)) + 1;
  await recordEpoch(instance, epoch, remainingMs());
  return epoch;
}

/** Pure. */
function unsure(report: Report | { readonly problem: string }, values: Service): string | undefined {
  if ('problem' in report) return report.problem;
  if (isFresh(report, values)) return undefined;
  const { lag } = report;
  return lag === undefined
    ? "it doesn't know how far its state is behind"
    : `its state is behind by ${lag}, and ${values.standing_lag} is allowed`;
}
