/** From the description to the configuration of one sidecar: an operator writes one file, and every node has it. Pure. */
import { syncName, syncPaths } from '../model/names.ts';
import { type ActiveStandbyVnfc, hasSidecar, type SyncChannel, type Vnf } from '../model/vnf.ts';
import { Failure } from '../process/failure.ts';
import type { ChannelConfig, SyncConfig } from './config.ts';

/** Whose primary group may use the VNFC's socket, besides root; undefined: nobody's. */
export type Derived = SyncConfig & { readonly user: string | undefined };

/**
 * What the sidecar of `name` on `node` is to do.
 * @throws Failure 'input' when the description has no such VNFC, none that is synchronised, or not on this node
 */
export function sidecarOf(vnf: Vnf, name: string, node: string): Derived {
  const synced = vnf.vnfcs.filter((vnfc): vnfc is ActiveStandbyVnfc =>
    vnf.nodes.some((each) => hasSidecar(vnfc, each.name)),
  );
  const vnfc = synced.find((each) => each.name === name);
  if (vnfc === undefined) {
    const names = synced.map((each) => each.name).join(', ');
    throw new Failure('input', `the description has no VNFC '${name}' with a 'sync' by a sidecar`, {
      cure: names === '' ? 'No VNFC has it: docs/description.md.' : `It has: ${names}.`,
    });
  }
  if (!vnfc.nodes.includes(node))
    throw new Failure('input', `'${name}' doesn't run on this node, ${node}: it runs on ${vnfc.nodes.join(', ')}`, {
      cure: 'Disable its sidecar here.',
    });
  const { channel, unsure } = vnfc.sync!;
  return {
    name: syncName(vnf, name),
    node,
    instances: [...vnfc.nodes],
    ...syncPaths(vnf, name),
    user: vnfc.program.user,
    unsure,
    channel: channelOf(vnf, vnfc, channel),
  };
}

function channelOf(vnf: Vnf, { name, nodes }: ActiveStandbyVnfc, channel: SyncChannel): ChannelConfig {
  switch (channel.type) {
    case 'own':
      throw new Failure('input', `'${name}' carries its state itself`);
    case 'direct': {
      const { network, port, type, ca, certificate, key } = channel;
      const address = (node: string): string => vnf.nodes.find(({ name }) => name === node)!.addresses[network]!;
      const addresses = Object.fromEntries(nodes.map((node) => [node, hostPort(address(node), port)]));
      return { type, addresses, ca, certificate, key };
    }
    case 'shared-storage':
      return { type: channel.type, folder: channel.folder };
    case 'messages':
    case 'checkpoint-redis':
    case 'checkpoint-postgresql':
      return channel;
  }
}

const hostPort = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
