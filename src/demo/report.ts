/** How the demo tells what happened: a timeline after each fault, a table at the end. Pure. */
import type { Outage } from './outage.ts';
import type { Entry, Milestone } from './timeline.ts';

export interface Chapter {
  readonly title: string;
  readonly faultAt: number;
  readonly timeline: readonly Entry[];
  /** By VNFC. */
  readonly outages: Readonly<Record<string, Outage>>;
}

const seconds = (micros: number): string => (micros / 1e6).toFixed(3);

export function timelineText({ faultAt, timeline, outages }: Chapter): string {
  const lines = timeline.map(
    ({ at, milestone, what }) => `  ${`+${seconds(at - faultAt)}`.padStart(9)} s  ${milestone.padEnd(14)}  ${what}`,
  );
  const losses = Object.entries(outages).map(
    ([vnfc, { sent, lost, longestGap }]) =>
      `  ${vnfc}: ${lost} of ${sent} requests lost; longest time without an answer ${seconds(longestGap)} s`,
  );
  return [...lines, ...losses].join('\n');
}

const columns: readonly Milestone[] = [
  'evidence',
  'excluded',
  'fenced',
  'promoted',
  'VIP answering',
  'healed',
  're-admitted',
];

/** What is done only when it is done on every host, or for every address: the last one counts. Of the others, the first. */
const lastCounts: readonly Milestone[] = ['excluded', 'VIP answering', 're-admitted'];

/** One row a fault: seconds after it at which each milestone was reached, and the requests lost. */
export function summaryTable(chapters: readonly Chapter[]): string {
  const vnfcs = [...new Set(chapters.flatMap(({ outages }) => Object.keys(outages)))];
  const head = ['after (s)', ...columns, ...vnfcs.map((vnfc) => `${vnfc} lost`)];
  const rows = chapters.map(({ title, faultAt, timeline, outages }) => [
    title,
    ...columns.map((milestone) => {
      const times = timeline.filter((entry) => entry.milestone === milestone).map(({ at }) => at);
      if (times.length === 0) return '';
      return seconds((lastCounts.includes(milestone) ? Math.max(...times) : Math.min(...times)) - faultAt);
    }),
    ...vnfcs.map((vnfc) => (outages[vnfc] ? `${outages[vnfc].lost} of ${outages[vnfc].sent}` : '')),
  ]);
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(' | ')} |`;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n');
}
