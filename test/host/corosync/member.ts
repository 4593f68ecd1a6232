/**
 * A process in a CPG group, driven by its stdin, for tests: `node --import tsx member.ts GROUP`. It prints one JSON line for
 * each event and each answer. Commands, one a line: 'send COUNT BYTES', 'burst COUNT BYTES' (without waiting for each),
 * 'lag' (prints the longest stall of the event loop since the last 'lag'), 'garbage', 'close'.
 */
import { createInterface } from 'node:readline';
import { connectCpg } from '../../../src/corosync/cpg.ts';
import { connectGroup } from '../../../src/corosync/group.ts';
import { Failure } from '../../../src/process/failure.ts';

interface Word {
  readonly from: number;
  readonly n: number;
  readonly filler: string;
}

const print = (line: object): void => void process.stdout.write(JSON.stringify(line) + '\n');
const group = connectGroup<Word>({
  group: process.argv[2]!,
  retryMs: 100,
  log: { info: () => undefined, error: () => undefined, warn: (event, fields) => print({ event, ...fields }) },
  decode: (data) => {
    const word = JSON.parse(data.toString()) as Partial<Word>;
    return word.n === undefined ? undefined : (word as Word);
  },
});
group.on('up', ({ members }) => print({ event: 'up', pid: process.pid, nodeid: group.localNodeId, members }));
group.on('down', (reason) => print({ event: 'down', kind: reason.kind, message: reason.message }));
group.on('membership', (membership) => print({ event: 'membership', ...membership }));
group.on('ring', (ring) => print({ event: 'ring', ...ring }));
group.on('message', ({ from, n }, sender) => print({ event: 'message', from, n, self: group.isSelf(sender) }));

let worst = 0;
let before = performance.now();
const beat = setInterval(() => {
  const now = performance.now();
  worst = Math.max(worst, now - before - 10);
  before = now;
}, 10);

let sent = 0;
const word = (bytes: number): Word => ({ from: process.pid, n: sent++, filler: 'x'.repeat(bytes) });
const failed = (error: unknown) =>
  print({ event: 'failed', kind: error instanceof Failure ? error.kind : 'other', message: String(error) });

createInterface(process.stdin).on('line', (line) => {
  const [command, count, bytes] = line.split(' ');
  void act(command!, Number(count), Number(bytes)).catch(failed);
});

async function act(command: string, count: number, bytes: number): Promise<void> {
  switch (command) {
    case 'send':
      for (let i = 0; i < count; i++) await group.send(word(bytes));
      return print({ event: 'sent', sent });
    case 'burst':
      await Promise.all(Array.from({ length: count }, () => group.send(word(bytes))));
      return print({ event: 'sent', sent });
    case 'lag':
      print({ event: 'lag', ms: worst });
      worst = 0;
      return;
    case 'garbage': {
      const other = await connectCpg(); // corosync knows a process once a group: this one leaves first
      await group.close();
      await other.join(process.argv[2]!);
      for (const text of ['{', 'null', '{"v":1}', '']) await other.multicast(Buffer.from(text));
      await other.close();
      return print({ event: 'garbage-sent' });
    }
    case 'close':
      await group.close();
      clearInterval(beat);
      process.stdin.destroy();
      return print({ event: 'closed' });
  }
}
