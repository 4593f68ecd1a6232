/**
 * The floor of the channel `messages`: a member of a bare group of corosync that answers each message with one of its own, or (with two numbers) asks and prints
 * how long the answers took and how many came in a second.
 *
 *   cpg.ts answer
 *   cpg.ts ask QUESTIONS WINDOWS
 */
import { connectCpg } from '../../src/corosync/cpg.ts';
import { latencies, rates } from '../sync/asked.ts';

const [role, questions, windows] = process.argv.slice(2);
const cpg = await connectCpg();
const filling = 'x'.repeat(100);

if (role === 'answer') {
  cpg.on('message', (data, from) => {
    if (data[0] === 0x3f)
      void cpg.multicast(Buffer.from(`!${from.pid} ${data.toString('latin1', 1, data.indexOf(0x20) + 1)}`));
  });
  await cpg.join('vnfha-bench');
  process.stdout.write('ready\n');
} else {
  const waiting = new Map<string, () => void>();
  let asked = 0;
  const own = `!${process.pid} `;
  cpg.on('message', (data) => {
    const text = data.toString('latin1');
    if (!text.startsWith(own)) return;
    const id = text.slice(own.length).trim();
    waiting.get(id)?.();
    waiting.delete(id);
  });
  await cpg.join('vnfha-bench');
  const ask = async (): Promise<void> => {
    const id = String((asked += 1));
    const answered = new Promise<void>((resolve) => waiting.set(id, resolve));
    await cpg.multicast(Buffer.from(`?${id} ${filling}`));
    await answered;
  };
  const result = { latencies: await latencies(ask, Number(questions)), rates: await rates(ask, Number(windows)) };
  process.stdout.write(JSON.stringify(result) + '\n');
  await cpg.close();
}
