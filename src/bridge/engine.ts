/**
 * All of a bridge but the group: the loop, with the hands and eyes that it has on this node.
 */
import type { RotationEvent, RotationPlace, RotationPolicy, RotationState } from '../decide/rotation-types.ts';
import { initialRotation, step } from '../decide/rotation.ts';
import { reloadHaproxy } from '../haproxy/master.ts';
import { runtimeAt } from '../haproxy/runtime.ts';
import type { ServerStat } from '../haproxy/replies.ts';
import type { ClusterStatus } from '../model/cluster.ts';
import { haproxyId, isManaged } from '../model/names.ts';
import type { BridgeMessage } from '../model/wire.ts';
import { statusReader } from '../pacemaker/status-reader.ts';
import { now } from '../process/clock.ts';
import { Failure, messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import { gather } from '../process/gather.ts';
import { type Loop, perform, startLoop } from '../process/loop.ts';
import { configWriter } from './config-writer.ts';
import { executorsOf } from './executors.ts';
import { observe } from './observer.ts';
import { outdatedBy, readFileAtStart, type Structure } from './structure.ts';

export interface EngineOptions {
  readonly node: string;
  readonly structure: Structure;
  readonly config: string;
  readonly haproxySocket: string;
  /** Where HAProxy's master is told to reload. */
  readonly haproxyMaster: string;
  /** Bound on one question to HAProxy. */
  readonly haproxyTimeoutMs: number;
  /** Between two comparisons of HAProxy and its file with what should be; the second while nothing changes. */
  readonly observeMs: number;
  readonly observeQuietMs: number;
  readonly policy: RotationPolicy;
  readonly readStatus: () => Promise<ClusterStatus>;
  readonly send: (message: BridgeMessage) => Promise<void>;
  /** HAProxy has taken a change, `done` (ms since the epoch), so long after its evidence. */
  readonly changed?: (place: RotationPlace, out: boolean, done: number, seconds: number) => void;
  /** The servers, or the cluster's word, may be others now. */
  readonly moved?: () => void;
  readonly log: Log;
}

export interface Engine {
  readonly structure: Structure;
  readonly state: RotationState;
  /** What crm_mon said last, with or without quorum; undefined: it gave no answer. */
  readonly cluster: { readonly begun: number; readonly status: ClusterStatus } | undefined;
  /** Why HAProxy has to be restarted to take up the structure. */
  readonly outdated: string | undefined;
  /** Heard with whatever else comes in this turn of the event loop. */
  post(event: RotationEvent): void;
  /** Another structure, already checked: the file follows at once, HAProxy when it is restarted. */
  use(structure: Structure): void;
  /** Writes the file by a fresh word of the cluster, and returns its path. @throws Failure when nothing is known yet */
  prepare(): Promise<string>;
  /** HAProxy's own view. @throws as Door.ask */
  stats(): Promise<ServerStat[]>;
  /** As HAProxy writes them for itself. @throws as Runtime.states */
  states(backend: string): Promise<string>;
  stop(): Promise<void>;
}

/** A reload reads and checks the file, and starts a worker: with thousands of servers, too. */
const reloadMs = 10_000;

export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { node, config, haproxySocket, log } = options;
  let { structure } = options;
  const atStart = await readFileAtStart(config, structure.render);
  let stalePid: number | undefined;
  let saidOutdated: string | undefined;
  let cluster: Engine['cluster'];

  const runtime = runtimeAt(haproxySocket, options.haproxyTimeoutMs);
  const events = gather<RotationEvent>((together) => loop.post(together));
  const post = (event: RotationEvent): void => events.add(event);
  const writer = configWriter(config, structure.render, (excluded, error) =>
    post({ type: 'written', at: now(), excluded, error }),
  );
  const reader = statusReader({
    read: options.readStatus,
    heard(begun, status) {
      cluster = status && { begun, status };
      if (status !== undefined) post({ type: 'snapshot', at: now(), begun, status });
    },
    everyMs: () => Infinity, // the decision asks
    retryMs: 1000,
    log,
  });
  const askCluster = (): void => reader.ask();
  const executors = executorsOf({
    ...{ node, runtime, writer, send: options.send, askCluster, post, log },
    changed: ({ key, out }, done, seconds) => {
      const place = loop.state.servers.get(key)?.place;
      if (place) options.changed?.(place, out, done, seconds);
    },
  });
  const loop: Loop<RotationState, readonly RotationEvent[]> = startLoop({
    initial: initialRotation,
    step(state, together: readonly RotationEvent[]) {
      const next = step(state, together, options.policy);
      if (next.state.servers !== state.servers || next.state.snapshot !== state.snapshot) options.moved?.();
      return next;
    },
    tick: (at): RotationEvent[] => [{ type: 'tick', at }],
    perform: (action) => perform(executors, action),
  });
  post({ type: 'described', at: now(), places: structure.places });
  post({ type: 'adopted', at: now(), file: atStart.rotation });

  const observer = observe({
    runtime,
    socket: haproxySocket,
    intervalMs: options.observeMs,
    quietIntervalMs: options.observeQuietMs,
    isFileRight: () => writer.isRight(),
    isOurs: (backend) => !isManaged(structure.vnf, backend),
    post(event) {
      post(event);
      noteOutdated();
    },
    log,
  });
  void observer.look().then(() => {
    if (!atStart.differs) return;
    stalePid = observer.last?.pid;
    noteOutdated();
  });

  const outdated = (): string | undefined => outdatedBy(observer.last, structure.places, stalePid);

  function noteOutdated(): void {
    const why = outdated();
    if (why !== undefined && why !== saidOutdated) void reload(why);
    saidOutdated = why;
  }

  /** HAProxy takes up the file, without a request lost. Where it can't be told to, a restart is due, and that is Pacemaker's. */
  async function reload(why: string): Promise<void> {
    const stale = observer.last?.pid;
    try {
      await writer.idle();
      if (!(await writer.isRight())) throw new Failure('haproxy', `${config} cannot be written`);
      await reloadHaproxy(options.haproxyMaster, reloadMs);
      log.info('haproxy-reloaded', { why });
      if (stalePid === stale) stalePid = undefined;
      await observer.look();
    } catch (error) {
      const resource = haproxyId(structure.vnf.name, structure.vnf.loadBalancer?.name ?? 'lb');
      const cure = `crm_resource --restart --resource ${resource} --node ${node}`;
      log.warn('haproxy-outdated', { why, notReloaded: messageOf(error), cure });
    }
  }

  return {
    get structure() {
      return structure;
    },
    get state() {
      return loop.state;
    },
    get cluster() {
      return cluster;
    },
    get outdated() {
      return outdated();
    },
    post,
    use(next) {
      structure = next;
      stalePid = observer.last?.pid;
      writer.use(next.render);
      post({ type: 'described', at: now(), places: next.places });
      void observer.look();
    },
    async prepare() {
      await reader.readNow();
      events.flush();
      const { written: excluded, snapshot, servers } = loop.state;
      const known = snapshot !== undefined || [...servers.values()].every(({ decided }) => decided);
      if (excluded === undefined || !known) {
        throw new Failure('pacemaker', 'the cluster has not said yet which servers are in rotation', {
          retryable: true,
        });
      }
      await writer.idle();
      if (!(await writer.isRight())) writer.write(excluded);
      await writer.idle();
      if (!(await writer.isRight())) throw new Failure('haproxy', `${config} cannot be written`, { retryable: true });
      return config;
    },
    stats: () => runtime.stats(),
    states: (backend) => runtime.states(backend),
    async stop() {
      loop.stop();
      reader.stop();
      observer.stop();
      await writer.idle();
    },
  };
}
