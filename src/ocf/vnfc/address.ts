/**
 * The address that makes an instance the active one (scheme A2): who has it is active. Where the instance is promotable, the agent takes
 * it and gives it up for the instance, by the agent ocf:vnfha:vip; where the instances settle that among themselves, it only looks.
 */
import { networkInterfaces } from 'node:os';
import { formatAddress, parseAddress, parsePrefixed, contains } from '../../model/address.ts';
import { loadSockets } from '../../process/sockets.ts';
import { whoElseHas } from '../../segment/probe.ts';
import { ocf, OcfError } from '../codes.ts';
import type { OcfLog } from '../log.ts';
import { execute } from '../program.ts';
import type { Service, ServiceCall } from './service.ts';

/** How long the network is asked, in ms: a host that has an address answers within one. */
const askMs = 150;

type Addressed = Pick<Service, 'address' | 'address_nic' | 'address_peers'>;

/** The node's interfaces that have the address. One that is down has none. */
const nicsWith = (address: string): string[] => {
  const wanted = formatAddress(parseAddress(address)!);
  return Object.entries(networkInterfaces()).flatMap(([nic, addresses]) =>
    addresses?.some((one) => one.address === wanted) ? [nic] : [],
  );
};

/** Whether this node has the address; false without one. */
export const hasAddress = ({ address }: Addressed): boolean => address !== undefined && nicsWith(address).length > 0;

/**
 * Takes the address, unless another host has it.
 * @throws OcfError errGeneric
 */
export async function claimAddress(call: ServiceCall): Promise<void> {
  const { values, log } = call;
  const { address } = values;
  if (address === undefined) return;
  const nic = nicFor(values);
  if (nic === undefined)
    throw new OcfError(
      ocf.errInstalled,
      `no network interface of this node is in the network of ${address}: give address_nic, or the node an address there`,
    );
  const { owners, problem } = await whoElseHas(address, nic, askMs, await loadSockets());
  if (problem !== undefined)
    throw new OcfError(ocf.errGeneric, `the network can't be asked for ${address}: ${problem}`);
  if (owners.length > 0) throw new OcfError(ocf.errGeneric, takenBy(address, owners));
  await byVip(call, 'start');
  log.info(`active: it has ${address}`);
}

/**
 * Sees that this node hasn't got the address.
 * @throws OcfError errGeneric: it has, or nobody can say
 */
export async function giveUpAddress(call: ServiceCall): Promise<void> {
  if (call.values.address !== undefined) await byVip(call, 'stop');
}

/** Who else has the address of an instance that has it, by Ethernet addresses. */
export interface Contest {
  readonly address: string;
  /** Of this node's interface that has it. */
  readonly own: string;
  /** Other nodes that may run the resource. */
  readonly peers: readonly string[];
  /** Any other host. */
  readonly strangers: readonly string[];
}

/** Asks the network; undefined: nobody else answers, it isn't here, or it can't be asked. */
export async function contestOf({ address, address_peers = [] }: Addressed): Promise<Contest | undefined> {
  const [nic] = address === undefined ? [] : nicsWith(address);
  if (address === undefined || nic === undefined) return undefined;
  const sockets = await loadSockets();
  const { own, owners } = await whoElseHas(address, nic, askMs, sockets);
  if (owners.length === 0) return undefined;
  const answers = await Promise.all(address_peers.map((peer) => whoElseHas(peer, nic, askMs, sockets)));
  const known = new Set(answers.flatMap((answer) => answer.owners));
  return {
    address,
    own,
    peers: owners.filter((owner) => known.has(owner)),
    strangers: owners.filter((owner) => !known.has(owner)),
  };
}

export const takenBy = (address: string, owners: readonly string[]): string =>
  `another host has ${address}: ${owners.join(', ')} answers for it`;

/** Tells the cluster whether the instance here is active, by a node attribute that a reboot forgets; undefined: it isn't there. */
export async function sayWhoIsActive(instance: string, active: boolean | undefined, log: OcfLog): Promise<void> {
  const change = active === undefined ? ['--delete'] : ['--update', active ? '1' : '0'];
  const { problem } = await execute(['attrd_updater', '--name', `${instance}-active`, ...change], { timeoutMs: 5000 });
  if (problem !== undefined) log.warn(`that it is ${active ? '' : 'not '}active could not be told: ${problem}`);
}

/** The interface that is given, or the one whose network the address is in. */
function nicFor({ address, address_nic }: Addressed): string | undefined {
  if (address_nic !== undefined) return address_nic;
  const wanted = parseAddress(address!)!;
  const networks = Object.entries(networkInterfaces()).flatMap(([nic, addresses]) =>
    (addresses ?? []).flatMap(({ cidr }) => {
      const network = cidr === null ? undefined : parsePrefixed(cidr);
      return network !== undefined && contains(network, wanted) ? [{ nic, prefix: network.prefix }] : [];
    }),
  );
  return networks.sort((a, b) => b.prefix - a.prefix)[0]?.nic;
}

async function byVip({ values, instance, remainingMs }: ServiceCall, action: 'start' | 'stop'): Promise<void> {
  const parameters = {
    ip: values.address,
    cidr_netmask: values.address_prefix,
    nic: values.address_nic,
    arp_count: values.address_arp_count,
    arp_interval: values.address_arp_interval,
  };
  const environment = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`OCF_RESKEY_${name}=${value}`],
  );
  const agent = `${process.env['OCF_ROOT'] ?? '/usr/lib/ocf'}/resource.d/vnfha/vip`;
  const argv = ['env', 'OCF_EXIT_REASON_PREFIX=', `OCF_RESOURCE_INSTANCE=${instance}`, ...environment, agent, action];
  const { code, problem } = await execute(argv, { timeoutMs: remainingMs() });
  if (problem === undefined) return;
  const said = problem.slice(problem.indexOf(`${agent} ${action}'`) + agent.length + action.length + 3);
  const what = `its address can't be ${action === 'start' ? 'taken' : 'given up'}: ${agent} ${said}`;
  throw new OcfError(code === ocf.errInstalled ? ocf.errInstalled : ocf.errGeneric, what);
}
