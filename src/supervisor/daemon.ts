/** `vnfha supervisor` from its start to SIGTERM. */
import { defaultInstancePolicy } from '../decide/instance.ts';
import { besideDirectory, paths } from '../model/names.ts';
import { countTwo, failResource } from '../pacemaker/fail.ts';
import { removePromotionScore } from '../pacemaker/promotion-score.ts';
import { Failure } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import { serveMetrics } from '../process/metrics.ts';
import { endPasses, watchAttributeManager } from './attribute-manager.ts';
import { startSupervisor } from './supervisor.ts';

export interface SupervisorDaemonOptions {
  readonly description: string;
  readonly agentState: string;
  readonly sights: string;
  readonly lock: string;
  /** This node, as the cluster calls it. */
  readonly node: string;
  /** Where Prometheus is served: [ADDRESS:]PORT. */
  readonly metrics?: string | undefined;
  readonly log: Log;
}

export const supervisorDefaults = {
  description: paths.description,
  agentState: paths.agentState,
  sights: paths.sights,
  lock: paths.supervisorLock,
} as const;

/**
 * Runs until SIGTERM or SIGINT.
 * @throws Failure for what waiting would not cure: 'permission', 'conflict' (another supervisor is running), 'missing' (koffi)
 */
export async function runSupervisor(options: SupervisorDaemonOptions): Promise<void> {
  const { log, node } = options;
  if (process.geteuid?.() !== 0) {
    throw new Failure(
      'permission',
      'the supervisor needs corosync, Pacemaker and the agents’ notes: only root may run it',
      {
        cure: 'Run as root.',
      },
    );
  }
  const ended = toldToEnd();
  const metrics = await serveMetrics(options.metrics, log);
  const supervisor = await startSupervisor({
    ...options,
    meters: metrics.meters,
    besideDirectory,
    gone: paths.gone,
    alerts: paths.alerts,
    pidFile: paths.supervisorPid,
    policy: defaultInstancePolicy,
    compareMs: 5000,
    failResource,
    countFailure: countTwo,
    takeScore: removePromotionScore,
  });
  const stopWatching = watchAttributeManager(() => {
    log.warn('attributes-lost', { why: 'Pacemaker’s attribute manager was started anew', cure: 'they are told again' });
    void endPasses(paths.passes);
  });
  log.info('started', { node });
  await ended;
  stopWatching();
  await supervisor.stop();
  await metrics.close();
  log.info('stopped');
}

const toldToEnd = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
