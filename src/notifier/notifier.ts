/**
 * One node's notifier at work: it hears the group and Pacemaker, keeps the journal, and does what the decisions say. It holds no truth:
 * what it needs after a kill -9 is in the journal, with its peers, in crm_mon and at the VNFM.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connectGroup } from '../corosync/group.ts';
import { hasOpenIncident } from '../decide/incident-journal.ts';
import type { IncidentPolicy } from '../decide/incident-policy.ts';
import type { ClusterStatus } from '../model/cluster.ts';
import { notifierGroup } from '../model/names.ts';
import type { BridgeMessage } from '../model/wire.ts';
import { statusReader } from '../pacemaker/status-reader.ts';
import { now } from '../process/clock.ts';
import type { Log } from '../process/log.ts';
import { perform } from '../process/loop.ts';
import { type Meters, noMetrics } from '../process/metrics.ts';
import type { HealAdapter } from '../vnfm/adapter.ts';
import { incidentExecutors } from './executors.ts';
import { openJournal } from './journal-file.ts';
import { lockJournal } from './lock.ts';
import { incidentLoop } from './loop.ts';
import { notifierMeters } from './meters.ts';
import { decodeNotifierMessage, type NotifierMessage } from './message.ts';
import { listenForNews } from './news.ts';
import { replicate } from './replica.ts';

export interface NotifierOptions {
  readonly node: string;
  /** The journal's file. */
  readonly journal: string;
  readonly policy: IncidentPolicy;
  readonly adapter: HealAdapter;
  readonly readStatus: () => Promise<ClusterStatus>;
  readonly cleanup: (resource: string, node: string | undefined) => Promise<void>;
  /** Empties a node and has it fenced, unless it was after `since`. */
  readonly restartNode: (node: string, since: number) => Promise<void>;
  /** Between two looks at Pacemaker: while an incident is open or one may come of what was heard lately, and else. */
  readonly statusEveryMs: { readonly lively: number; readonly quiet: number };
  /** The journal can't be written: nothing more can be done here, and another member shall speak. */
  readonly onBroken: (error: unknown) => void;
  readonly meters?: Meters;
  readonly log: Log;
}

export interface Notifier {
  readonly stopped: boolean;
  stop(): Promise<void>;
}

/** A frozen corosync takes a member's leaving late; it is not waited for longer than this. */
const leaveMs = 3000;

/** How long what was heard may still lead to an incident: a failed restart, a stop, an exclusion. */
const livelyMs = 30_000;

/** News are mostly the beginning of a recovery, which needs the processor itself. A heal takes minutes, and nothing of it is urgent. */
const newsMs = 1000;

/** @throws Failure 'conflict' (another notifier uses the journal), 'permission' (the journal can't be opened) */
export async function startNotifier(options: NotifierOptions): Promise<Notifier> {
  const { adapter, journal: path, log, node, policy } = options;
  const lock = await lockJournal(path);
  const file = openJournal(path, policy.vnf.name, log);
  const loop = incidentLoop(policy, (action) => perform(executors, action));
  for (const entry of file.entries) loop.post({ type: 'entry', at: Math.min(entry.at, now()), entry });

  const { lively, quiet } = options.statusEveryMs;
  let livelyUntil = 0;
  const status = statusReader({
    read: options.readStatus,
    heard: (startedAt, value) => loop.post({ type: 'status', at: now(), startedAt, status: value }),
    everyMs: () =>
      now() < livelyUntil || loop.state.broken.size > 0 || hasOpenIncident(loop.state.journal) ? lively : quiet,
    retryMs: lively,
    log,
  });
  status.ask();
  const word = (message: BridgeMessage, nodeId: number): void => {
    // a supervisor speaks for its own node
    const foreign = message.type === 'instance' && policy.vnf.nodes.find(({ name }) => name === message.node)?.id !== nodeId; // prettier-ignore
    if (!foreign) loop.post({ type: 'heard', at: now(), message });
  };
  const news = listenForNews(log, word, () => {
    livelyUntil = now() + livelyMs;
    status.ask(newsMs);
  });
  const group = connectGroup<NotifierMessage>({ group: notifierGroup(policy.vnf), decode: decodeNotifierMessage, log });
  const executors = incidentExecutors({
    adapter,
    log,
    cleanup: options.cleanup,
    restartNode: options.restartNode,
    looked: () => status.ask(),
    send: (entry) => group.send({ v: 1, type: 'entry', entry }),
    post: (event) => loop.post({ at: now(), ...event }),
  });
  let ending: Promise<void> | undefined;
  const stop = (): Promise<void> => (ending ??= end());
  const end = async (): Promise<void> => {
    loop.stop();
    status.stop();
    stopAsking();
    await Promise.all([Promise.race([group.close(), sleep(leaveMs)]), news.close(), adapter.close()]);
    file.close();
    await lock.release();
  };
  const { heard } = notifierMeters(options.meters ?? noMetrics.meters, {
    journal: () => loop.state.journal,
    member: () => group.localNodeId !== undefined,
  });
  const stopAsking = replicate({
    group,
    node,
    vnf: policy.vnf.name,
    file,
    journal: () => loop.state.journal,
    post: (event) => loop.post({ at: now(), ...event }),
    changed: () => status.ask(),
    added: (entry) => heard(entry, loop.state.journal),
    onBroken: (error) => void stop().finally(() => options.onBroken(error)),
    log,
  });
  return {
    get stopped() {
      return ending !== undefined;
    },
    stop,
  };
}
