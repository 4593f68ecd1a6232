/**
 * `vnfha bridge` from its start to SIGTERM: on a load balancer's node a bridge, elsewhere nothing, and the description anew at
 * SIGHUP, or when a heal has put a server elsewhere.
 */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { moved } from '../decide/adoption.ts';
import { defaultRotationPolicy } from '../decide/rotation.ts';
import { beginStates } from '../haproxy/server-states.ts';
import { loadVnfOn } from '../model/load.ts';
import { askedName, lbNodes, managedBackends, vnfPaths } from '../model/names.ts';
import { startPage } from '../page/page.ts';
import type { PageServer } from '../page/server.ts';
import { readStatus } from '../pacemaker/crm-mon.ts';
import { setNodeAttribute } from '../pacemaker/node-attribute.ts';
import { Failure, messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import type { Vnf } from '../model/vnf.ts';
import { type Meters, serveMetrics } from '../process/metrics.ts';
import { reportReady } from '../process/service-manager.ts';
import { type Bridge, startBridge } from './bridge.ts';
import { watchMoves } from './moves.ts';
import { checkedStructure, type Structure } from './structure.ts';

export interface BridgeDaemonOptions {
  readonly description: string;
  /** This node, as the description calls it. */
  readonly node: string;
  /** HAProxy's file; default, as for the sockets: the VNF's own (vnfPaths). */
  readonly config?: string | undefined;
  readonly haproxySocket?: string | undefined;
  readonly bridgeSocket?: string | undefined;
  /** Where Prometheus is served: [ADDRESS:]PORT. */
  readonly metrics?: string | undefined;
  /** Where the status page is served: [ADDRESS:]PORT of the loopback. */
  readonly page?: string | undefined;
  readonly log: Log;
}

const haproxyBinary = 'haproxy';

/**
 * Runs until SIGTERM or SIGINT.
 * @throws Failure for what waiting would not cure: 'permission', 'input' (the description, or this node is not in it), 'missing' (it, or haproxy),
 *   'haproxy' (the configuration is refused), 'conflict' (another bridge is running)
 */
export async function runBridge(options: BridgeDaemonOptions): Promise<void> {
  if (process.geteuid?.() !== 0) {
    throw new Failure('permission', 'the bridge needs corosync, crm_mon and HAProxy’s socket: only root may run it', {
      cure: 'Run as root.',
    });
  }
  const told = toldToEnd();
  try {
    await runUntil(told.ended, options);
  } finally {
    told.forget();
  }
}

async function runUntil(ended: Promise<void>, options: BridgeDaemonOptions): Promise<void> {
  const { log } = options;
  const metrics = await serveMetrics(options.metrics, log);
  let bridge: Bridge | undefined;
  let vnf: Vnf | undefined;
  const page = await startPage(options.page, { node: options.node, vnf: () => vnf, bridge: () => bridge, log });
  const read = async (): Promise<Structure | undefined> => {
    const written = await loadVnfOn(options.node, options.description);
    const described = moved(written, await moves.of(written));
    const structure = await structureFor(described, options);
    vnf = described;
    return structure;
  };
  const start = async (): Promise<void> => {
    bridge = await follow(options, undefined, await read(), metrics.meters, page);
    log.info('started', { node: options.node, description: options.description });
  };
  const reload = async (): Promise<void> => {
    try {
      bridge = await follow(options, bridge, await read(), metrics.meters, page);
      log.info('description-read', { description: options.description });
    } catch (error) {
      log.error('description-refused', { why: messageOf(error), kept: 'the one before' });
    }
  };
  const onHangup = (): void => {
    busy = busy.then(reload);
  };
  const moves = watchMoves(onHangup, log);
  let busy = start();
  process.on('SIGHUP', onHangup);
  await busy;
  const ending = await reportReady(log);
  await ended;
  ending();
  process.off('SIGHUP', onHangup);
  moves.stop();
  await busy;
  await bridge?.stop();
  await Promise.all([metrics.close(), page.close()]);
  log.info('stopped');
}

/** The checked structure, or undefined where this node is none of the load balancer's. */
async function structureFor(vnf: Vnf, options: BridgeDaemonOptions): Promise<Structure | undefined> {
  if (!lbNodes(vnf.loadBalancer).includes(options.node)) return undefined;
  const { config, haproxySocket } = filesOf(options, vnf);
  await mkdir(dirname(config), { recursive: true });
  await mkdir(dirname(haproxySocket), { recursive: true });
  await beginStates(vnfPaths(vnf).haproxyStates, managedBackends(vnf));
  return checkedStructure(vnf, config, haproxyBinary);
}

function filesOf({ config, haproxySocket, bridgeSocket }: BridgeDaemonOptions, vnf: Vnf) {
  const own = vnfPaths(vnf);
  return {
    config: config ?? own.haproxyConfig,
    haproxySocket: haproxySocket ?? own.haproxySocket,
    haproxyMaster: own.haproxyMaster,
    bridgeSocket: bridgeSocket ?? own.bridgeSocket,
  };
}

async function follow(
  options: BridgeDaemonOptions,
  bridge: Bridge | undefined,
  structure: Structure | undefined,
  meters: Meters,
  page: PageServer,
): Promise<Bridge | undefined> {
  if (structure === undefined) {
    options.log.info('idle', { why: `${options.node} is not a node of the load balancer` });
    await bridge?.stop();
    return undefined;
  }
  if (bridge === undefined) {
    return startBridge({
      node: options.node,
      log: options.log,
      ...filesOf(options, structure.vnf),
      structure,
      meters,
      moved: () => page.nudge(),
      readStatus,
      setAttribute: setNodeAttribute,
      states: vnfPaths(structure.vnf).haproxyStates,
      checksMs: 1000,
      policy: defaultRotationPolicy,
      haproxyTimeoutMs: 1000,
      observeMs: 2000,
      observeQuietMs: 5000,
    });
  }
  if (askedName(structure.vnf) !== askedName(bridge.vnf)) {
    throw new Failure('input', "'vnf.beside' or the VNF's name is another: its files and sockets are others, too", {
      cure: 'Restart the bridge.',
    });
  }
  bridge.use(structure);
  return bridge;
}

/** From its call on SIGTERM and SIGINT end nothing by themselves: while the bridge starts they are waited with until it has. */
function toldToEnd(): { readonly ended: Promise<void>; forget(): void } {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  // An idle bridge has nothing else that keeps the process alive.
  const alive = setInterval(() => undefined, 2 ** 30);
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  return {
    ended,
    forget() {
      clearInterval(alive);
      process.off('SIGTERM', end);
      process.off('SIGINT', end);
    },
  };
}
