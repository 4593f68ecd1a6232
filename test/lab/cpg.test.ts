/** CPG groups over three nodes: one order everywhere, and why a member left, by the word of a real corosync. */
import { createInterface } from 'node:readline';
import test, { type ExecutionContext } from 'ava';
import { buildSync } from 'esbuild';
import type { LabProcess } from '../../src/lab/enter.ts';
import { Lab } from '../../src/lab/lab.ts';
import { until } from './wait.ts';

interface Line {
  readonly event: string;
  readonly [key: string]: unknown;
}
interface Member {
  readonly process: LabProcess;
  readonly lines: Line[];
  readonly of: (event: string) => Line[];
  readonly say: (command: string) => void;
}

const nodes = ['node1', 'node2', 'node3'];
const waitMs = 30_000;
let lab: Lab;

test.before('a lab', async () => {
  lab = await Lab.up({ name: `cpg-${process.pid}` });
  await lab.ready();
});
test.after.always('nothing stays', () => lab.down());

const program = buildSync({
  entryPoints: ['test/host/corosync/member.ts'],
  bundle: true,
  platform: 'node',
  format: 'cjs',
  external: ['koffi'],
  write: false,
}).outputFiles[0]!.text;

async function member(t: ExecutionContext, node: string, group: string): Promise<Member> {
  await lab.writeFile(node, '/tmp/member.cjs', program);
  const started = await lab.spawn(node, ['node', '/tmp/member.cjs', group]);
  t.teardown(() => started.stop());
  const lines: Line[] = [];
  createInterface(started.stdout).on('line', (line) => lines.push(JSON.parse(line) as Line));
  const of = (event: string) => lines.filter((line) => line.event === event);
  const self = { process: started, lines, of, say: (command: string) => void started.stdin.write(command + '\n') };
  await until(`a member is up on ${node}`, async () => of('up').length > 0, waitMs);
  return self;
}

const latest = (member: Member, event: string) => JSON.stringify(member.of(event).at(-1));

test.serial('all members receive all messages in one order', async (t) => {
  const members = await Promise.all(nodes.map((node) => member(t, node, 'order')));
  const complete = ({ of }: Member) => of('membership').some((line) => (line.members as unknown[]).length === 3);
  await until('all see all', async () => members.every(complete), waitMs);
  t.deepEqual(members.map(({ of }) => of('up')[0]!.nodeid), [1, 2, 3]); // prettier-ignore
  for (const each of members) each.say('burst 500 1000');
  await until('all have all', async () => members.every(({ of }) => of('message').length === 1500), waitMs);
  const [first, ...others] = members.map(({ of }) =>
    of('message').map(({ from, n }) => `${String(from)}:${String(n)}`),
  );
  for (const other of others) t.deepEqual(other, first);
});

test.serial('a process that dies is procdown, one that closes has left, wherever it was', async (t) => {
  const here = await member(t, 'node1', 'reasons');
  const there = await member(t, 'node2', 'reasons');
  await there.process.stop();
  await until('it is missed', async () => latest(here, 'membership')?.includes('procdown') ?? false, waitMs);
  t.deepEqual(here.of('membership').at(-1)!.left, [{ nodeid: 2, pid: there.of('up')[0]!.pid, reason: 'procdown' }]);
  const polite = await member(t, 'node3', 'reasons');
  polite.say('close');
  await until('it said goodbye', async () => latest(here, 'membership')?.includes('"leave"') ?? false, waitMs);
  t.deepEqual(here.of('membership').at(-1)!.left, [{ nodeid: 3, pid: polite.of('up')[0]!.pid, reason: 'leave' }]);
  t.is(await polite.process.done, 0);
});

test.serial('a node that loses its power is nodedown, and the ring is another one; back again, too', async (t) => {
  const [one, two, three] = await Promise.all(nodes.map((node) => member(t, node, 'power')));
  const ringOfThree = one!.of('ring').at(-1)!;
  t.deepEqual(ringOfThree.nodeids, [1, 2, 3]);
  const lost = { nodeid: 3, pid: three!.of('up')[0]!.pid, reason: 'nodedown' };
  await lab.kill('node3');
  for (const each of [one!, two!]) {
    await until('it is missed', async () => latest(each, 'membership')?.includes('nodedown') ?? false, waitMs);
    t.deepEqual(each.of('membership').at(-1)!.left, [lost]);
    await until('the ring is smaller', async () => latest(each, 'ring')?.includes('[1,2]') ?? false, waitMs);
  }
  await lab.boot('node3').catch(() => undefined); // unless its fencing did
  await until('the ring is whole', async () => latest(one!, 'ring')?.includes('[1,2,3]') ?? false, waitMs);
  t.not(one!.of('ring').at(-1)!.ringId, ringOfThree.ringId);
});
