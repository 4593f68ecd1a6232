import type { ClusterStatus } from '../model/cluster.ts';
import { parseStatus } from './status.ts';
import { runTool } from './tool.ts';

/**
 * The cluster's status as this node sees it now.
 * @throws Failure 'pacemaker' when the cluster isn't running here, 'permission', 'missing', 'timeout', 'input'.
 */
export async function readStatus(): Promise<ClusterStatus> {
  const { stdout } = await runTool('crm_mon', ['--output-as=xml'], { timeout: 10_000 });
  return parseStatus(stdout);
}
