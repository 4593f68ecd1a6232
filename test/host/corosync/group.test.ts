import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import test, { type ExecutionContext } from 'ava';
import { lonelyNode, type LonelyNode, until } from './lonely-node.ts';

interface Line {
  readonly event: string;
  readonly [key: string]: unknown;
}
interface Member {
  readonly lines: Line[];
  readonly child: ChildProcess;
  readonly say: (command: string) => void;
  readonly of: (event: string) => Line[];
  readonly seen: (event: string, count?: number, ms?: number) => Promise<Line>;
  readonly exit: () => Promise<number | null>;
}

function member(node: LonelyNode, group: string, ...prefix: string[]): Member {
  const [program, ...args] = [...prefix, process.execPath, '--import', 'tsx', 'test/host/corosync/member.ts', group];
  const child = node.start(program, args);
  const lines: Line[] = [];
  let code: number | null | undefined;
  child.once('exit', (status) => (code = status));
  createInterface(child.stdout!).on('line', (line) => lines.push(JSON.parse(line) as Line));
  const of = (event: string) => lines.filter((line) => line.event === event);
  return {
    lines,
    child,
    of,
    say: (command) => void child.stdin!.write(command + '\n'),
    async seen(event, count = 1, ms) {
      const what = `${group}: ${count} × '${event}', seen ${JSON.stringify(lines).slice(0, 2000)}`;
      await until(what, () => of(event).length >= count, ms);
      return of(event).at(-1)!;
    },
    async exit() {
      await until('the member has ended', () => code !== undefined);
      return code!;
    },
  };
}

async function withCorosync(t: ExecutionContext): Promise<LonelyNode> {
  const node = await lonelyNode();
  t.teardown(node.end);
  await node.startCorosync();
  return node;
}

test('two members see each other come and go, with the reason', async (t) => {
  const node = await withCorosync(t);
  const one = member(node, 'vnfha');
  const up = await one.seen('up');
  t.is(up.nodeid, 7);
  t.deepEqual(up.members, [{ nodeid: 7, pid: up.pid }]);
  t.deepEqual((await one.seen('ring')).nodeids, [7]);

  const two = member(node, 'vnfha');
  const other = (await two.seen('up')).pid;
  await one.seen('membership', 2);
  t.deepEqual(one.of('membership')[1]!.joined, [{ nodeid: 7, pid: other, reason: 'join' }]);

  two.say('close');
  await one.seen('membership', 3);
  t.deepEqual(one.of('membership')[2]!.left, [{ nodeid: 7, pid: other, reason: 'leave' }]);
  t.is(await two.exit(), 0, 'after close nothing keeps the process alive');

  const three = member(node, 'vnfha');
  const victim = (await three.seen('up')).pid;
  await one.seen('membership', 4);
  node.run('kill', '-KILL', String(victim));
  await one.seen('membership', 5);
  t.deepEqual(one.of('membership')[4]!.left, [{ nodeid: 7, pid: victim, reason: 'procdown' }]);
  t.deepEqual(one.of('membership')[4]!.members, [{ nodeid: 7, pid: up.pid }]);
});

test('messages arrive in one order everywhere, none lost under flow control', async (t) => {
  const node = await withCorosync(t);
  const members = [member(node, 'order'), member(node, 'order')];
  const both = (each: Member) => each.of('membership').some((line) => (line.members as unknown[]).length === 2);
  await until('both see both', () => members.every(both));
  for (const each of members) each.say('burst 3000 2000'); // 12 MB: many times what corosync queues
  for (const each of members) await each.seen('message', 6000, 90_000);
  const [first, second] = members.map((each) =>
    each.of('message').map(({ from, n }) => `${String(from)}:${String(n)}`),
  );
  t.deepEqual(first, second);
  for (const each of members) {
    const own = each.of('message').filter((line) => line.self);
    t.deepEqual(own.map((line) => line.n), Array.from({ length: 3000 }, (_, n) => n)); // prettier-ignore
  }
});

test('a message over the limit is refused, and the next one goes through', async (t) => {
  const node = await withCorosync(t);
  const one = member(node, 'limit');
  await one.seen('up');
  one.say('send 1 1000001');
  t.is((await one.seen('failed')).kind, 'input');
  one.say('send 1 999000');
  await one.seen('message');
});

test('malformed messages are logged and passed over', async (t) => {
  const node = await withCorosync(t);
  const one = member(node, 'garbage');
  await one.seen('up');
  const vandal = member(node, 'garbage');
  await vandal.seen('up');
  vandal.say('garbage');
  await one.seen('message-malformed', 4);
  one.say('send 1 10');
  t.is((await one.seen('message')).n, 0);
});

test('corosync dies: down once; corosync comes: up again, and messages go', async (t) => {
  const node = await withCorosync(t);
  const one = member(node, 'again');
  await one.seen('up');
  await node.signalCorosync('KILL');
  const down = await one.seen('down');
  t.is(down.kind, 'corosync');
  one.say('send 1 10');
  t.is((await one.seen('failed')).kind, 'corosync');
  await node.startCorosync();
  await one.seen('up', 2);
  t.is(one.of('down').length, 1);
  one.say('send 1 10');
  await one.seen('message');
  one.say('close');
  t.is(await one.exit(), 0);
});

test('without corosync, and without permission: one clear event, and up when it is there', async (t) => {
  const node = await lonelyNode();
  t.teardown(node.end);
  const early = member(node, 'early');
  const down = await early.seen('down');
  t.is(down.kind, 'corosync');
  t.regex(String(down.message), /corosync is not running on this node/);
  await node.startCorosync();
  await early.seen('up');

  const nobody = member(node, 'early', 'setpriv', '--reuid=65534', '--regid=65534', '--clear-groups');
  const refused = await nobody.seen('down');
  t.is(refused.kind, 'permission');
  t.regex(String(refused.message), /may not talk to corosync/);
});

// alone: what is measured is the event loop's, not the machine's
test.serial('a frozen corosync stops no event loop', async (t) => {
  const node = await withCorosync(t);
  const one = member(node, 'frozen');
  await one.seen('up');
  await node.signalCorosync('STOP');
  one.say('lag'); // forget the start
  const late = member(node, 'frozen'); // blocks in connecting
  await until('the late one lives', () => node.run('pgrep', '-fc', 'member.ts frozen').stdout.trim() === '2');
  one.say('send 2000 1000');
  late.say('lag');
  await late.seen('lag');
  await new Promise((resolve) => setTimeout(resolve, 1000)); // the stall that is looked for takes time to happen
  one.say('lag');
  late.say('lag');
  const lags = [await one.seen('lag', 2), await late.seen('lag', 2)].map((line) => Number(line.ms));
  t.true(Math.max(...lags) < 400, `stalled for ${lags.join(' and ')} ms`);
  t.is(one.of('sent').length, 0, 'flow control holds the sender up');
  await node.signalCorosync('CONT');
  await one.seen('message', 2000);
  await late.seen('up');
});
