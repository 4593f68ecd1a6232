/** With whose state a promoted instance begins, and what it can be sure of. Pure; the counting is in docs/sync.md. */
import type { Holding } from './status.ts';
import { compareVersions, type Level, type Role, type Version } from './types.ts';

export interface Copy {
  readonly node: string;
  readonly version: Version;
  readonly holding: Holding;
}

/** More than half of `copies`. */
export const majorityOf = (copies: number): number => Math.floor(copies / 2) + 1;

export interface Beginning {
  /** Whose state is the newest. */
  readonly from: string;
  readonly version: Version;
  /** Of which levels every acknowledged write is surely in it. */
  readonly sure: readonly Level[];
  /** Copies that counted. */
  readonly counted: number;
}

/**
 * @param own the promoted instance's copy
 * @param others those of the instances that have promised to take nothing from an older epoch any more
 * @param copies how many instances there are in all
 */
export function chooseBeginning(own: Copy, others: readonly Copy[], copies: number): Beginning {
  const all = [own, ...others];
  // where nobody has a state nobody lost one, unless somebody says so
  const counted = all.every(({ holding }) => holding === 'new')
    ? all
    : all.filter(({ holding }) => holding === 'whole');
  const newest = counted.reduce((best, each) => (compareVersions(each.version, best.version) > 0 ? each : best), own);
  const sure: Level[] = [];
  if (counted.length >= copies - majorityOf(copies) + 1) sure.push('quorum');
  // a write at this level is on two, one of which may be the only one left out
  if (counted.length >= Math.max(copies - 1, 1)) sure.push('standby');
  return { from: newest.node, version: newest.version, sure, counted: counted.length };
}

/**
 * With a store there is one copy that counts, unless it has nothing where this instance knows that there was something.
 */
export function chooseFromStore(stored: Copy | undefined, own: Copy): Beginning {
  const lost = stored === undefined || (stored.holding === 'new' && own.holding !== 'new');
  const from = lost && own.holding === 'whole' ? own : (stored ?? own);
  return { from: from.node, version: from.version, sure: lost ? [] : ['standby', 'quorum'], counted: lost ? 0 : 1 };
}

/**
 * Whether a promotion here would begin with all that was acknowledged, as far as this instance can tell by itself.
 * @param followed an active instance reaches it, or did a moment ago; with a store nothing has to
 */
export function isFresh(status: {
  readonly role: Role;
  readonly epoch: number;
  readonly version: Version;
  readonly holding: Holding;
  readonly followed: boolean;
}): boolean {
  if (status.role === 'active') return true;
  if (status.holding === 'new') return status.epoch === 0; // nobody has a state, as far as it has heard
  return status.holding === 'whole' && status.version.epoch === status.epoch && status.followed;
}
