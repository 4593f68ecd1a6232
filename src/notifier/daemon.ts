/**
 * `vnfha notifier` from its start to SIGTERM: with a vnfm in the description a notifier, without one nothing. It reads what only root may
 * read, and goes on as another user; so SIGHUP ends it, for its service manager to start it anew with the new description.
 */
import { incidentTiming } from '../decide/incident-policy.ts';
import { loadVnfOn } from '../model/load.ts';
import { vnfPaths } from '../model/names.ts';
import { cleanup } from '../pacemaker/cleanup.ts';
import { restartNode } from '../pacemaker/restart-node.ts';
import { readStatus } from '../pacemaker/crm-mon.ts';
import { Failure, messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import { type Meters, serveMetrics } from '../process/metrics.ts';
import { reportReady } from '../process/service-manager.ts';
import { become, giveTo, type User, userNamed } from '../process/user.ts';
import { createSolAdapter } from '../vnfm/sol-adapter.ts';
import { createWebhookAdapter } from '../vnfm/webhook-adapter.ts';
import { type Notifier, startNotifier } from './notifier.ts';

export interface NotifierDaemonOptions {
  readonly description: string;
  /** Default: the VNF's own (vnfPaths). */
  readonly journal?: string | undefined;
  /** This node, as the description and the journal call it. */
  readonly node: string;
  /** Where Prometheus is served: [ADDRESS:]PORT. */
  readonly metrics?: string | undefined;
  /** Who it is from then on when it has read the secrets; the journal's directory becomes that user's. Default: who it is. */
  readonly user?: string | undefined;
  readonly log: Log;
}

/** ms between two looks at Pacemaker: while something is going on, and when nothing is. */
const statusEveryMs = { lively: 3000, quiet: 60_000 };

/**
 * Runs until SIGTERM or SIGINT, or SIGHUP when the description is well.
 * @throws Failure for what waiting would not cure: 'permission', 'input' (the description, this node is not in it, or no such user),
 *   'missing' (the description, or a file that it names),
 *   'conflict' (another notifier is running); 'unexpected' when the journal can't be written any more
 */
export async function runNotifier(options: NotifierDaemonOptions): Promise<void> {
  const { log } = options;
  if (process.geteuid?.() !== 0) {
    throw new Failure('permission', 'the notifier reads secrets and needs Corosync and Pacemaker: root starts it', {
      cure: 'Run as root; `--user hacluster` lets it be root no longer than it must.',
    });
  }
  const user = options.user === undefined ? undefined : await userNamed(options.user);
  const metrics = await serveMetrics(options.metrics, log);
  let stop = (): void => undefined;
  let broken: Error | undefined;
  const ended = new Promise<void>((resolve) => (stop = resolve));
  const onBroken = (error: unknown): void => {
    broken = error instanceof Error ? error : new Error(messageOf(error));
    stop();
  };
  // An idle notifier has nothing else that keeps the process alive.
  const alive = setInterval(() => undefined, 2 ** 30);
  let notifier: Notifier | undefined;
  const onHangup = (): void => {
    loadVnfOn(options.node, options.description).then(stop, (error: unknown) =>
      log.error('description-refused', { why: messageOf(error) }),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGHUP', onHangup);
  try {
    notifier = await start(options, user, metrics.meters, onBroken);
    const ending = await reportReady(log);
    await ended;
    ending();
    await notifier?.stop();
  } finally {
    clearInterval(alive);
    await metrics.close();
    process.off('SIGTERM', stop);
    process.off('SIGINT', stop);
    process.off('SIGHUP', onHangup);
  }
  if (broken !== undefined) throw broken;
  log.info('stopped');
}

async function start(
  options: NotifierDaemonOptions,
  user: User | undefined,
  meters: Meters,
  onBroken: (error: unknown) => void,
): Promise<Notifier | undefined> {
  const { log, node } = options;
  const vnf = await loadVnfOn(options.node, options.description);
  const journal = options.journal ?? vnfPaths(vnf).incidentJournal;
  const createAdapter = vnf.vnfm?.type === 'webhook' ? createWebhookAdapter : createSolAdapter;
  const adapter = vnf.vnfm && (await createAdapter(vnf, vnf.vnfm));
  if (user !== undefined) {
    await giveTo(user, journal);
    become(user);
  }
  if (vnf.vnfm === undefined || adapter === undefined) {
    log.info('idle', { why: 'the description has no vnfm', description: options.description });
    return undefined;
  }
  const notifier = await startNotifier({
    ...{ node, journal, log, meters, adapter, readStatus, cleanup, restartNode, statusEveryMs, onBroken },
    policy: { vnf, timing: incidentTiming },
  });
  log.info('started', { node, vnfm: vnf.vnfm.url, description: options.description, user: user?.name ?? 'root' });
  return notifier;
}
