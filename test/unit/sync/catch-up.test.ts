import test from 'ava';
import { createBacklog } from '../../../src/sync/backlog.ts';
import { createCatchUp } from '../../../src/sync/catch-up.ts';
import type { Lead } from '../../../src/sync/channel.ts';
import { createFollower, type Sent } from '../../../src/sync/follower.ts';
import { decodeFrame } from '../../../src/sync/frame.ts';
import { defaultLimits } from '../../../src/sync/limits.ts';
import { createStore } from '../../../src/sync/store.ts';
import { type Version, zero } from '../../../src/sync/types.ts';
import { decodeSent } from '../../../src/sync/wire.ts';

const reign = { epoch: 1, by: 'node1' };

/** An active instance without a channel. */
function active(backlogBytes: number) {
  const store = createStore(defaultLimits);
  const backlog = createBacklog(zero, backlogBytes);
  const lead: Lead = {
    reign,
    backlog,
    snapshot: () => store.snapshot(),
    acked: () => undefined,
    stale: () => undefined,
  };
  const write = (key: string, size = 1000): Version => {
    const entry = { after: store.version, version: { epoch: 1, sequence: store.version.sequence + 1 }, operations: [{ op: 'put' as const, key: Buffer.from(key), value: Buffer.alloc(size) }] }; // prettier-ignore
    store.apply(entry);
    backlog.add(entry);
    return entry.version;
  };
  return { store, lead, write };
}

const sentOf = (frame: Buffer): Sent =>
  decodeSent((decodeFrame(frame) as { frame: Parameters<typeof decodeSent>[0] }).frame);

for (const [what, backlogBytes, whole] of [
  ['the writes that it missed', 2 ** 30, false],
  ['the whole state, when they are forgotten', 100_000, true],
] as const)
  test(`a copy that is behind gets ${what}, while the stream goes on`, (t) => {
    const { store, lead, write } = active(backlogBytes);
    const copy = createStore(defaultLimits);
    const follower = createFollower(copy, { promised: reign, holding: 'new' });
    for (let n = 0; n < 3000; n += 1) write(`before/${n}`);
    let cursor = store.version;
    const catchUp = createCatchUp(lead, copy.version);
    t.is(catchUp.whole, whole);
    let mails = 0;
    for (let done = false; !done; mails += 1) {
      const next = catchUp.next(cursor);
      done = next.done;
      for (const frame of next.frames) follower.take(sentOf(frame));
      // a write that goes to all: this copy keeps it for later, or gets it once more
      const before = store.version;
      cursor = write(`meanwhile/${mails}`, 100);
      follower.take({ ...reign, type: 'entry', entry: lead.backlog.following(before) as never });
    }
    t.true(mails > (whole ? 1 : 20));
    write('after');
    t.like(follower.take({ ...reign, type: 'entry', entry: lead.backlog.following(cursor) as never }), { type: 'ack', version: store.version }); // prettier-ignore
    t.is(copy.keys, store.keys);
    t.is(follower.holding, 'whole');
  });
