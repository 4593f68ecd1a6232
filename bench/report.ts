/** The table of a run: contenders side by side, and how many times ours each of them is. Pure. */
import { type Figure, ours, summaryOf } from './figure.ts';

export interface PartResult {
  readonly part: string;
  readonly figures: readonly Figure[];
  /** Why it has no figures. */
  readonly failed?: string;
}

/** The text of all parts. */
export function reportText(results: readonly PartResult[]): string {
  return results.map(partText).join('\n');
}

function partText({ part, figures, failed }: PartResult): string {
  const whats = [...new Set(figures.map(({ what }) => what))];
  const lines = whats.flatMap((what) => [
    '',
    `  ${what}`,
    ...tableOf(figures.filter((figure) => figure.what === what)),
  ]);
  return [`${part}`, ...(failed === undefined ? [] : [`  not measured: ${failed}`]), ...lines, ''].join('\n');
}

function tableOf(figures: readonly Figure[]): string[] {
  const reference = figures.find(({ who }) => who === ours);
  const base = reference && summaryOf(reference.values)?.median;
  const rows = figures.map((figure) => {
    const summary = summaryOf(figure.values);
    if (summary === undefined) return [figure.who, '0', '-', '-', '-', '-'];
    const ratio = base === undefined || base === 0 ? '-' : `x ${number(summary.median / base)}`;
    const cells = [summary.median, summary.p99, summary.max].map((value) => `${number(value)} ${figure.unit}`);
    return [figure.who, String(summary.count), ...cells, ratio];
  });
  const all = [['', 'n', 'median', 'p99', 'max', 'ratio'], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const table = all.map((row) =>
    `    ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[at]!))).join('  ')}`.trimEnd(),
  );
  const notes = figures.flatMap(({ who, note }) => (note === undefined ? [] : [`    ${who}: ${note}`]));
  return [...table, ...notes];
}

const number = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(2);
