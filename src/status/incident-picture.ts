/** An incident as a page of its own: one HTML file with its picture (SVG), nothing loaded, for mails, tickets and the archive. Pure. */
import { createHash } from 'node:crypto';
import type { Incident } from '../decide/incident-journal.ts';
import { type IncidentTimes, type Measured, secondsText } from './incident-times.ts';
import type { timelineOf } from './incidents.ts';

export interface Pictured {
  readonly incident: Incident;
  readonly timeline: ReturnType<typeof timelineOf>;
  /** What was measured of it, and what was asked for. */
  readonly times: IncidentTimes;
  /** When it was made: an open incident goes on until then (ms since the epoch). */
  readonly now: number;
}

const [width, left, top, row] = [960, 40, 70, 34];
const plot = width - 2 * left;

const style = `
:root { color-scheme: light dark; --ink: #1b1b1f; --faint: #6a6a75; --bad: #b3261e; --good: #1a7f37; --line: #c8c8d0; --ground: #fff }
@media (prefers-color-scheme: dark) { :root { --ink: #ececf1; --faint: #a0a0ab; --bad: #ff8a80; --good: #7ddc8f; --line: #44444e; --ground: #17171b } }
body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground) }
h1 { font-size: 1.3rem; margin: 0 } p { margin: .3rem 0; color: var(--faint) }
svg { width: 100%; height: auto } svg text { fill: var(--ink); font: 13px system-ui, sans-serif } svg .faint { fill: var(--faint) }
table { border-collapse: collapse; width: 100%; font-size: .9rem } th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top }
`; // prettier-ignore

/** Of its style, as a Content-Security-Policy names it: nothing else in it has a style. */
export const incidentStyleHash = `sha256-${createHash('sha256').update(style).digest('base64')}`;

/** A whole HTML document. Every word of the incident is escaped. */
export function incidentPage({ incident, timeline, times, now }: Pictured): string {
  const begun = timeline[0]?.at ?? incident.raisedAt;
  const ended = incident.recoveredAt;
  const lastAt = Math.max(ended ?? now, timeline.at(-1)?.at ?? begun, begun + 1);
  const x = (at: number): number => Math.round(left + ((at - begun) / (lastAt - begun)) * plot);
  const height = top + timeline.length * row + 30;
  const title = `${incident.vnfc} on ${incident.node}: ${incident.reason}`;
  const lasted = (ended ?? now) - begun;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(incident.id)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p>${escaped(incident.id)}, ${escaped(incident.severity)}, ${escaped(incident.phase)}</p>
<p>${ended === undefined ? 'Open for' : 'Over after'} ${escaped(spanText(lasted))}; ${escaped(times.sentence)}</p>
${stepsTable(times)}
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">
<rect x="${x(begun)}" y="30" width="${Math.max(2, x(ended ?? now) - x(begun))}" height="14" rx="3" fill="var(${ended === undefined ? '--bad' : '--good'})" opacity=".55"/>
${ticks(begun, lastAt, x)}
${timeline.map((fact, at) => factRow(fact, x(fact.at), top + at * row)).join('\n')}
</svg>
<table>
<thead><tr><th scope="col">When</th><th scope="col">After</th><th scope="col">Where</th><th scope="col">What</th></tr></thead>
<tbody>
${timeline.map(({ at, afterMs, by, kind, details }) => `<tr><td>${escaped(new Date(at).toISOString())}</td><td>${escaped(spanText(afterMs))}</td><td>${escaped(by)}</td><td>${escaped(kind)}${escaped(detailText(details))}</td></tr>`).join('\n')}
</tbody>
</table>
</body>
</html>
`; // prettier-ignore
}

const bad: readonly string[] = ['failed', 'raised', 'heal-rejected', 'heal-failed', 'operation-stuck', 'given-up'];
const good: readonly string[] = [
  'served',
  'readmitted',
  'recovered',
  'heal-completed',
  'cleaned-up',
  'alarm-cleared',
  'closed',
];

function factRow({ kind, by }: ReturnType<typeof timelineOf>[number], at: number, y: number): string {
  const colour = bad.includes(kind) ? '--bad' : good.includes(kind) ? '--good' : '--faint';
  const [anchor, text] = at > width / 2 ? ['end', at - 12] : ['start', at + 12];
  return `<line x1="${at}" y1="48" x2="${at}" y2="${y}" stroke="var(--line)"/><circle cx="${at}" cy="${y}" r="5" fill="var(${colour})"/><text x="${text}" y="${y + 4}" text-anchor="${anchor}">${escaped(kind)} <tspan class="faint">${escaped(by)}</tspan></text>`; // prettier-ignore
}

/** Five times along the axis. */
const ticks = (begun: number, end: number, x: (at: number) => number): string =>
  [0, 0.25, 0.5, 0.75, 1]
    .map((share) => begun + share * (end - begun))
    .map(
      (at) => `<text class="faint" x="${x(at)}" y="20" text-anchor="middle">+${escaped(spanText(at - begun))}</text>`,
    )
    .join('\n');

/** What was measured, each beside what was asked for, in words and not by colour alone. */
function stepsTable({ steps }: IncidentTimes): string {
  const known = steps.filter(({ ms, limitMs }) => ms !== undefined || limitMs !== undefined);
  if (known.length === 0) return '';
  return `<table>
<thead><tr><th scope="col">Measured</th><th scope="col">Took</th><th scope="col">Asked for</th><th scope="col"></th></tr></thead>
<tbody>
${known.map((one) => `<tr><th scope="row">${names[one.what]}</th><td>${tookText(one)}</td><td>${one.limitMs === undefined ? '' : secondsText(one.limitMs)}</td><td>${keptText(one)}</td></tr>`).join('\n')}
</tbody>
</table>`; // prettier-ignore
}

const names: Readonly<Record<Measured['what'], string>> = {
  noticed: 'Noticed',
  excluded: 'Out of every load balancer',
  service: 'The service is back',
  instance: 'The instance is back',
};

const tookText = ({ ms, atMost }: Measured): string =>
  ms === undefined ? 'not measured' : `${atMost ? 'at most ' : ''}${secondsText(ms)}`;

const keptText = ({ ms, limitMs, atMost }: Measured): string =>
  ms === undefined || limitMs === undefined ? '' : ms <= limitMs ? 'kept' : atMost ? 'perhaps not kept' : 'not kept';

const detailText = (details: Readonly<Record<string, unknown>>): string => {
  const words = Object.entries(details).map(([key, value]) => `${key}: ${String(value)}`);
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
};

/** As people say it: 850 ms, 4.2 s, 3 min 5 s. */
function spanText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character]!);
