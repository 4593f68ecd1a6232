/** What Pacemaker's own log says of promotions: alerts of what went well aren't passed on. */
import type { LogRecord } from './timeline.ts';

const promoted =
  /^(\w{3} +\d+ [\d:.]+) \S+ pacemaker-controld .*\bResult of promote operation for (\S+) on (\S+): ok\b/;

/**
 * The promotions in `text`, a node's pacemaker.log. Its times are local and without a year: that of `now` (ms) is taken, or the one before
 * if the time would lie ahead.
 */
export function promotionsIn(text: string, now: number): LogRecord[] {
  return text.split('\n').flatMap((line): LogRecord[] => {
    const [, time, resource, node] = promoted.exec(line) ?? [];
    if (time === undefined) return [];
    const inYear = (year: number) => Date.parse(`${time.slice(0, 6)} ${year} ${time.slice(7)}`);
    const year = new Date(now).getFullYear();
    const ms = inYear(year) > now + 60_000 ? inYear(year - 1) : inYear(year);
    return [{ at: ms * 1000, host: node!, source: 'pacemaker', event: 'promoted', resource, node }];
  });
}
