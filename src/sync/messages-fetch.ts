/** A whole state that one instance sends another in parts. */
import type { Pair, Snapshot, Version } from './types.ts';

/** ms that it may stand still. */
const standstillMs = 10_000;

export interface Fetching {
  take(id: string, part: { version: Version; first: boolean; last: boolean; pairs: readonly Pair[] }): void;
  /** Something of this sender's was lost, or it is gone. */
  lost(id: string): void;
  fail(why: string): void;
}

/** Waits for the state that `from` sends; `resolve` or `reject` is called once. */
export function createFetching(
  from: string,
  resolve: (snapshot: Snapshot) => void,
  reject: (why: string) => void,
): Fetching {
  let pairs: Pair[] | undefined;
  const fail = (why: string): void => {
    clearTimeout(timer);
    reject(why);
  };
  const late = (): NodeJS.Timeout => setTimeout(() => fail(`nothing came for ${standstillMs} ms`), standstillMs);
  let timer = late();
  return {
    take(id, part) {
      if (id !== from) return;
      clearTimeout(timer);
      if (part.first) pairs = [];
      if (pairs === undefined) return fail('the beginning of its state was lost');
      for (const pair of part.pairs) pairs.push(pair);
      if (part.last) resolve({ version: part.version, pairs });
      else timer = late();
    },
    lost(id) {
      if (id === from) fail('it is gone, or a part of its state was lost');
    },
    fail,
  };
}
