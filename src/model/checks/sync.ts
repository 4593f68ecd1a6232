/**
 * How a VNFC's standby has the state: the fields of its channel, and where the sidecars meet.
 */
import { syncDefaults } from '../names.ts';
import type { Path } from '../source.ts';
import { storeFaults } from '../store-address.ts';
import { known, nodesOf, type Checkup, type LooseVnfc } from './checkup.ts';

/** What a channel needs and what it may have; all have `unsure`. */
const channels = {
  direct: { needs: {}, may: ['port', 'network', 'ca', 'certificate', 'key'] },
  messages: { needs: {}, may: [] },
  own: { needs: { standing: 'a command that prints how far its state is' }, may: ['lag'] },
  'shared-storage': {
    needs: { folder: 'a folder on a file system that is mounted where the VNFC is active' },
    may: ['mount'],
  },
  'checkpoint-redis': {
    needs: { address: 'HOST:PORT of the Redis, or its unix socket' },
    may: ['user', 'passwordFile', 'tls'],
  },
  'checkpoint-postgresql': {
    needs: {
      address: 'HOST:PORT of the PostgreSQL, or its unix socket',
      user: 'the user that owns the state there',
      database: 'the database that it is in',
    },
    may: ['passwordFile', 'tls'],
  },
} as const;

/** A sidecar counts its copies by name, and asks all of them when it is promoted. */
const mostInstances = 16;

export function checkSync(checkup: Checkup): void {
  const ports = new Map<string, number>();
  const mounts = new Map<string, number>();
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
    checkStore(checkup, path, name, vnfc);
    checkMount(checkup, path, name, at, vnfc, mounts);
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

function checkStore(checkup: Checkup, path: Path, name: string, { sync }: LooseVnfc): void {
  const { channel, address, tls } = sync!;
  if (address === undefined || !channel!.startsWith('checkpoint-')) return;
  for (const { field, what } of storeFaults({ type: channel!, address, tls }))
    checkup.error([...path, field], `the store of ${name}: ${what}`, 'docs/sync.md says how a store is reached.');
}

function checkMount(
  checkup: Checkup,
  path: Path,
  name: string,
  at: number,
  { sync }: LooseVnfc,
  mounts: Map<string, number>,
): void {
  const { mount, folder } = sync!;
  const directory = mount?.directory?.replace(/\/+$/, '');
  if (mount === undefined || directory === undefined || sync!.channel !== 'shared-storage') return;
  if (directory === '')
    checkup.error(
      [...path, 'mount', 'directory'],
      `${name} can't have its state at '/'`,
      'Take a directory of its own.',
    );
  else if (folder !== undefined && folder !== directory && !folder.startsWith(`${directory}/`))
    checkup.error(
      [...path, 'folder'],
      `the folder of ${name}, ${folder}, is not on the file system that is mounted at ${directory}`,
      'Write a folder in that directory.',
    );
  for (const what of [mount.device, directory]) {
    if (what === undefined || what === '') continue;
    const other = mounts.get(what);
    if (other === undefined) mounts.set(what, at);
    else if (other !== at) {
      const rival = checkup.description.vnfcs?.[other]?.name ?? other;
      const problem = `${what} is mounted for the VNFC '${rival}' already, which may be active on another node`;
      checkup.error([...path, 'mount'], problem, 'Give each VNFC a file system of its own.');
    }
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
