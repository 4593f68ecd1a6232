/** What an instance refuses, in sentences. Pure. */
import type { Begun, Channel } from './channel.ts';
import type { Beginning } from './promotion.ts';
import { type Level, Refusal, type Role } from './types.ts';

export const tooLarge = (why: string): Refusal =>
  new Refusal('too-large', why, 'Nothing was written; docs/sync.md has the limits.');

export const busy = (bytes: number): Refusal =>
  new Refusal('busy', `${bytes} bytes of writes wait already`, 'Nothing was written: try again later.');

export const staleRole = (epoch: number, newest: number): Refusal =>
  new Refusal(
    'stale-epoch',
    `epoch ${epoch} is not new: ${newest} has begun`,
    'A promotion needs an epoch that is higher than any before.',
    newest,
  );

export const notActive = (role: Role): Refusal =>
  new Refusal(
    'not-active',
    role === 'fenced' ? 'this instance is fenced: a newer epoch has begun' : `this instance is not active (${role})`,
    'Nothing was written; ask the active instance.',
  );

export function notSure(beginning: Beginning, { missing }: Begun, channel: Channel): Refusal {
  const who = missing.map(({ copy, why }) => `${copy} (${why})`).join(', ');
  const what =
    channel.kind === 'store'
      ? 'the store has no state, but one was written once'
      : `only ${beginning.counted} of ${channel.copies} instances have the state${who ? `; missing: ${who}` : ''}`;
  return new Refusal(
    'not-enough-copies',
    `a write that was acknowledged may be missing: ${what}`,
    "Start the missing instances, or promote with 'unsure': 'promote' and what may be lost is lost.",
  );
}

export function unavailable(level: Level, channel: Channel): Refusal {
  const problems = channel.status().flatMap(({ copy, connected, problem }) => (connected ? [] : [`${copy}: ${problem ?? 'not connected'}`])); // prettier-ignore
  return new Refusal(
    channel.kind === 'store' ? 'storage' : 'level-unavailable',
    `the level ${level} can't be reached now: ${problems.join('; ')}`,
    'Nothing was written: try again later, or write at the level local.',
  );
}
