/**
 * Reads and plays a scenario of one instance under a supervisor. A line is `TIME EVENT …`; the lines below it that begin with '>'
 * are the actions expected, all of them and in order (but for log lines of level info). What each event line may say is in
 * `parseEvent`.
 */
import type { InstanceAction, InstanceEvent, InstanceWatch, Noted } from '../../../src/decide/instance-types.ts';
import { initialWatch, stepInstance } from '../../../src/decide/instance.ts';

export const policy = { retryMs: 1000, graceMs: 2000, patience: 3, demoteMs: 5000, settleMs: 1000, againMs: 100 };

/** The scenario's event lines, each followed by the actions that the step gave, in the scenario's own notation; `seen` is told of each state. */
export function playInstance(text: string, seen?: (state: InstanceWatch, at: number) => void): string {
  let state = initialWatch;
  const out: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('>')) continue;
    out.push(line);
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [time, ...words] = line.split(/\s+/);
    const result = stepInstance(state, parseEvent(Number(time), words), policy);
    state = result.state;
    seen?.(state, Number(time));
    out.push(...result.actions.filter(isShown).map((action) => `> ${format(action)}`));
    if (words.includes('wake')) out.push(`> wake ${result.wakeAt}`);
  }
  return out.join('\n');
}

/**
 * none; starting|running|stopping [active] [pid=7] [check=10000] [misses=3]; ended PID NOTED…; answered; silent [late]; healthy CODE begun=T;
 * sick begun=T PROBLEM…; void begun=T; told [ERROR…]; tick [wake]
 */
function parseEvent(at: number, [word, ...args]: string[]): InstanceEvent {
  const begun = Number(optionsIn(args).get('begun'));
  const rest = args.filter((arg) => !arg.includes('=')).join(' ');
  switch (word ?? '') {
    case 'none':
    case 'starting':
    case 'running':
    case 'stopping':
      return { type: 'noted', at, noted: notedFrom([word!, ...args]) };
    case 'ended':
      return { type: 'ended', at, pid: Number(args[0]), noted: notedFrom(args.slice(1)) };
    case 'answered':
    case 'silent':
      return { type: 'beat', at, answered: word === 'answered', late: args.includes('late'), what: 'PING' };
    case 'healthy':
      return { type: 'checked', at, begun, outcome: { is: 'healthy', code: Number(args[0]) as 0 | 8 } };
    case 'sick':
      return { type: 'checked', at, begun, outcome: { is: 'failed', problem: rest } };
    case 'void':
      return { type: 'checked', at, begun, outcome: { is: 'void', why: '' } };
    case 'told':
      return { type: 'told', at, error: rest === '' ? undefined : rest };
    case 'tick':
      return { type: 'tick', at };
    default:
      throw new Error(`no such event: ${String(word)}`);
  }
}

const optionsIn = (args: readonly string[]): Map<string, string> =>
  new Map(args.filter((arg) => arg.includes('=')).map((arg) => arg.split('=') as [string, string]));

function notedFrom([phase, ...args]: readonly string[]): Noted | undefined {
  if (phase === 'none' || phase === undefined) return undefined;
  const options = optionsIn(args);
  const number = (name: string) => (options.has(name) ? Number(options.get(name)) : undefined);
  const [pid, intervalMs] = [number('pid'), number('check')];
  return {
    phase: phase as Noted['phase'],
    active: args.includes('active'),
    leader: pid === undefined ? undefined : { pid, startTime: pid * 100 },
    check: intervalMs === undefined ? undefined : { intervalMs, timeoutMs: 5000 },
    misses: number('misses'),
  };
}

const isShown = (action: InstanceAction): boolean => action.type !== 'log' || action.level !== 'info';

function format(action: InstanceAction): string {
  switch (action.type) {
    case 'say':
      return `say ${action.word}: ${action.what}`;
    case 'unfit':
      return `unfit: ${action.what}`;
    case 'kill':
      return `kill ${action.leader.pid}`;
    case 'fail':
      return `fail: ${action.what}`;
    case 'check':
      return 'check';
    case 'showSight':
      return `sight ${action.code} of ${action.begun} for ${action.forMs}`;
    case 'hideSight':
      return 'no sight';
    case 'noteGone':
      return `gone ${action.leader.pid}`;
    case 'log':
      return `${action.level} ${action.event} ${Object.values(action.fields).join(' ')}`.trimEnd();
  }
}
