/**
 * Nodes and Corosync: enough of them for a quorum, and a way between them.
 */
import { durationMs } from '../duration.ts';
import { known, type Checkup } from './checkup.ts';

export function checkNodes(checkup: Checkup): void {
  checkCount(checkup);
  checkNodeIds(checkup);
  const { firstNetwork } = checkup.facts;
  checkup.description.nodes?.forEach((node, at) => {
    if (node?.name === undefined || !checkup.absent(['nodes', at, 'address'])) return;
    if (node.addresses === undefined ? !checkup.absent(['nodes', at, 'addresses']) : size(node.addresses) > 0) return;
    const cure = `Give it an 'address' in the network '${firstNetwork ?? ''}', or 'addresses' by network.`;
    checkup.error(['nodes', at], `the node '${node.name}' has no address`, cure, 'key');
  });
  checkLinks(checkup);
  const token = durationMs(checkup.description.cluster?.token ?? '');
  if (token !== undefined && token < 300) {
    const what = `a token timeout of ${token} ms is shorter than the pauses of a healthy network and machine`;
    checkup.error(['cluster', 'token'], what, 'Write 300ms or more; 1000ms suits most.');
  }
}

const size = (group: object): number => Object.keys(group).length;

function checkCount(checkup: Checkup): void {
  const count = checkup.description.nodes?.length;
  if (count === 1) {
    const what = 'one node is no cluster: nothing is left when it dies';
    checkup.error(['nodes'], what, 'Add nodes: three or more, so that a majority is left.', 'key');
  } else if (count === 2) {
    const what =
      'with two nodes the quorum is a compromise (two_node): either goes on alone, and fencing alone decides which';
    checkup.warning(['nodes'], what, 'Add a third node if you can.', 'key');
  }
}

function checkNodeIds(checkup: Checkup): void {
  const owners = new Map<number, number>();
  const nodes = checkup.description.nodes ?? [];
  // Given ids first: they are the ones that a default has to give way to.
  for (const given of [true, false]) {
    nodes.forEach((node, at) => {
      if (node === undefined || checkup.absent(['nodes', at, 'id']) === given) return;
      const id = given ? node.id : at + 1;
      if (id === undefined) return;
      const other = owners.get(id);
      if (other === undefined) return void owners.set(id, at);
      const what = `the node id ${id}${given ? '' : ', by its place in the list,'} is that of '${nodes[other]?.name ?? other}' already`;
      checkup.error(
        given ? ['nodes', at, 'id'] : ['nodes', at],
        what,
        given ? 'Give each node its own.' : "Give this node an 'id', too.",
        given ? 'value' : 'key',
      );
    });
  }
}

function checkLinks(checkup: Checkup): void {
  const { networks, networksOfNode, nodeNames } = checkup.facts;
  const links = checkup.description.cluster?.links;
  if (links === undefined) {
    if (!checkup.absent(['cluster', 'links']) || nodeNames.length === 0 || networks.size === 0) return;
    const common = [...networks.keys()].filter((network) =>
      nodeNames.every((node) => networksOfNode.get(node)!.has(network)),
    );
    if (common.length === 0) {
      const cure = 'Give every node an address in one and the same network.';
      checkup.error(
        ['nodes'],
        'there is no network that all nodes are in, so Corosync has no way between them',
        cure,
        'key',
      );
    } else if (common.length > 8) {
      const what = `all nodes are in ${common.length} networks, and Corosync speaks on 8 at most`;
      checkup.error(['networks'], what, "Name those that it shall use in 'cluster.links'.", 'key');
    }
    return;
  }
  const seen = new Set<string>();
  links.forEach((link, at) => {
    const path = ['cluster', 'links', at];
    if (link === undefined || !known(checkup, path, 'network', link, networks)) return;
    if (seen.has(link)) return checkup.error(path, `the network '${link}' is listed twice`, 'Remove one of the two.');
    seen.add(link);
    const outside = nodeNames.filter((node) => !networksOfNode.get(node)!.has(link));
    if (outside.length === 0) return;
    const what = `Corosync cannot speak on '${link}': ${outside.slice(0, 5).join(', ')} ${outside.length === 1 ? 'is' : 'are'} not in it`;
    checkup.error(path, what, 'Give every node an address there, or take a network that all are in.');
  });
}
