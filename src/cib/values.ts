/** Values as Pacemaker and the agents want them written. */
import { contains, hostPort, parseAddress, parsePrefixed } from '../model/address.ts';
import { remotePort, syncPaths } from '../model/names.ts';
import type { Argv, Guest, NodesVnfc, Sync, Vm, VmsVnfc, Vnf } from '../model/vnf.ts';

/** Milliseconds as Pacemaker writes times: whole seconds where they are. */
export const duration = (ms: number): string => (ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`);

/** The parameters of ocf:vnfha:vnfc; those that the description doesn't say are left to the agent's defaults. */
export function parametersOf(vnf: Vnf, vnfc: NodesVnfc): { name: string; value: string }[] {
  const { program, check, heartbeat } = vnfc;
  const { role, sync } = vnfc.redundancy === 'active-standby' ? vnfc : {};
  const values: [string, string | undefined][] = [
    ['name', vnfc.name],
    ['run', command(program.run)],
    ['start', command(program.start)],
    ['stop', command(program.stop)],
    ['user', program.user],
    ['check_tcp', check.tcp?.toString()],
    ['check_http', check.http],
    ['check_command', command(check.command)],
    ['heartbeat_interval', heartbeat?.intervalMs.toString()],
    ['heartbeat_misses', heartbeat?.misses.toString()],
    ['heartbeat_http', heartbeat?.http],
    ['heartbeat_tcp', heartbeat?.tcp?.toString()],
    ['heartbeat_send', escapedText(heartbeat?.send)],
    ['heartbeat_expect', escapedText(heartbeat?.expect)],
    ['promote', command(role?.promote)],
    ['demote', command(role?.demote)],
    ['role_query', command(role?.query)],
    ...syncValues(vnf, vnfc.name, sync),
    ...addressOf(vnf, vnfc),
  ];
  return given(values);
}

/** The parameters of ocf:vnfha:vnfc-vm, of a guest: Pacemaker itself speaks to what is in it. */
export const guestParametersOf = ({ domain, config, addresses, ownerFile }: Guest): { name: string; value: string }[] =>
  given([
    ['domain', domain],
    ['config', config],
    ['remote', hostPort(Object.values(addresses)[0]!, remotePort)],
    ['owner_file', ownerFile],
  ]);

/** The parameters of ocf:vnfha:vnfc-vm. */
export function vmParametersOf({ guestAgent, migrate }: VmsVnfc, vm: Vm): { name: string; value: string }[] {
  return given([
    ['domain', vm.domain],
    ['config', vm.config],
    ['check_agent', guestAgent ? 'yes' : undefined],
    ['check_tcp', vm.check.tcp],
    ['check_http', vm.check.http],
    ['check_command', command(vm.check.command)],
    ['owner_file', vm.ownerFile],
    ['migration_uri', migrate?.uri],
    ['migration_address', migrate?.address],
  ]);
}

const given = (values: readonly [string, string | undefined][]): { name: string; value: string }[] =>
  values.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));

/** At the sidecar's door, or by its own word. */
function syncValues(vnf: Vnf, name: string, sync: Sync | undefined): [string, string | undefined][] {
  if (sync === undefined) return [];
  const { channel, unsure } = sync;
  if (channel.type !== 'own') return [['sync', syncPaths(vnf, name).control]];
  return [
    ['standing', command(channel.standing)],
    ['standing_lag', channel.lag === 0 ? undefined : channel.lag.toString()],
    ['standing_unsure', unsure === 'wait' ? undefined : unsure],
  ];
}

/** Where not the cluster puts the VIP where it belongs, the agent knows it. */
function addressOf({ arp, nodes, guests, networks }: Vnf, vnfc: NodesVnfc): [string, string | undefined][] {
  if (vnfc.redundancy === 'active-active' || vnfc.vipBy === 'cluster') return [];
  const { ip, prefix, interface: nic } = vnfc.vip;
  const told = vnfc.vipBy === 'vnfc';
  const network = networks.find(({ cidr }) => contains(parsePrefixed(cidr)!, parseAddress(ip)!));
  const peers = [...nodes, ...guests]
    .filter(({ name }) => vnfc.nodes.includes(name))
    .flatMap(({ addresses }) => addresses[network?.name ?? ''] ?? []);
  return [
    ['address', ip],
    ['address_prefix', prefix.toString()],
    ['address_nic', nic],
    ['address_peers', told ? peers.join(' ') : undefined],
    ['address_arp_count', told ? arp.count.toString() : undefined],
    ['address_arp_interval', told ? arp.intervalMs.toString() : undefined],
  ];
}

/**
 * Words that the agent gets back by splitting at white space, else a JSON array. In ASCII: Pacemaker's programs write XML that can't be
 * read where a quote, <, > or & comes after another character (crm_xml_escape of 2.1.5).
 */
function command(argv: Argv | undefined): string | undefined {
  if (argv === undefined) return undefined;
  const plain = argv.every((word) => /^[!-~]+$/.test(word) && !/["'\\]/.test(word)) && !argv[0]!.startsWith('[');
  return plain ? argv.join(' ') : JSON.stringify(argv).replace(/[^ -~]/g, escaped);
}

/** With JSON's escapes for control characters, quotes and all that is not ASCII: `PING\\r\\n`. */
const escapedText = (text: string | undefined): string | undefined =>
  text === undefined
    ? undefined
    : JSON.stringify(text)
        .slice(1, -1)
        .replace(/[^ -~]/g, escaped);

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
