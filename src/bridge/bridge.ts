/**
 * One node's bridge at work: it hears the group, the cluster and HAProxy, and keeps HAProxy's memory and file as the cluster
 * says. It holds no truth: what it needs after a kill -9 is in the file, in HAProxy, in crm_mon and with its peers.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connectGroup } from '../corosync/group.ts';
import type { RotationEvent, RotationPolicy } from '../decide/rotation-types.ts';
import { runtimeAt } from '../haproxy/runtime.ts';
import type { ClusterStatus } from '../model/cluster.ts';
import { decodeBridgeMessage } from '../model/decode-wire.ts';
import { bridgeGroup, haproxyId } from '../model/names.ts';
import type { BridgeMessage } from '../model/wire.ts';
import { Failure, messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import { now } from './clock.ts';
import { configWriter } from './config-writer.ts';
import { serveControl } from './control.ts';
import { execute, executorsOf } from './executors.ts';
import { rotationLoop } from './loop.ts';
import { observe, type Observer } from './observer.ts';
import { statusReader } from './status-reader.ts';
import { outdatedBy, readFileAtStart, type Structure } from './structure.ts';
import { viewOf } from './view.ts';

const leaveMs = 3000;

export interface BridgeOptions {
  readonly node: string;
  readonly structure: Structure;
  readonly config: string;
  readonly haproxySocket: string;
  readonly bridgeSocket: string;
  readonly haproxyTimeoutMs: number;
  readonly observeMs: number;
  readonly policy: RotationPolicy;
  readonly readStatus: () => Promise<ClusterStatus>;
  readonly log: Log;
}

export interface Bridge {
  /** Another structure, already checked: the file follows at once, HAProxy when it is restarted. */
  use(structure: Structure): void;
  /** Leaves the group and ends; HAProxy and its file stay as they are. */
  stop(): Promise<void>;
}

/** @throws Failure 'conflict' (another bridge runs here), 'permission' */
export async function startBridge(options: BridgeOptions): Promise<Bridge> {
  const { node, config, log } = options;
  let { structure } = options;
  const atStart = await readFileAtStart(config, structure.render);
  let changedAt = atStart.differs ? now() : undefined;
  let up = false;
  let saidOutdated: string | undefined;

  const runtime = runtimeAt(options.haproxySocket, options.haproxyTimeoutMs);
  const post = (event: RotationEvent): void => loop.post(event);
  const writer = configWriter(config, structure.render, (excluded, error) =>
    post({ type: 'written', at: now(), excluded, error }),
  );
  const reader = statusReader(
    options.readStatus,
    (begun, status) => post({ type: 'snapshot', at: now(), begun, status }),
    log,
  );
  const executors = executorsOf({ node, runtime, writer, send, askCluster: () => reader.ask(), post, log });
  const loop = rotationLoop(options.policy, (action) => execute(executors, action));

  let observer: Observer | undefined;

  const control = await serveControl(options.bridgeSocket, { prepare, state });
  post({ type: 'described', at: now(), places: structure.places });
  post({ type: 'adopted', at: now(), file: atStart.rotation });
  observer = observe({
    runtime,
    socket: options.haproxySocket,
    intervalMs: options.observeMs,
    isFileRight: () => writer.isRight(),
    post(event) {
      post(event);
      noteOutdated();
    },
    log,
  });
  void observer.look();

  const group = connectGroup<BridgeMessage>({ group: bridgeGroup, decode: decodeBridgeMessage, log });
  group.on('up', () => {
    up = true;
    log.info('group-joined', { group: bridgeGroup });
  });
  group.on('down', (reason) => {
    up = false;
    log.warn('corosync-away', { why: reason.message });
    post({ type: 'ring-lost', at: now() });
  });
  group.on('ring', ({ nodeids }) => {
    log.info('ring', { nodeids });
    post({ type: 'ring', at: now(), members: nodeids });
  });
  group.on('membership', () => {
    send({ v: 1, type: 'bridge', node }).catch((error: unknown) =>
      log.warn('not-announced', { why: messageOf(error) }),
    );
  });
  group.on('message', (message) => hear(message));

  function send(message: BridgeMessage): Promise<void> {
    return group.send(message);
  }

  function hear(message: BridgeMessage): void {
    const at = now();
    if (message.type === 'alert') post({ type: 'alert', at, alert: message.alert });
    else if (message.type === 'exclude' || message.type === 'readmit') {
      const { id, backend, server, until } = message;
      log.info('asked', { id, [message.type]: `${backend}/${server}`, until });
      post({ type: 'request', at, id, out: message.type === 'exclude', backend, server, until });
    }
  }

  async function prepare(): Promise<string> {
    await reader.readNow();
    if (loop.state.written === undefined) {
      throw new Failure('pacemaker', 'the cluster has not said yet which servers are in rotation', { retryable: true });
    }
    await writer.idle();
    if (!(await writer.isRight())) {
      writer.write(loop.state.written);
      await writer.idle();
    }
    if (!(await writer.isRight())) throw new Failure('haproxy', `${config} cannot be written`, { retryable: true });
    return config;
  }

  const outdated = (): string | undefined => outdatedBy(observer?.last, structure.places, changedAt);

  function noteOutdated(): void {
    const why = outdated();
    if (why !== undefined && why !== saidOutdated) {
      const resource = haproxyId(structure.vnf.name, structure.vnf.loadBalancer?.name ?? 'lb');
      log.warn('haproxy-outdated', { why, cure: `crm_resource --restart --resource ${resource} --node ${node}` });
    }
    saidOutdated = why;
  }

  async function state(): Promise<unknown> {
    const stats = await runtime.stats().catch(() => undefined);
    return viewOf({
      node,
      vnf: structure.vnf.name,
      config,
      corosync: up,
      state: loop.state,
      stats,
      outdated: outdated(),
    });
  }

  return {
    use(next) {
      structure = next;
      changedAt = now();
      writer.use(next.render);
      post({ type: 'described', at: now(), places: next.places });
      void observer?.look();
    },
    async stop() {
      loop.stop();
      reader.stop();
      observer?.stop();
      // A frozen corosync takes the leaving late: it is not waited for.
      await Promise.all([Promise.race([group.close(), sleep(leaveMs)]), control.close(), writer.idle()]);
    },
  };
}
