/**
 * One node's bridge at work: it hears the group, the cluster and HAProxy, and keeps HAProxy's memory and file as the cluster
 * says. It holds no truth: what it needs after a kill -9 is in the file, in HAProxy, in crm_mon and with its peers.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connectGroup } from '../corosync/group.ts';
import type { RotationEvent } from '../decide/rotation-types.ts';
import { keepStates } from '../haproxy/server-states.ts';
import { decodeBridgeMessage } from '../model/decode-wire.ts';
import { askedName, bridgeGroup } from '../model/names.ts';
import type { Vnf } from '../model/vnf.ts';
import type { BridgeMessage } from '../model/wire.ts';
import { now } from '../process/clock.ts';
import { messageOf } from '../process/failure.ts';
import type { Meters } from '../process/metrics.ts';
import type { BridgeView } from '../page/state.ts';
import type { ServerRotation } from '../status/bridge-state.ts';
import { announcer } from './announcer.ts';
import { serveControl } from './control.ts';
import { type Engine, type EngineOptions, startEngine } from './engine.ts';
import { type ManagedWatchOptions, watchManaged } from './managed-watch.ts';
import { bridgeMeters } from './meters.ts';
import { watchNodes } from './node-watch.ts';
import type { Structure } from './structure.ts';
import { rotationIn, selfView, viewOf } from './view.ts';

/** A frozen corosync takes a member's leaving late; it is not waited for longer than this. */
const leaveMs = 3000;

export interface Bridge {
  readonly vnf: Vnf;
  /** What crm_mon said last. */
  readonly cluster: Engine['cluster'];
  /** Who is in rotation, and why. */
  readonly rotation: readonly ServerRotation[];
  /** How the bridge itself is. */
  readonly self: BridgeView;
  /** Another structure, already checked: the file follows at once, HAProxy when it is restarted. */
  use(structure: Structure): void;
  /** Leaves the group and ends; HAProxy and its file stay as they are. */
  stop(): Promise<void>;
}

/** @throws Failure 'conflict' (another bridge runs here), 'permission' */
export async function startBridge(
  options: Omit<EngineOptions, 'send' | 'changed'> & {
    readonly bridgeSocket: string;
    readonly meters: Meters;
    readonly setAttribute: ManagedWatchOptions['setAttribute'];
    /** The folder of what those checks said last. */
    readonly states: string;
    /** Between two looks at HAProxy's checks of the servers that it manages. */
    readonly checksMs: number;
  },
): Promise<Bridge> {
  const { node, config, log } = options;
  let up = false;
  const meters = bridgeMeters(options.meters, {
    state: () => engine.state,
    corosync: () => up,
    outdated: () => engine.outdated !== undefined,
  });
  const announced = announcer((changes) => {
    group.send({ v: 1, type: 'rotation', node, changes }).catch((error: unknown) => {
      log.warn('not-announced', { why: messageOf(error) });
    });
  });
  const changed: EngineOptions['changed'] = ({ backend, server, vnfc }, out, done, seconds) => {
    meters.changed({ vnfc, rotation: out ? 'out' : 'in' }, seconds);
    announced.add({ backend, server, out, at: done });
  };
  const engine = await startEngine({ ...options, changed, send: (message) => group.send(message) });
  const post = (event: RotationEvent): void => engine.post(event);
  const nodes = watchNodes({
    node,
    suspects: (suspects) => post({ type: 'suspects', at: now(), nodes: suspects }),
    supervisorGone: (nodeId) => post({ type: 'supervisor-gone', at: now(), nodeId }),
    log,
  });
  const control = await serveControl(options.bridgeSocket, {
    prepare: () => engine.prepare(),
    async state() {
      const stats = await engine.stats().catch(() => undefined);
      const { state, structure, outdated } = engine;
      return viewOf({
        node,
        vnf: structure.vnf.name,
        config,
        corosync: up,
        state,
        heard: nodes.heard,
        stats,
        outdated,
      });
    },
  }).catch(async (error: unknown) => {
    await engine.stop();
    throw error;
  });

  await nodes.use(engine.structure.vnf);
  const managed = watchManaged({
    stats: () => engine.stats(),
    keep: async (backend) => keepStates(options.states, backend, await engine.states(backend)),
    setAttribute: options.setAttribute,
    told: () => {
      group.send({ v: 1, type: 'checks', node }).catch((error: unknown) => {
        log.warn('not-announced', { why: messageOf(error) });
      });
    },
    everyMs: options.checksMs,
    log,
  });
  managed.use(engine.structure.vnf);
  const group = connectGroup<BridgeMessage>({ group: bridgeGroup, decode: decodeBridgeMessage, log });
  group.on('up', () => {
    up = true;
    log.info('group-joined', { group: bridgeGroup });
  });
  group.on('down', (reason) => {
    up = false;
    log.warn('corosync-away', { why: reason.message });
    post({ type: 'ring-lost', at: now() });
    nodes.lost();
  });
  group.on('ring', ({ nodeids }) => {
    log.info('ring', { nodeids });
    post({ type: 'ring', at: now(), members: nodeids });
    nodes.ring(nodeids);
  });
  group.on('membership', ({ members }) => {
    nodes.members(members);
    group.send({ v: 1, type: 'bridge', node }).catch((error: unknown) => {
      log.warn('not-announced', { why: messageOf(error) });
    });
  });
  group.on('message', (message, from) => {
    const at = now();
    if (message.type === 'alert') {
      log.info('alert', message.alert);
      post({ type: 'alert', at, alert: message.alert });
    } else if (message.type === 'exclude' || message.type === 'readmit') {
      const { type, id, vnf, backend, server, at: sent, until } = message;
      if (vnf !== askedName(engine.structure.vnf)) return; // the bridges of another VNF answer
      log.info('asked', { id, asks: type, server: `${backend}/${server}` });
      post({ type: 'request', at, id, out: type === 'exclude', backend, server, nodeId: from.nodeid, sent, until });
    } else if (message.type === 'supervisor') {
      nodes.supervisor(from);
    } else if (message.type === 'instance') {
      const { node: where, resource, word, at: seen, what } = message;
      // a supervisor speaks for its own node
      if (from.nodeid !== nodeIdOf(engine.structure.vnf, where)) {
        log.warn('foreign-word', { ...from, node: where, resource, word });
        return;
      }
      log.info('instance', { node: where, resource, word, what });
      post({ type: 'instance', at, node: where, resource, word, seen, what });
    }
  });

  return {
    get vnf() {
      return engine.structure.vnf;
    },
    get cluster() {
      return engine.cluster;
    },
    get rotation() {
      return rotationIn(engine.state);
    },
    get self() {
      return selfView(engine, up);
    },
    use(structure) {
      engine.use(structure);
      void nodes.use(structure.vnf);
      managed.use(structure.vnf);
    },
    async stop() {
      nodes.stop();
      announced.stop();
      const left = Promise.race([group.close(), sleep(leaveMs)]);
      await Promise.all([left, control.close(), managed.stop(), engine.stop()]);
    },
  };
}

const nodeIdOf = ({ nodes }: Vnf, name: string): number | undefined => nodes.find((node) => node.name === name)?.id;
