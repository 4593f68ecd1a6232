import { policy, withHeals, withoutAlarms, withVnfc } from './policy.ts';
import { World } from './world.ts';

/**
 * Plays a scenario: '> ' begins a command (see world.ts), '#' a comment, '! ' a setting. Any other line is dropped, and what the notifiers
 * want done is put in after each command.
 */
export function play(text: string): string {
  const lines = text.split('\n').filter((line) => line === '' || /^[>#!]/.test(line));
  const setting = lines.find((line) => line.startsWith('!'));
  const world = new World(setting === undefined ? policy() : settings[setting as keyof typeof settings]);
  return lines
    .flatMap((line) => {
      if (!line.startsWith('> ')) return [line];
      world.command(line.slice(2));
      return [line, ...world.out.splice(0)];
    })
    .join('\n');
}

const settings = {
  '! no alarms': withoutAlarms(),
  '! no heal': withVnfc({ recovery: { restarts: 1, withinMs: 1, heal: false, escalate: undefined } }),
  '! no vnfm': policy({ vnfm: undefined }),
  '! heals: one at once': withHeals({ atOnce: 1 }),
  '! heals: two an hour': withHeals({ perHour: 2 }),
  '! heals: two incidents within 60 s are a storm, for 120 s': withHeals({
    storm: { incidents: 2, withinMs: 60_000, pauseMs: 120_000 },
  }),
  '! heals: not until 00:01 of a day': withHeals({ maintenance: [{ days: [4], from: 0, minutes: 1 }] }),
  '! heals: a node may be away for 60 s': withHeals({ lostNodesMs: 60_000 }),
  '! heals: dry run': withHeals({ dryRun: true }),
  '! heals: FAILED_TEMP is retried': withHeals({ onFailedTemp: 'retry' }),
  '! heals: FAILED_TEMP is rolled back': withHeals({ onFailedTemp: 'rollback' }),
  '! heals: dry run, FAILED_TEMP is failed': withHeals({ dryRun: true, onFailedTemp: 'fail' }),
  '! heals: 409 is for later': withHeals({ onConflict: 'later' }),
  '! the node is restarted first': withVnfc({
    recovery: { restarts: 1, withinMs: 600_000, heal: true, escalate: 'node' },
  }),
  '! two instances on three nodes': withVnfc({ instances: 2 }),
} as const;
