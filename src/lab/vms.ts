/**
 * The VMs of a description as a lab makes them: with the domain, the file and the addresses that the description says, and small guests in the place of what an
 * operator boots. Pure.
 */
import { contains, parseAddress, parsePrefixed } from '../model/address.ts';
import type { Vnf, VmsVnfc } from '../model/vnf.ts';
import { escapeText } from '../process/xml.ts';
import { interfaceNames } from './interfaces.ts';

/** 'server': answers by HTTP (scripts/guest); 'node': has pacemaker_remote (scripts/guest-node). */
export type LabVmKind = 'server' | 'node';

export interface LabVm {
  readonly kind: LabVmKind;
  readonly domain: string;
  /** The file with its XML, on each node that may run it. */
  readonly config: string;
  readonly nics: readonly LabVmNic[];
  /** For its kernel's command line. */
  readonly words: readonly string[];
  readonly guestAgent: boolean;
}

interface LabVmNic {
  /** The hosts' bridge. */
  readonly bridge: string;
  readonly mac: string;
}

/** The nodes that may run a VM. */
export const hypervisorsOf = (vnfs: readonly Vnf[]): ReadonlySet<string> =>
  new Set(
    vnfs.flatMap(({ vnfcs, guests }) => [
      ...vnfcs.flatMap((vnfc) => (vnfc.redundancy === 'active-active-vms' ? vnfc.hosts : [])),
      ...guests.flatMap(({ hosts }) => hosts),
    ]),
  );

/** All of a lab's VMs, of VNFs with the same networks. */
export function labVms(vnfs: readonly Vnf[]): LabVm[] {
  const vms = vnfs.flatMap((vnf) => [
    ...vnf.vnfcs.flatMap((vnfc) => (vnfc.redundancy === 'active-active-vms' ? serversOf(vnf, vnfc) : [])),
    ...nodesOf(vnf),
  ]);
  return vms.map(({ networks, ...vm }, at) => ({
    ...vm,
    nics: networks.map(({ bridge, number }) => ({ bridge, mac: macOf(at, number) })),
  }));
}

type Planned = Omit<LabVm, 'nics'> & {
  readonly networks: readonly { readonly bridge: string; readonly number: number }[];
};

function serversOf(vnf: Vnf, { vms, service, guestAgent }: VmsVnfc): Planned[] {
  return vms.map((vm) => {
    const { address, network } = placeOf(vnf, vm.address);
    const checks = [vm.check.http, service.check.http].flatMap((http) => (http === undefined ? [] : [pathOf(http)]));
    const ports = [service.port, ...(vm.check.tcp === undefined ? [] : [Number(vm.check.tcp.split(':').at(-1))])];
    return {
      kind: 'server',
      domain: vm.domain,
      config: vm.config,
      networks: [network],
      words: [`name=${vm.name}`, `address=${address}`, `ports=${[...new Set(ports)].join()}`, `paths=${[...new Set(checks)].join()}`],
      guestAgent,
    };
  }); // prettier-ignore
}

const nodesOf = (vnf: Vnf): Planned[] =>
  vnf.guests.map(({ name, domain, config, addresses }) => {
    const places = Object.values(addresses).map((address) => placeOf(vnf, address));
    return {
      kind: 'node',
      domain,
      config,
      networks: places.map(({ network }) => network),
      words: [`name=${name}`, `addresses=${places.map(({ address }) => address).join()}`],
      guestAgent: false,
    };
  });

/** The network that an address is in: that of a VM is in one, `vnfha check` has seen to it. */
function placeOf({ networks }: Vnf, address: string) {
  const number = networks.findIndex(({ cidr }) => contains(parsePrefixed(cidr)!, parseAddress(address)!));
  const { prefix } = parsePrefixed(networks[number]!.cidr)!;
  return { address: `${address}/${prefix}`, network: { bridge: interfaceNames(networks)[number]!, number } };
}

const pathOf = (http: string): string => new URL(http, 'http://vm').pathname;

const macOf = (vm: number, network: number): string =>
  [0x52, 0x54, 0, 0x77, network, vm + 1].map((octet) => octet.toString(16).padStart(2, '0')).join(':');

/** Where a node of a lab has what boots its VMs. */
export const bootOn = (kind: LabVmKind): string => `/var/lib/vnfha-lab/${kind}`;

const memoryMiB = { server: 96, node: 448 } as const;
/** QEMU's cache of what it has translated. */
const cacheMiB = { server: 32, node: 64 } as const;

/** The XML of its domain for libvirt: by software emulation, which runs everywhere. */
export function domainXml({ kind, domain, nics, words, guestAgent }: LabVm): string {
  const boot = bootOn(kind);
  const line = ['console=ttyS0', 'quiet', 'panic=-1', ...(kind === 'node' ? ['mitigations=off'] : []), ...words];
  const root = `
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
    <filesystem type='mount' accessmode='passthrough' multidevs='remap'>
      <source dir='/'/>
      <target dir='root'/>
      <readonly/>
    </filesystem>`;
  const interfaces = nics.map(
    ({ bridge, mac }) => `
    <interface type='bridge'>
      <mac address='${mac}'/>
      <source bridge='${bridge}'/>
      <model type='virtio'/>
    </interface>`,
  );
  return `<domain type='qemu'>
  <name>${domain}</name>
  <memory unit='MiB'>${memoryMiB[kind]}</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>${boot}/vmlinuz</kernel>
    <initrd>${boot}/initrd</initrd>
    <cmdline>${escapeText(line.join(' '))}</cmdline>
  </os>
  <features><acpi/><tcg><tb-cache unit='MiB'>${cacheMiB[kind]}</tb-cache></tcg></features>
  <cpu mode='custom' match='exact'><model>qemu64</model></cpu>
  <on_crash>preserve</on_crash>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <controller type='usb' model='none'/>
    <memballoon model='none'/>
    <serial type='file'><source path='/run/guest/${domain}.log'/></serial>${guestAgent ? `
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>` : ''}${kind === 'node' ? root : ''}${interfaces.join('')}
  </devices>
</domain>
`; // prettier-ignore
}
