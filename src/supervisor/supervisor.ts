/**
 * One node's supervisor at work. It holds no truth: what runs here the agents have noted, and after a kill -9 the next one reads it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CpgMember } from '../corosync/cpg.ts';
import { connectGroup } from '../corosync/group.ts';
import type { InstancePolicy, Said } from '../decide/instance-types.ts';
import { decodeBridgeMessage } from '../model/decode-wire.ts';
import { bridgeGroup } from '../model/names.ts';
import type { BridgeMessage } from '../model/wire.ts';
import { nudgeController } from '../pacemaker/nudge.ts';
import { messageOf } from '../process/failure.ts';
import { takeLock } from '../process/lock.ts';
import type { Log } from '../process/log.ts';
import { type Meters, noMetrics } from '../process/metrics.ts';
import { loadPidfds } from '../process/pidfd.ts';
import { loadSockets } from '../process/sockets.ts';
import { takeAlerts } from './alerts.ts';
import { type Instance, superviseInstance } from './instance.ts';
import { goneIn } from './gone.ts';
import { endGuestConnection, remoteIn } from './guest-connection.ts';
import { createMetronome } from '../process/metronome.ts';
import { supervisorMeters } from './meters.ts';
import { startNodeHeartbeats } from './node-heartbeats.ts';
import { createQueue } from './queue.ts';
import { type Record, watchRecords } from './records.ts';
import { sightsIn } from './sights.ts';

/** A frozen corosync takes a member's leaving late; it is not waited for longer than this. */
const leaveMs = 3000;
/** So many are told to Pacemaker at the same time. */
const tellersAtOnce = 4;

export interface SupervisorOptions {
  readonly node: string;
  readonly description: string;
  /** Where the descriptions of VNFs beside the node's are. */
  readonly besideDirectory: string;
  readonly agentState: string;
  readonly sights: string;
  readonly gone: string;
  readonly lock: string;
  /** Where the alert agent leaves its alerts, and the file that tells it that they are taken. */
  readonly alerts: string;
  readonly pidFile: string;
  /** Between two comparisons with what the agents noted. */
  readonly compareMs: number;
  readonly policy: InstancePolicy;
  readonly failResource: (resource: string, node: string) => Promise<void>;
  /** Puts the failure count right, after `failResource`, of what ran since `since` (ms since the epoch): a second later, or soon. */
  readonly countFailure: (resource: string, node: string, since: number, soon: boolean) => Promise<void>;
  /** Takes the promotion score of `resource` on this node away. */
  readonly takeScore: (resource: string) => Promise<void>;
  readonly meters?: Meters;
  readonly log: Log;
}

