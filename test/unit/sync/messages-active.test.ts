/** The active instance of the channel `messages`, in a group that isn't there: who counts as a copy, and who may hold up the others. */
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { createLog } from '../../../src/process/log.ts';
import { createBacklog } from '../../../src/sync/backlog.ts';
import { defaultLimits } from '../../../src/sync/limits.ts';
import type { MailHead } from '../../../src/sync/mail.ts';
import { createActive } from '../../../src/sync/messages-active.ts';
import type { Post } from '../../../src/sync/post.ts';
import { createStore } from '../../../src/sync/store.ts';
import { zero } from '../../../src/sync/types.ts';
import { encodeAnswer } from '../../../src/sync/wire.ts';

const MiB = 2 ** 20;
const reign = { epoch: 1, by: 'node1' };
const nothing = Buffer.alloc(0);

/** node1 in a group with two others. What it sends comes back to it at once. */
function silentGroup() {
  let at = 0;
  const post: Post = {
    self: '1.1',
    problem: undefined,
    others: new Set(['2.2', '3.3']),
    send(head: MailHead) {
      at = head.at!;
      setImmediate(() => active.returned(head.at!, head.version));
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  const active = createActive(
    post,
    'node1',
    ['node1', 'node2', 'node3'],
    createLog('sync', () => undefined),
  );
  active.view({ joined: ['2.2', '3.3'], left: [], began: true });
  /** The others take the reign of that epoch. */
  const promise = (epoch: number): void => {
    for (const [node, id] of [['node2', '2.2'], ['node3', '3.3']] as const) {
      const body = encodeAnswer({ type: 'promise', epoch, version: zero, holding: 'blank' });
      active.take({ head: { from: node, kind: 'answer' }, body }, id);
    }
  }; // prettier-ignore
  return { active, promise, sent: () => at };
}

/** node1, active, with two others that have taken its reign. */
async function group() {
  const { active, promise, sent } = silentGroup();
  const begun = active.begin(reign, () => false);
  const store = createStore(defaultLimits);
  const backlog = createBacklog(zero, 1024 * MiB);
  const acked: string[] = [];
  promise(1);
  await begun;
  active.lead({ reign, backlog, snapshot: () => store.snapshot(), acked: (copy, sequence) => acked.push(`${copy} ${sequence}`), stale: () => undefined }); // prettier-ignore
  return {
    active,
    acked,
    sent,
    /** One more MiB. */
    write: async (): Promise<void> => {
      const entry = { after: store.version, version: { epoch: 1, sequence: store.version.sequence + 1 }, operations: [{ op: 'put' as const, key: Buffer.from('a'), value: Buffer.alloc(MiB) }] }; // prettier-ignore
      store.apply(entry);
      backlog.add(entry);
      active.wake();
      await delay(1);
    },
    /** It says how far it is: by default, that it has dealt with everything. */
    says: (node: string, taken = sent()) => active.take({ head: { from: node, kind: 'taken', taken, version: taken === sent() ? store.version : undefined }, body: nothing }, node === 'node2' ? '2.2' : '3.3'), // prettier-ignore
    connected: (node: string) => active.status().find(({ copy }) => copy === node)!.connected,
  };
}

test('one that deals with what it gets is a copy, however slow', async (t) => {
  const { write, says, sent, connected, acked } = await group();
  await write();
  const whole = sent();
  for (let part = 1; part <= 5; part += 1) {
    await delay(500);
    says('node2', Math.floor((whole * part) / 6));
  }
  t.true(connected('node2'));
  says('node2');
  t.deepEqual(acked, ['node2 1']);
});

test('one that answers, and gets no further, is no copy after 2 s, and holds up nobody', async (t) => {
  const { active, write, says, sent, connected } = await group();
  for (let n = 0; n < 20; n += 1) {
    await write();
    says('node2');
  }
  const held = sent();
  t.true(held < 12 * MiB, 'it is waited for, first');
  for (let n = 0; n < 5; n += 1) {
    await delay(450);
    says('node2');
    says('node3', 0); // it is there, and says so
    active.tick();
  }
  t.false(connected('node3'));
  t.regex(active.status().find(({ copy }) => copy === 'node3')!.problem!, /gets no further, with \d+ bytes/);
  t.true(connected('node2'));
  for (let n = 0; n < 20; n += 1) {
    says('node2');
    active.wake();
    await delay(1);
  }
  t.true(sent() > 20 * MiB, 'all is sent');
  says('node3');
  t.true(connected('node3'), 'once it has dealt with it, it is a copy again');
});

test('a promotion that was given up ends its own question, and not that of the next one', async (t) => {
  const { active, promise } = silentGroup();
  void active.begin(reign, () => false);
  active.rest();
  await delay(2500);
  const next = active.begin({ epoch: 2, by: 'node1' }, () => false);
  await delay(1000); // the first one's patience is over
  promise(2);
  const { copies } = await next;
  t.deepEqual(copies.map(({ node }) => node).toSorted(), ['node2', 'node3']);
});
