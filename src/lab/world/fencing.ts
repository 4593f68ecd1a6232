/**
 * The power switch: a unix socket outside the nodes, so that fencing works whatever happened to the network.
 */
import { messageOf } from '../../process/failure.ts';
import { type Log, nowMicros } from '../../process/log.ts';
import type { Fencing, FenceReply, FenceRequest } from '../protocol.ts';
import type { Machines } from './machines.ts';
import { serveLines } from './server.ts';

/** Serves the power switch at `socketPath`; returns the list that every off, on and reboot is added to. */
export function serveFencing(
  socketPath: string,
  machines: Machines,
  bootDelayMs: number,
  log: Log,
): readonly Fencing[] {
  const done: Fencing[] = [];
  void serveLines<FenceRequest, FenceReply>(socketPath, async ({ action, node, from }) => {
    if (action === 'list') return { ok: true, nodes: machines.nodes() };
    if (node === undefined || !machines.nodes().includes(node))
      return { ok: false, message: `no node '${node ?? ''}'` };
    if (action === 'status') return { ok: true, on: machines.isOn(node) };
    const at = nowMicros();
    const reply = await act(machines, action, node, bootDelayMs, log);
    const fencing = { at, action, node, from, took: nowMicros() - at, result: reply.ok ? 'ok' : reply.message };
    done.push(fencing);
    log.info('fencing', fencing);
    return reply;
  });
  return done;
}

/** The answer is given when the node is gone, not when it was told to go. */
async function act(
  machines: Machines,
  action: Fencing['action'],
  node: string,
  bootDelayMs: number,
  log: Log,
): Promise<FenceReply> {
  try {
    if (action !== 'on') await machines.powerOff(node);
    if (action === 'on') await machines.boot(node);
    // A real machine takes its time; one that rejoins while the cluster still recovers from its death only adds elections.
    if (action === 'reboot') setTimeout(() => void bootAgain(machines, node, log), bootDelayMs);
    return { ok: true };
  } catch (error) {
    return { ok: false, message: messageOf(error) };
  }
}

async function bootAgain(machines: Machines, node: string, log: Log): Promise<void> {
  try {
    if (!machines.isOn(node)) await machines.boot(node);
  } catch (error) {
    log.warn('a fenced node did not boot', { node, error: messageOf(error) });
  }
}
