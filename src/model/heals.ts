/** The rules by which heals are held back, and what becomes of one that the VNFM could not finish. */
import type { Description } from './description.ts';
import { weekdays } from './schema/words.ts';
import { durationMs } from './duration.ts';

export interface HealRules {
  /** Heals that are under way at the same time, at most. */
  readonly atOnce: number;
  /** Heals asked for within an hour, at most. */
  readonly perHour: number;
  readonly storm: StormRules;
  /** How long a node may be away until the VNFM is asked to make it anew; undefined: for ever. */
  readonly lostNodesMs: number | undefined;
  /** While one of these lasts no heal is begun. */
  readonly maintenance: readonly Window[];
  /** Nothing is asked for: what would be is said. */
  readonly dryRun: boolean;
  readonly onFailedTemp: OnFailedTemp;
  /** What is done about 409: asked again until the VNFM takes it, or given up for a while, so that these rules are heeded anew. */
  readonly onConflict: 'retry' | 'later';
}

/** So many incidents within a time are one failure of something larger; no heal is begun until it was quiet for `pauseMs`. */
export interface StormRules {
  readonly incidents: number;
  readonly withinMs: number;
  readonly pauseMs: number;
}

/** Every day, or on some days of the week (0: Sunday), in UTC; `minutes` may reach into the next day. */
export interface Window {
  readonly days: readonly number[];
  /** Minutes since midnight. */
  readonly from: number;
  readonly minutes: number;
}

/**
 * What is done about an operation in FAILED_TEMP (SOL003 §5.6.2.2: it waits there for one of these): wait for the VNFM's operator; have it
 * tried again, twice, and then failed; rolled back, and failed when that fails too; or failed at once.
 */
export type OnFailedTemp = 'wait' | 'retry' | 'rollback' | 'fail';

export const defaultHealRules: HealRules = {
  atOnce: 4,
  perHour: 30,
  storm: { incidents: 10, withinMs: 60_000, pauseMs: 120_000 },
  lostNodesMs: undefined,
  maintenance: [],
  dryRun: false,
  onFailedTemp: 'wait',
  onConflict: 'retry',
};

type Written = NonNullable<NonNullable<Description['vnfm']>['heals']>;
export type WrittenWindow = NonNullable<Written['maintenance']>[number];

/** What is written, completed. */
export function healRulesOf(written: Written | undefined): HealRules {
  const { storm, lostNodes, maintenance, ...plain } = written ?? {};
  const { storm: usual } = defaultHealRules;
  return {
    ...defaultHealRules,
    ...plain,
    storm: {
      incidents: storm?.incidents ?? usual.incidents,
      withinMs: msOf(storm?.within) ?? usual.withinMs,
      pauseMs: msOf(storm?.pause) ?? usual.pauseMs,
    },
    lostNodesMs: msOf(lostNodes),
    maintenance: (maintenance ?? []).map(windowOf),
  };
}

/** Whether the windows leave no minute of the week free. */
export function coverAll(windows: readonly WrittenWindow[]): boolean {
  const all = windows.map(windowOf);
  const sunday = 3 * dayMinutes * 60_000; // 4 January 1970
  const starts = [0, 1, 2, 3, 4, 5, 6].map((day) => sunday + day * dayMinutes * 60_000);
  // a free minute is the first of the week, or one at which a window ends
  const ends = all.flatMap(({ from, minutes }) => starts.map((start) => start + (from + minutes) * 60_000));
  return [sunday, ...ends].every((at) => all.some((window) => endOfWindow(window, at) !== undefined));
}

function windowOf({ from, to, days }: WrittenWindow): Window {
  const begin = minuteOf(from);
  const minutes = (minuteOf(to) - begin + dayMinutes) % dayMinutes || dayMinutes;
  return { days: (days ?? weekdays).map((day) => weekdays.indexOf(day)), from: begin, minutes };
}

const dayMinutes = 24 * 60;
const msOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : durationMs(text));

function minuteOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number);
  return hours! * 60 + minutes!;
}

/** When all the windows are over that `at` falls into, or that follow at once; undefined: it falls into none. Both in ms since the epoch. */
export function endOfWindows(windows: readonly Window[], at: number): number | undefined {
  const longest = at + 8 * dayMinutes * 60_000; // windows that leave no gap are refused (checks/vnfm.ts)
  let end: number | undefined;
  for (let time = at; time < longest;) {
    const ends = windows.flatMap((window) => endOfWindow(window, time) ?? []);
    if (ends.length === 0) break;
    time = end = Math.max(...ends);
  }
  return end;
}

/** When the window that `at` (ms since the epoch) falls into ends; undefined: it falls into none. */
export function endOfWindow({ days, from, minutes }: Window, at: number): number | undefined {
  const dayMs = dayMinutes * 60_000;
  const midnight = Math.floor(at / dayMs) * dayMs;
  for (const day of [midnight - dayMs, midnight]) {
    const begin = day + from * 60_000;
    const end = begin + minutes * 60_000;
    if (days.includes(new Date(day).getUTCDay()) && at >= begin && at < end) return end;
  }
  return undefined;
}
