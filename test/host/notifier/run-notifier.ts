/**
 * A notifier in a process of its own, as the daemon runs it, but quicker to lose patience.
 *   tsx run-notifier.ts DESCRIPTION JOURNAL
 */
import { incidentTiming } from '../../../src/decide/incident-policy.ts';
import { loadVnf } from '../../../src/model/load.ts';
import { startNotifier } from '../../../src/notifier/notifier.ts';
import { cleanup } from '../../../src/pacemaker/cleanup.ts';
import { restartNode } from '../../../src/pacemaker/restart-node.ts';
import { readStatus } from '../../../src/pacemaker/crm-mon.ts';
import { createLog } from '../../../src/process/log.ts';
import { createSolAdapter } from '../../../src/vnfm/sol-adapter.ts';
import { createWebhookAdapter } from '../../../src/vnfm/webhook-adapter.ts';

const [, , description, journal] = process.argv as [string, string, string, string];
const log = createLog('notifier');
log.info('running', { pid: process.pid });
const vnf = await loadVnf(description);
const timing = {
  ...incidentTiming,
  settle: 300,
  confirm: 300,
  poll: 100,
  backoff: 100,
  backoffCap: 1000,
  betweenHeals: 200,
  resolve: 200,
  recover: 1000,
};
const notifier = await startNotifier({
  node: 'lonely',
  journal,
  policy: { vnf, timing },
  adapter: await (vnf.vnfm!.type === 'webhook' ? createWebhookAdapter : createSolAdapter)(vnf, vnf.vnfm!),
  readStatus,
  cleanup,
  restartNode,
  statusEveryMs: { lively: 300, quiet: 300 },
  onBroken: (error) => {
    throw error;
  },
  log,
});
process.once('SIGTERM', () => void notifier.stop());
