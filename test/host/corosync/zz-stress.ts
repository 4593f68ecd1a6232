import { createInterface } from 'node:readline';
import { lonelyNode } from './lonely-node.ts';
const node = await lonelyNode();
for (let i = 0; i < 150; i++) {
  await node.startCorosync();
  const child = node.start(process.execPath, ['--import', 'tsx', 'test/host/corosync/zz-client.ts']);
  const lines: string[] = [];
  createInterface(child.stdout!).on('line', (l) => lines.push(l));
  const joined = Date.now();
  while (lines.length === 0) { await new Promise((r) => setTimeout(r, 5)); if (Date.now() - joined > 20000) break; }
  await new Promise((r) => setTimeout(r, Math.random() * 100));
  await node.signalCorosync('KILL');
  const at = Date.now();
  while (lines.length < 2 && Date.now() - at < 5000 && child.exitCode === null) await new Promise((r) => setTimeout(r, 5));
  if (lines.length < 2) { console.log(i, 'STUCK', lines, child.exitCode, child.pid, node.run('ps', 'axf').stdout); break; }
  if (i % 20 === 0) console.log(i, lines, Date.now() - at);
}
node.end();
process.exit(0);
