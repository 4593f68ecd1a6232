/** VMs of ocf:vnfha:vnfc-vm with their places in the load balancer, as the description says them. Pure. */
import { contains, parseAddress, parsePrefixed } from '../model/address.ts';
import type { Backend } from './haproxy-cfg.ts';
import { type Found, valueOf } from './resources.ts';
import { command, type Fields, nodesField, operation, recovery, service, time } from './vnfc.ts';

interface FoundVm {
  /** As the load balancer calls it. */
  readonly name: string;
  readonly vm: Found;
}

/** The VMs of each VNFC: those that have a place in a backend of the VNF. */
export function vmsOf(
  found: readonly Found[],
  members: readonly Found[],
  vnf: string,
): { readonly vnfc: string; readonly vms: readonly FoundVm[] }[] {
  const vnfcs = new Map<string, FoundVm[]>();
  for (const vm of found.filter(({ primitive }) => primitive.agent === 'ocf:vnfha:vnfc-vm')) {
    const place = members.find(({ id }) => id === `${vm.id}-member`)?.primitive.parameters ?? [];
    const [name, backend] = [valueOf(place, 'server'), valueOf(place, 'backend')];
    if (name === undefined || !backend?.startsWith(`${vnf}-`)) continue;
    const vnfc = backend.slice(vnf.length + 1);
    const others = vnfcs.get(vnfc);
    if (others === undefined) vnfcs.set(vnfc, [{ name, vm }]);
    else others.push({ name, vm });
  }
  return [...vnfcs].map(([vnfc, vms]) => ({ vnfc, vms }));
}

/** The name as a node of the guest that a VM is; undefined: it is none. */
const guestName = ({ primitive }: Found): string | undefined => new Map(primitive.meta).get('remote-node');

export const isGuest = (found: Found): boolean =>
  found.primitive.agent === 'ocf:vnfha:vnfc-vm' && guestName(found) !== undefined;

/** @param networks the description's, to name that of its address if it isn't the first */
export function guestFields(found: Found, nodes: readonly string[], networks: readonly Fields[]): Fields {
  const { parameters, meta } = found.primitive;
  const name = guestName(found);
  const domain = valueOf(parameters, 'domain');
  return {
    name,
    ...placed(new Map(meta).get('remote-addr'), networks),
    config: valueOf(parameters, 'config'),
    domain: domain === name ? undefined : domain,
    hosts: nodesField(found.nodes ?? nodes, nodes),
    ownerFile: valueOf(parameters, 'owner_file'),
    startTimeout: time(operation(found.primitive, 'start')?.get('timeout')),
    stopTimeout: time(operation(found.primitive, 'stop')?.get('timeout')),
  };
}

function placed(text: string | undefined, networks: readonly Fields[]): Fields {
  const address = text === undefined ? undefined : parseAddress(text);
  const at = address && networks.findIndex(({ cidr }) => contains(parsePrefixed(String(cidr))!, address));
  return at !== undefined && at > 0 ? { addresses: { [String(networks[at]!['name'])]: text } } : { address: text };
}

/** What all VMs of a VNFC have in common is taken from the first. */
export function vmsFields(vnfc: string, vms: readonly FoundVm[], nodes: readonly string[], backend: Backend | undefined): Fields {
  const { vm: first } = vms[0]!;
  const { parameters, meta } = first.primitive;
  const address = (name: string) => backend?.servers.find((server) => server.name === name)?.address;
  const monitor = operation(first.primitive, 'monitor');
  const at = first.nodes ?? nodes;
  const metaOf = new Map(meta);
  return {
    name: vnfc,
    redundancy: 'active-active',
    nodes: nodesField(at, nodes),
    service: service(backend, undefined),
    vms: {
      instances: vms.map(({ name, vm }) => {
        const value = (parameter: string) => valueOf(vm.primitive.parameters, parameter);
        const domain = value('domain') === name ? undefined : value('domain');
        return { name, address: address(name), config: value('config'), domain, ownerFile: value('owner_file') };
      }),
      guestAgent: valueOf(parameters, 'check_agent') === 'yes' ? true : undefined,
      migrate: metaOf.get('allow-migrate') === 'true' ? { uri: valueOf(parameters, 'migration_uri'), address: valueOf(parameters, 'migration_address') } : undefined,
      startTimeout: time(operation(first.primitive, 'start')?.get('timeout')),
      stopTimeout: time(operation(first.primitive, 'stop')?.get('timeout')),
    },
    check: {
      ...checkOf(parameters, address(vms[0]!.name)),
      interval: time(monitor?.get('interval')),
      timeout: time(monitor?.get('timeout')),
    },
    recovery: recovery(metaOf),
  };
} // prettier-ignore

/** The VM's own address stands as '%a'. */
function checkOf(parameters: Found['primitive']['parameters'], address: string | undefined): Fields {
  // not a longer address that begins or ends so
  const own = address && new RegExp(`\\[${address}\\]|(?<![\\w.:])${address.replaceAll('.', '\\.')}(?![\\w.]|:[\\da-f]*:)`, 'g');
  const any = (text: unknown): unknown => {
    if (Array.isArray(text)) return text.map(any);
    return own && typeof text === 'string' ? text.replaceAll(own, '%a') : text;
  };
  const port = Number(/:(\d+)$/.exec(valueOf(parameters, 'check_tcp') ?? '')?.[1]);
  return {
    tcp: port || undefined,
    http: any(valueOf(parameters, 'check_http')),
    command: any(command(valueOf(parameters, 'check_command'))),
  };
} // prettier-ignore
