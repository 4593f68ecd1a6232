/** The table of a run: contenders side by side, and how many times ours each of them is. Pure. */
import { type Figure, missed, quantile } from './figure.ts';

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
  const reference = figures.find(({ ours }) => ours);
  const base = reference && quantile(reference.values, 0.5);
  const rows = figures.map((figure) => {
    if (figure.values.length === 0) return [figure.who, '0', '-', '-', '-', '-'];
    const summary = [0.5, 0.99, 1].map((share) => quantile(figure.values, share));
    const ratio = base === undefined || base === 0 || figure === reference ? '-' : `x ${number(summary[0]! / base)}`;
    const cells = summary.map((value) => (value === Infinity ? 'never' : `${number(value)} ${figure.unit}`));
    return [figure.who, String(figure.values.length), ...cells, ratio];
  });
  const all = [['', 'n', 'median', 'p99', 'max', 'ratio'], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const table = all.map((row) =>
    `    ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[at]!))).join('  ')}`.trimEnd(),
  );
  const notes = figures.flatMap((figure) => {
    const miss = missed(figure);
    const said = [
      ...(figure.note === undefined ? [] : [figure.note]),
      ...(miss === undefined ? [] : [`target missed: ${miss}`]),
    ];
    return said.map((text) => `    ${figure.who}: ${text}`);
  });
  return [...table, ...notes];
}

const number = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(2);
