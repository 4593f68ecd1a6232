import test from 'ava';
import { corosyncFailure } from '../../../src/corosync/errors.ts';

const cases = [
  [2, 'corosync', /corosync is not running on this node \(joining\)/, true],
  [11, 'permission', /this user may not talk to corosync \(joining\)/, false],
  [14, 'corosync', /corosync refused joining: exists already \(code 14\)/, true],
  [26, 'corosync', /too big/, false],
  [77, 'corosync', /unknown error \(code 77\)/, true],
] as const;

for (const [rc, kind, message, retryable] of cases) {
  test(`code ${rc} is told as ${kind}`, (t) => {
    const failure = corosyncFailure(rc, 'joining');
    t.is(failure.kind, kind);
    t.regex(failure.message, message);
    t.is(failure.retryable, retryable);
  });
}
