/**
 * How a VNFC's standby has the state: the fields of its channel, and where the sidecars meet.
 */
import { syncDefaults } from '../names.ts';
import type { Path } from '../source.ts';
import { known, nodesOf, type Checkup, type LooseVnfc } from './checkup.ts';

/** What a channel needs and what it may have; all have `unsure`. */
const channels = {
  direct: { needs: {}, may: ['port', 'network', 'ca', 'certificate', 'key'] },
  'shared-storage': {
    needs: { folder: 'a folder on a file system that is mounted where the VNFC is active' },
    may: [],
  },
} as const;

/** A sidecar counts its copies by name, and asks all of them when it is promoted. */
const mostInstances = 16;

export function checkSync(checkup: Checkup): void {
  const ports = new Map<string, number>();
  checkup.description.vnfcs?.forEach((vnfc, at) => {
    if (vnfc?.sync?.channel === undefined || vnfc.redundancy !== 'active-standby') return;
    const path = ['vnfcs', at, 'sync'];
    const name = `the VNFC '${vnfc.name ?? at}'`;
    checkFields(checkup, path, name, vnfc);
    const nodes = nodesOf(vnfc, checkup.facts);
    if (nodes.length > mostInstances) {
      const what = `${name} has ${nodes.length} nodes, and a state has ${mostInstances} copies at most`;
      checkup.error(path, what, `Give it ${mostInstances} 'nodes' or fewer.`, 'key');
    }
    if (vnfc.sync.channel === 'direct') checkMeeting(checkup, path, name, at, vnfc, ports);
  });
}

function checkFields(checkup: Checkup, path: Path, name: string, { sync }: LooseVnfc): void {
  const { needs, may } = channels[sync!.channel!];
  const allowed: readonly string[] = ['channel', 'unsure', ...Object.keys(needs), ...may];
  for (const [field, meaning] of Object.entries(needs)) {
    if (!checkup.absent([...path, field])) continue;
    const what = `the channel '${sync!.channel}' of ${name} needs '${field}'`;
    checkup.error([...path, 'channel'], what, `Add '${field}': ${meaning}.`);
  }
  for (const field of Object.keys(sync!)) {
    if (allowed.includes(field)) continue;
    const what = `the channel '${sync!.channel}' of ${name} has no use for '${field}'`;
    checkup.error([...path, field], what, 'Remove it, or take another channel.', 'key');
  }
}

function checkMeeting(
  checkup: Checkup,
  path: Path,
  name: string,
  at: number,
  vnfc: LooseVnfc,
  ports: Map<string, number>,
): void {
  const { networks, networksOfNode } = checkup.facts;
  const nodes = nodesOf(vnfc, checkup.facts);
  const { network, port = syncDefaults.port } = vnfc.sync!;
  if (network !== undefined) {
    if (!known(checkup, [...path, 'network'], 'network', network, networks)) return;
    const outside = nodes.filter((node) => !networksOfNode.get(node)!.has(network));
    if (outside.length > 0) {
      const what = `the sidecars of ${name} can't meet in '${network}': ${outside.slice(0, 5).join(', ')} ${outside.length === 1 ? 'is' : 'are'} not in it`;
      checkup.error([...path, 'network'], what, 'Take a network that all of its nodes are in.');
    }
  } else if (
    checkup.absent([...path, 'network']) &&
    ![...networks.keys()].some((one) => nodes.every((node) => networksOfNode.get(node)!.has(one)))
  ) {
    checkup.error(path, `the nodes of ${name} are all together in no network`, 'Give them addresses in one.', 'key');
  }
  const rival = nodes.map((node) => ports.get(`${node} ${port}`)).find((index) => index !== undefined);
  if (rival !== undefined) {
    const other = checkup.description.vnfcs?.[rival]?.name ?? rival;
    const what = `port ${port} is taken by the sidecars of the VNFC '${other}' already`;
    checkup.error(checkup.absent([...path, 'port']) ? path : [...path, 'port'], what, "Give each VNFC its own 'port'.");
  }
  for (const node of nodes) if (!ports.has(`${node} ${port}`)) ports.set(`${node} ${port}`, at);
}
