/**
 * From a VNF to the switches, hosts and cables of its lab. Pure.
 */
import { formatAddress, networkOf, parseAddress, parsePrefixed, reservedAs } from '../model/address.ts';
import { ownAddresses, syncUnit, vnfUnit } from '../model/names.ts';
import { hasSidecar, type Vnf } from '../model/vnf.ts';
import { Failure } from '../process/failure.ts';
import type { LabHost, Nic, Switch } from './protocol.ts';
import { type Segment, segmentsOf } from './segments.ts';
import { hypervisorsOf } from './vms.ts';

/** The host outside the cluster, where the VNF's users are. */
const clientName = 'client';
/** Where the switches, the power switch and every host's disk are. */
export const worldName = 'world';

export interface LabPlan {
  readonly switches: readonly Switch[];
  /** The client first, then the nodes in the order of the description. */
  readonly hosts: readonly LabHost[];
}

/**
 * One switch for each network, or for those that share an interface; a cable of each node to those that it has an address in, of a
 * hypervisor to all; and a client in every network.
 * @param beside VNFs that run beside it, on the same nodes
 * @throws Failure 'lab' for a node called as the client or the world, or a network with no address left for the client
 */
export function planLab(vnf: Vnf, beside: readonly Vnf[] = []): LabPlan {
  const all = [vnf, ...beside] as const;
  for (const reserved of [clientName, worldName]) {
    if (vnf.nodes.some((node) => node.name === reserved)) {
      throw new Failure('lab', `a node cannot be called '${reserved}' in a lab: the lab has a host of that name`, {
        cure: 'Rename the node in the description.',
      });
    }
  }
  const segments = segmentsOf(vnf.networks);
  const client: LabHost = {
    name: clientName,
    role: 'client',
    nics: nicsOf(segments, 0, (network) => clientAddress(all, network), false),
    hypervisor: false,
    units: [],
  };
  const hypervisors = hypervisorsOf(all);
  const nodes = vnf.nodes.map((node, at): LabHost => ({
    name: node.name,
    role: 'node',
    nics: nicsOf(segments, at + 1, (network) => node.addresses[network], hypervisors.has(node.name)),
    hypervisor: hypervisors.has(node.name),
    units: ['vnfha-supervisor', ...all.flatMap((each) => unitsOf(each, node.name))],
  }));
  return {
    switches: segments.map(({ networks }, at) => ({ networks: networks.map(({ name }) => name), bridge: `br${at}` })),
    hosts: [client, ...nodes],
  };
}

function unitsOf(vnf: Vnf, node: string): string[] {
  return [
    ...(vnf.loadBalancer?.nodes.includes(node) ? [vnfUnit('bridge', vnf)] : []),
    ...(vnf.vnfm === undefined ? [] : [vnfUnit('notifier', vnf)]),
    ...vnf.vnfcs.filter((vnfc) => hasSidecar(vnfc, node)).map((vnfc) => syncUnit(vnf, vnfc.name)),
  ];
}

function nicsOf(
  segments: readonly Segment[],
  host: number,
  addressIn: (network: string) => string | undefined,
  hypervisor: boolean,
): Nic[] {
  const taken = new Set(segments.map(({ name }) => name));
  const free = (name: string): string => (taken.has(name) ? free(`x${name}`) : name);
  return segments.flatMap(({ name, networks }, at) => {
    const addresses = networks.flatMap((network) => {
      const address = addressIn(network.name);
      const { prefix } = parsePrefixed(network.cidr)!;
      return address === undefined ? [] : [{ network: network.name, address: `${address}/${prefix}` }];
    });
    if (addresses.length === 0 && !hypervisor) return [];
    const octets = [2, 0, 0x77, at, host >> 8, host & 255];
    return {
      networks: networks.map((network) => network.name),
      bridge: `br${at}`,
      cable: hypervisor ? free(`cable${at}`) : name,
      name,
      mac: octets.map((octet) => octet.toString(16).padStart(2, '0')).join(':'),
      addresses,
      port: `h${host}n${at}`,
    };
  });
}

/** The client is .100 where that is free, or else the highest address that is. */
function clientAddress(all: readonly [Vnf, ...Vnf[]], name: string): string {
  const [vnf] = all;
  const network = parsePrefixed(vnf.networks.find((candidate) => candidate.name === name)!.cidr)!;
  const used = new Set(
    [
      ...[...vnf.nodes, ...vnf.guests].map((node) => node.addresses[name]),
      ...all.flatMap(({ vnfcs }) => vnfcs.flatMap(ownAddresses)),
      ...all.flatMap(({ loadBalancer }) => (loadBalancer?.vips ?? []).map(({ ip }) => ip)),
    ].flatMap((address) => (address === undefined ? [] : parseAddress(address)!.value)),
  );
  const first = networkOf(network);
  const size = 1n << BigInt((network.family === 4 ? 32 : 128) - network.prefix);
  const free = (offset: bigint) =>
    offset > 0n &&
    offset < size &&
    !used.has(first + offset) &&
    reservedAs(network, { family: network.family, value: first + offset }) === undefined;
  let offset = 100n;
  if (!free(offset)) for (offset = size - 1n; offset > 0n && !free(offset); offset -= 1n);
  if (offset === 0n) {
    throw new Failure('lab', `no address of the network '${name}' is left for the lab's client`, {
      cure: 'Give the network a shorter prefix.',
    });
  }
  return formatAddress({ family: network.family, value: first + offset });
}
