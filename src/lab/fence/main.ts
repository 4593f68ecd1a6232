/**
 * fence_vnfha_lab: the fence agent of the lab. Pacemaker writes its options as key=value lines on its stdin; by hand they are
 * given as -o ACTION -n NODE. It asks the power switch of the lab, a unix socket that works whatever happened to the network.
 */
import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import os from 'node:os';
import type { FenceReply, FenceRequest } from '../protocol.ts';
import { metadata } from './metadata.ts';

const socketPath = '/run/vnfha-lab-fence.sock';
const options = process.argv.length > 2 ? fromArguments(process.argv.slice(2)) : fromStdin();
void main(options.action ?? 'reboot', options.plug ?? options.port ?? options.nodename);

/** Exit codes: 0 done, or on; 1 failed; 2 off. */
async function main(action: string, node: string | undefined): Promise<void> {
  if (action === 'metadata') return void process.stdout.write(metadata);
  if (action === 'validate-all') return;
  if (action === 'monitor' || action === 'list') {
    const reply = await ask({ action: 'list' });
    if (reply.ok && action === 'list') process.stdout.write((reply.nodes ?? []).map((name) => `${name},\n`).join(''));
    return;
  }
  if (action !== 'status' && action !== 'on' && action !== 'off' && action !== 'reboot')
    fail(`unknown action '${action}'`);
  if (node === undefined) fail(`no node given to ${action}`);
  const reply = await ask({ action, node });
  if (action === 'status' && reply.ok && !reply.on) process.exitCode = 2;
}

function ask(request: Omit<FenceRequest, 'from'>): Promise<FenceReply> {
  return new Promise((resolve) => {
    const socket = createConnection(socketPath);
    let text = '';
    socket.on('connect', () => socket.write(JSON.stringify({ ...request, from: os.hostname() }) + '\n'));
    socket.on('data', (data) => (text += data.toString()));
    socket.on('error', (error) => fail(`the power switch is not reachable: ${error.message}`));
    socket.on('end', () => {
      const reply = text === '' ? ({ ok: false, message: 'no answer' } as const) : (JSON.parse(text) as FenceReply);
      if (!reply.ok) fail(reply.message);
      resolve(reply);
    });
  });
}

function fromStdin(): Record<string, string> {
  const lines = readFileSync(0, 'utf8').split('\n');
  return Object.fromEntries(lines.map((line) => [line.replace(/=.*/, '').trim(), line.replace(/^[^=]*=?/, '').trim()]));
}

function fromArguments(args: readonly string[]): Record<string, string> {
  const names: Record<string, string> = { '-o': 'action', '--action': 'action', '-n': 'plug', '--plug': 'plug' };
  const found: Record<string, string> = {};
  args.forEach((arg, at) => {
    const [flag, value] = arg.split('=');
    const name = names[flag!];
    if (name !== undefined) found[name] = value ?? args[at + 1] ?? '';
  });
  return found;
}

function fail(message: string): never {
  process.stderr.write(`fence_vnfha_lab: ${message}\n`);
  process.exit(1);
}
