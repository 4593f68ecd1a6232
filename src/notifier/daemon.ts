/**
 * `vnfha notifier` from its start to SIGTERM: with a vnfm in the description a notifier, without one nothing, and the description anew
 * at SIGHUP.
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
  readonly log: Log;
}

/** ms between two looks at Pacemaker: while something is going on, and when nothing is. */
const statusEveryMs = { lively: 3000, quiet: 60_000 };

/**
 * Runs until SIGTERM or SIGINT.
 * @throws Failure for what waiting would not cure: 'permission', 'input' (the description, or this node is not in it),
 *   'missing' (the description, or a file that it names),
 *   'conflict' (another notifier is running); 'unexpected' when the journal can't be written any more
 */
export async function runNotifier(options: NotifierDaemonOptions): Promise<void> {
  const { log } = options;
  if (process.geteuid?.() !== 0) {
    throw new Failure('permission', 'the notifier needs corosync, crm_mon and its journal: only root may run it', {
      cure: 'Run as root.',
    });
  }
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
  let busy = Promise.resolve();
  const reload = async (): Promise<void> => {
    try {
      await loadVnfOn(options.node, options.description);
      await notifier?.stop();
      notifier = await start(options, metrics.meters, onBroken);
    } catch (error) {
      log.error('description-refused', { why: messageOf(error) });
      if (notifier?.stopped) onBroken(error);
    }
  };
  const onHangup = (): void => {
    busy = busy.then(reload);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGHUP', onHangup);
  try {
    notifier = await start(options, metrics.meters, onBroken);
    const ending = await reportReady(log);
    await ended;
    ending();
    await busy;
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
  meters: Meters,
  onBroken: (error: unknown) => void,
): Promise<Notifier | undefined> {
  const { log, node } = options;
  const vnf = await loadVnfOn(options.node, options.description);
  if (vnf.vnfm === undefined) {
    log.info('idle', { why: 'the description has no vnfm', description: options.description });
    return undefined;
  }
  const notifier = await startNotifier({
    node,
    journal: options.journal ?? vnfPaths(vnf).incidentJournal,
    log,
    meters,
    policy: { vnf, timing: incidentTiming },
    adapter: await (vnf.vnfm.type === 'webhook' ? createWebhookAdapter : createSolAdapter)(vnf, vnf.vnfm),
    readStatus,
    cleanup,
    restartNode,
    statusEveryMs,
    onBroken,
  });
  log.info('started', { node, vnfm: vnf.vnfm.url, description: options.description });
  return notifier;
}
