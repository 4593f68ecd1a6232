/** When a lab's cluster is ready, by the cluster's own word. */
import { parseStatus } from '../pacemaker/status.ts';
import type { ClusterStatus } from '../model/cluster.ts';
import type { ExecResult } from './enter.ts';

/** Runs a program on a host. */
type Exec = (where: string, argv: readonly string[]) => Promise<ExecResult>;

/** The cluster's status as that node has it, or undefined while it has none. */
export async function statusFrom(exec: Exec, node: string): Promise<ClusterStatus | undefined> {
  try {
    const { code, stdout } = await exec(node, ['crm_mon', '--output-as=xml', '-1']);
    return code === 0 ? await parseStatus(stdout) : undefined;
  } catch {
    return undefined; // the node, or its Pacemaker, is off
  }
}

/** What keeps the cluster of exactly these nodes from being ready; undefined: it is. */
export function whyNotReady(status: ClusterStatus | undefined, wanted: readonly string[]): string | undefined {
  if (status === undefined) return 'Pacemaker does not answer';
  // a guest, which has no number of Corosync's, comes up when the cluster has been ready for a while
  const members = status.nodes.filter(({ id }) => id > 0);
  const up = members.filter((node) => node.online && !node.pending && !node.unclean).map((node) => node.name);
  const missing = wanted.filter((node) => !up.includes(node));
  if (missing.length > 0) return `not online: ${missing.join(', ')}`;
  const unexpected = up.filter((node) => !wanted.includes(node));
  if (unexpected.length > 0) return `still online: ${unexpected.join(', ')}`;
  if (!status.quorate) return 'no quorum';
  return status.dc === undefined ? 'no DC' : undefined;
}
