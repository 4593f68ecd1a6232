/** The form of most tests of check.ts: `base`, edited, has exactly these problems. */
import test, { type ExecutionContext } from 'ava';
import { base, edited, problemsOf } from './base.ts';

/** Fails unless `base`, so edited, has exactly these problems. */
export const spoiled = test.macro(
  (t: ExecutionContext, edits: readonly (readonly [string, string])[], ...problems: readonly string[]) => {
    t.deepEqual(problemsOf(edited(base, ...edits)), problems);
  },
);
