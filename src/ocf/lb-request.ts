/**
 * A request of an lb-member agent to the load balancers: said in the CPG group, done when the bridge of every load balancer
 * node that is in the ring has answered. A known node that is not in the ring need not be waited for: it has no traffic, or is fenced.
 */
import { randomUUID } from 'node:crypto';
import { connectGroup } from '../corosync/group.ts';
import { decodeBridgeMessage } from '../model/decode-wire.ts';
import { bridgeGroup } from '../model/names.ts';
import { type BridgeMessage, wireVersion } from '../model/wire.ts';
import { messageOf } from '../process/failure.ts';
import type { OcfLog } from './log.ts';
import { nodeIds } from './node-ids.ts';

export interface LbRequest {
  readonly type: 'exclude' | 'readmit';
  /** Of a VNF that runs beside the node's; undefined: the node's. */
  readonly vnf?: string | undefined;
  readonly backend: string;
  readonly server: string;
  /** Names of the load balancer's nodes. */
  readonly lbNodes: readonly string[];
  /** How long to wait for the answers. */
  readonly waitMs: number;
  /** When the agent's operation ends (ms since the epoch): until then its word holds against Pacemaker's. */
  readonly until: number;
}

/** Makes the request; returns what is missing, one sentence each: nothing when every bridge acknowledged it. Never throws. */
export async function requestOfBridges(request: LbRequest, log: OcfLog): Promise<readonly string[]> {
  const begun = performance.now();
  const leftMs = () => Math.max(0, request.waitMs - (performance.now() - begun));
  try {
    const ids = await nodeIds(leftMs());
    const strangers = strangersProblem(request.lbNodes, ids);
    return [...(strangers === undefined ? [] : [strangers]), ...(await converse(request, ids, leftMs, log))];
  } catch (error) {
    return [messageOf(error)];
  }
}

/**
 * What is wrong with the names: a node that corosync does not know is misspelt or was taken out of its list, not absent, and
 * nobody can say for it what its load balancer does. Undefined: nothing.
 */
export function strangersProblem(lbNodes: readonly string[], ids: ReadonlyMap<string, number>): string | undefined {
  const strangers = lbNodes.filter((name) => !ids.has(name));
  return strangers.length === 0
    ? undefined
    : `corosync knows no node called ${strangers.join(', ')} (parameter lb_nodes)`;
}

function converse(
  { type, vnf, backend, server, lbNodes, until }: LbRequest,
  ids: ReadonlyMap<string, number>,
  leftMs: () => number,
  log: OcfLog,
): Promise<readonly string[]> {
  const asked = { backend, server, at: Date.now(), until, ...(vnf === undefined ? {} : { vnf }) };
  const request: BridgeMessage = { v: wireVersion, type, id: randomUUID(), ...asked };
  const answers = new Map<string, string | undefined>();
  let ring: readonly number[] | undefined;
  const awaited = () => lbNodes.filter((name) => ring?.includes(ids.get(name)!) && !answers.has(name));
  const group = connectGroup<BridgeMessage>({
    group: bridgeGroup,
    decode: decodeBridgeMessage,
    log: { info: log.debug, warn: log.warn, error: log.error },
    retryMs: 200,
  });
  return new Promise((resolve) => {
    const finish = (problems: readonly string[]) => {
      clearTimeout(timer);
      group.removeAllListeners();
      void group.close(); // the process ends soon; nobody waits for a corosync that hangs
      resolve(problems);
    };
    const check = () => {
      if (ring === undefined || awaited().length > 0) return;
      finish([...answers].flatMap(([name, error]) => (error === undefined ? [] : [`${name}: ${error}`])));
    };
    const timer = setTimeout(() => {
      if (ring === undefined) return finish(['corosync gave no answer in time']);
      finish(awaited().map((name) => `no acknowledgement from ${name}`));
    }, leftMs());
    const say = () => group.send(request).catch((error) => log.debug(messageOf(error))); // 'down' tells why, or it is over

    group.on('down', (reason) => finish([reason.message]));
    group.on('up', () => void say());
    group.on('ring', ({ nodeids }) => {
      ring = nodeids;
      check();
    });
    group.on('membership', ({ joined }) => {
      // a bridge that came after the request did not hear it
      const late = awaited().some((name) => joined.some(({ nodeid }) => nodeid === ids.get(name)));
      if (late) void say();
    });
    group.on('message', (message, { nodeid }) => {
      if (message.type !== 'ack' || message.id !== request.id || !lbNodes.includes(message.node)) return;
      if (ids.get(message.node) !== nodeid) {
        return log.warn(`node ${nodeid} acknowledged as ${message.node}: passed over`);
      }
      answers.set(message.node, message.error);
      check();
    });
  });
}
