/**
 * The part of a systemd service unit that the lab's hosts understand.
 */
import { splitCommand } from '../../model/argv.ts';
import { Failure } from '../../process/failure.ts';

interface Unit {
  readonly argv: readonly string[];
  readonly restart: 'always' | 'on-failure' | 'no';
  readonly restartMs: number;
  readonly runtimeDirectories: readonly string[];
  readonly stateDirectories: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Read at each start; one that begins with - need not be there. */
  readonly environmentFiles: readonly string[];
}

/**
 * Reads a unit: ExecStart, Restart, RestartSec, RuntimeDirectory, StateDirectory, Environment, EnvironmentFile. Other keys are passed over.
 * @throws Failure 'input' for a unit without ExecStart, or with a value that is not understood
 */
export function parseUnit(text: string, file: string): Unit {
  const values = serviceSection(text);
  const last = (key: string) => values.get(key)?.at(-1);
  const words = (key: string) => (values.get(key) ?? []).flatMap((line) => line.split(/\s+/).filter(Boolean));
  const wrong = (what: string) => new Failure('input', `${file}: ${what}`);

  const command = splitCommand(last('ExecStart') ?? '');
  if (!('argv' in command) || command.argv.length === 0) throw wrong('no ExecStart that can be run');
  const restart = last('Restart') ?? 'no';
  if (restart !== 'always' && restart !== 'on-failure' && restart !== 'no')
    throw wrong(`Restart=${restart} is not known here`);
  const restartMs = spanMs(last('RestartSec') ?? '100ms');
  if (restartMs === undefined) throw wrong(`RestartSec=${last('RestartSec')} is not understood`);
  return {
    argv: command.argv,
    restart,
    restartMs,
    runtimeDirectories: words('RuntimeDirectory'),
    stateDirectories: words('StateDirectory'),
    environmentFiles: words('EnvironmentFile'),
    env: Object.fromEntries(
      words('Environment').map((word) => {
        const [name, ...value] = word.replace(/^"(.*)"$/, '$1').split('=');
        return [name!, value.join('=')];
      }),
    ),
  };
}

/** NAME=VALUE lines; comments and all else are passed over. */
export function environmentIn(text: string): Record<string, string> {
  const pairs = text.split('\n').flatMap((line) => {
    const [, name, value] = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, value!.trim().replace(/^"(.*)"$/, '$1')] as const];
  });
  return Object.fromEntries(pairs);
}

/** The keys of [Service]; an empty assignment forgets what was before it, as systemd does. */
function serviceSection(text: string): Map<string, string[]> {
  const values = new Map<string, string[]>();
  let section = '';
  for (const line of text
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((raw) => raw.trim())) {
    if (line.startsWith('[')) section = line;
    const [, key, value] = /^([A-Za-z]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (section !== '[Service]' || key === undefined) continue;
    values.set(key, value === '' ? [] : [...(values.get(key) ?? []), value!]);
  }
  return values;
}

/** 'RestartSec=' is in seconds where it has no unit. */
function spanMs(text: string): number | undefined {
  const [, number, unit = 's'] = /^([0-9.]+)\s*(ms|s|min)?$/.exec(text) ?? [];
  const factor = { ms: 1, s: 1000, min: 60_000 }[unit];
  return number === undefined || factor === undefined ? undefined : Number(number) * factor;
}
