import { policy, withoutAlarms, withVnfc } from './policy.ts';
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
  '! no heal': withVnfc({ recovery: { restarts: 1, withinMs: 1, heal: false } }),
  '! no vnfm': policy({ vnfm: undefined }),
  '! two instances on three nodes': withVnfc({ instances: 2 }),
} as const;
