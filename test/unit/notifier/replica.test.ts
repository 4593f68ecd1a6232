/** What a real group hardly ever does: it loses a message. */
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import type { CpgMember } from '../../../src/corosync/cpg.ts';
import type { Group } from '../../../src/corosync/group.ts';
import { emptyJournal } from '../../../src/decide/incident-journal.ts';
import type { NotifierMessage } from '../../../src/notifier/message.ts';
import { replicate } from '../../../src/notifier/replica.ts';
import { createLog } from '../../../src/process/log.ts';

/** All that are in one group, each a process of its own; `loses` says who doesn't get which message. */
class Wire {
  readonly #groups: FakeGroup[] = [];
  loses: (message: NotifierMessage, from: number, to: number) => boolean = () => false;
  sent = 0;

  member(localNodeId: number): FakeGroup {
    const group = new FakeGroup(localNodeId, (message) => this.#deliver(message, localNodeId));
    this.#groups.push(group);
    return group;
  }

  form(): void {
    const members = this.#groups.map(({ localNodeId }) => memberOn(localNodeId));
    for (const group of this.#groups) group.emit('membership', { members });
  }

  #deliver(message: NotifierMessage, from: number): void {
    this.sent += 1;
    const reached = this.#groups.filter(({ localNodeId }) => !this.loses(message, from, localNodeId));
    for (const group of reached) setImmediate(() => group.emit('message', message, memberOn(from)));
  }
}

const memberOn = (nodeid: number): CpgMember => ({ nodeid, pid: process.pid });

class FakeGroup extends EventEmitter {
  constructor(
    readonly localNodeId: number,
    readonly send: (message: NotifierMessage) => void,
  ) {
    super();
  }
}

const askAgainMs = 150;

/** Starts three members, and says who of them has heard everybody. */
function three(wire: Wire): { readonly synced: number[]; readonly stop: () => void } {
  const synced: number[] = [];
  const stops = [1, 2, 3].map((id) =>
    replicate({
      group: wire.member(id) as unknown as Group<NotifierMessage>,
      node: `node${id}`,
      vnf: 'sip',
      file: { entries: [], lines: 0, append: () => undefined, replace: () => undefined, close: () => undefined },
      journal: () => emptyJournal,
      post: ({ type }) => void (type === 'synced' && synced.push(id)),
      added: () => undefined,
      changed: () => undefined,
      onBroken: () => undefined,
      log: createLog('test', () => undefined),
      askAgainMs,
    }),
  );
  return { synced, stop: () => stops.forEach((stop) => stop()) };
}

test('everybody has heard everybody: nobody is asked again', async (t) => {
  const wire = new Wire();
  const { synced, stop } = three(wire);
  t.teardown(stop);
  wire.form();
  await sleep(5 * askAgainMs);
  t.deepEqual([...synced].sort(), [1, 2, 3]);
  t.is(wire.sent, 3);
});

for (const [what, deaf] of [
  ['nobody got', [1, 2, 3]],
  ['one member did not get', [3]],
] as const) {
  test(`a journal that ${what} is asked for again, and all are settled`, async (t) => {
    const wire = new Wire();
    const lost = new Set<number>();
    wire.loses = (message, from, to) =>
      message.type === 'journal' && from === 2 && deaf.some((id) => id === to) && lost.size < lost.add(to).size;
    const { synced, stop } = three(wire);
    t.teardown(stop);
    wire.form();
    await sleep(askAgainMs / 2);
    t.deepEqual(
      [...synced].sort(),
      [1, 2, 3].filter((id) => !deaf.some((one) => one === id)),
    );
    await sleep(4 * askAgainMs);
    t.deepEqual([...synced].sort(), [1, 2, 3]);
    const sent = wire.sent;
    await sleep(4 * askAgainMs);
    t.is(wire.sent, sent, 'then it is quiet');
  });
}

test('who has gone is no longer asked', async (t) => {
  const wire = new Wire();
  wire.loses = () => true;
  const { stop } = three(wire);
  wire.form();
  await sleep(2 * askAgainMs);
  stop();
  const { sent } = wire;
  await sleep(4 * askAgainMs);
  t.is(wire.sent, sent);
  t.true(sent > 3);
});