/** @throws Failure 'conflict' (another one runs here), 'permission', 'missing' (koffi) */
export async function startSupervisor(options: SupervisorOptions): Promise<{ stop(): Promise<void> }> {
  const { node, policy, failResource, log } = options;
  const lock = await takeLock(options.lock, 'supervisor', 'vnfha-supervisor');
  const pidfds = await loadPidfds();
  const sockets = await loadSockets();
  const sights = sightsIn(options.sights);
  sights.hideAll();
  const gone = goneIn(options.gone);
  const metronome = createMetronome();
  const { description, besideDirectory } = options;
  const stopHeartbeats = startNodeHeartbeats({ node, description, besideDirectory, metronome, sockets, log });
  const queue = createQueue(tellersAtOnce);
  const instances = new Map<string, Instance>();
  const meters = supervisorMeters(options.meters ?? noMetrics.meters, () =>
    [...instances].map(([resource, { word }]) => [resource, word?.word] as const),
  );
  /** Failures that Pacemaker was told, until it has dealt with them, by resource; and since when that had run. */
  const told = new Map<string, { readonly since: number; readonly isGuest: boolean }>();
  const count = (resource: string, since: number, soon: boolean): void => {
    options.countFailure(resource, node, since, soon).catch((error: unknown) => {
      log.warn('not-counted', { resource, why: messageOf(error) });
    });
  };

  const dealtWith = (resource: string): void => {
    const failure = told.get(resource);
    if (failure === undefined) return;
    told.delete(resource);
    // on a loaded node a stop comes late, and a monitor may have counted until then. Of a guest soon, before its VM is started: a change of an
    // attribute has Pacemaker plan anew, and while one boots a plan waits for that
    count(resource, failure.since, failure.isGuest);
  };

  const alerts = await takeAlerts({
    directory: options.alerts,
    pidFile: options.pidFile,
    pass: (alert) => group.send({ v: 1, type: 'alert', alert }),
    log,
  });
  const group = connectGroup<BridgeMessage>({ group: bridgeGroup, decode: decodeBridgeMessage, log });
  const send = (message: BridgeMessage): void => {
    group.send(message).catch((error: unknown) => log.warn('not-said', { why: messageOf(error) }));
  };
  const say = (resource: string, said: Said): void => send({ v: 1, type: 'instance', node, resource, ...said });
  const repeat = (which: (said: Said) => boolean): void => {
    for (const [resource, { word }] of instances) if (word !== undefined && which(word)) say(resource, word);
  };
  group.on('up', () => {
    log.info('group-joined', { group: bridgeGroup });
    alerts.deliver(); // what was left while nobody could say it
  });
  group.on('down', (reason) => log.warn('corosync-away', { why: reason.message }));
  let ring: readonly number[] = [];
  group.on('ring', ({ nodeids }) => {
    if (ring.some((id) => !nodeids.includes(id))) nudgeController();
    ring = nodeids;
  });
  const bridges = new Set<string>();
  group.on('membership', ({ joined, left }) => {
    send({ v: 1, type: 'supervisor', node });
    for (const member of left) bridges.delete(nameOf(member));
    if (joined.some((member) => group.isSelf(member))) repeat(() => true); // what was said before nobody heard
  });
  group.on('message', ({ type }, from) => {
    if (type !== 'bridge' || bridges.has(nameOf(from))) return;
    bridges.add(nameOf(from));
    repeat(({ word }) => word !== 'well'); // it has to hear what is wrong
  });

  const create = (resource: string): Instance =>
    superviseInstance({
      resource,
      policy,
      pidfds,
      metronome,
      sockets,
      sights,
      gone,
      read: () => records.read(resource),
      say(said) {
        say(resource, said);
        meters.said({ resource, word: said.word });
        log.info('said', { resource, word: said.word, what: said.what });
      },
      tellPacemaker: async (since) => {
        const begun = performance.now();
        const record = records.read(resource);
        const isGuest = remoteIn(record) !== undefined;
        await queue.run(() => failResource(resource, node));
        meters.told({ resource }, (performance.now() - begun) / 1000);
        told.set(resource, { since, isGuest });
        if (!isGuest) count(resource, since, false);
        else if (!isRunning(records.read(resource)))
          dealtWith(resource); // Pacemaker had begun before it was told
        else endGuestConnection({ record, waits: () => told.has(resource), log });
      },
      takeScore: () => options.takeScore(resource), // nobody is before an active instance
      log,
    });
  const records = watchRecords({
    directory: options.agentState,
    compareMs: options.compareMs,
    changed(resource, record) {
      const instance = instances.get(resource) ?? create(resource);
      instances.set(resource, instance);
      instance.noted(record);
      if (!isRunning(record)) dealtWith(resource);
    },
    log,
  });
  records.compare();

  return {
    async stop() {
      stopHeartbeats();
      alerts.stop();
      records.stop();
      for (const instance of instances.values()) instance.stop();
      sights.hideAll();
      await Promise.all([Promise.race([group.close(), sleep(leaveMs)]), lock.release()]);
    },
  };
}

const isRunning = (record: Record | undefined): boolean =>
  record !== undefined && (record.state.phase ?? 'running') === 'running';

const nameOf = ({ nodeid, pid }: CpgMember): string => `${nodeid}:${pid}`;
