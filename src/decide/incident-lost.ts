/**
 * A node that was lost, fenced, and doesn't come back: nobody in the cluster can make its VM anew, the VNFM can. Asked for by
 * vnfm.heals.lostNodes, as the cluster can't tell such a node from one that somebody shut down.
 */
import type { ClusterStatus } from '../model/cluster.ts';
import type { Vnf } from '../model/vnf.ts';

/** Since when, by the status that showed it first, the nodes have been away that nothing is left to be done about here; `before`: the same of the status before. */
export function lostSince(
  before: ReadonlyMap<string, number>,
  status: ClusterStatus | undefined,
  askedAt: number,
): ReadonlyMap<string, number> {
  // while the cluster is in maintenance an operator is at work
  const nodes = status === undefined || status.maintenance ? [] : status.nodes;
  const away = nodes.filter((node) => !node.online && !node.unclean && !node.standby && !node.maintenance);
  return new Map(away.map(({ name }) => [name, before.get(name) ?? askedAt]));
}

/** Whether `node` has been away for so long that the VNFM is to make it anew. */
export function isGone(node: string, lost: ReadonlyMap<string, number>, askedAt: number, { vnfm }: Vnf): boolean {
  const [since, patience] = [lost.get(node), vnfm?.heals.lostNodesMs];
  return since !== undefined && patience !== undefined && askedAt - since >= patience;
}
