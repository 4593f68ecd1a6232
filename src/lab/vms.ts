/**
 * The VMs of a description as a lab makes them: with the domain, the file and the addresses that the description says, and small guests in the place of what an
 * operator boots. Pure.
 */
import { contains, hostPort, parseAddress, parsePrefixed } from '../model/address.ts';
import type { Vnf, VmsVnfc } from '../model/vnf.ts';
import { Failure } from '../process/failure.ts';
import { escapeText } from '../process/xml.ts';
import { segmentsOf } from './segments.ts';

/** 'server': answers by HTTP (scripts/guest); 'node': has pacemaker_remote (scripts/guest-node). */
export type LabVmKind = 'server' | 'node';

export interface LabVm {
  readonly kind: LabVmKind;
  readonly domain: string;
  /** One for all hosts: libvirt takes a file in its own /etc/libvirt/qemu for a definition of the domain. */
  readonly uuid: string;
  /** The file with its XML, on each node that may run it. */
  readonly config: string;
  readonly ownerFile: string | undefined;
  readonly nics: readonly LabVmNic[];
  /** For its kernel's command line. */
  readonly words: readonly string[];
  readonly guestAgent: boolean;
  /** What it is asked by, and has no answer to. */
  readonly unanswered: readonly string[];
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

/**
 * All of a lab's VMs, on the wires of the first VNF's networks.
 * @throws Failure 'lab' for a VM with an address in none of them
 */
export function labVms(vnfs: readonly [Vnf, ...Vnf[]]): LabVm[] {
  const segments = segmentsOf(vnfs[0].networks);
  const place = (vm: string, address: string): Place => {
    const parsed = parseAddress(address)!;
    for (const [number, { name, networks }] of segments.entries())
      for (const { cidr } of networks) {
        const range = parsePrefixed(cidr)!;
        if (contains(range, parsed)) return { number, bridge: name, address: `${address}/${range.prefix}` };
      }
    throw new Failure(
      'lab',
      `the VM '${vm}' has the address ${address}, and no network of '${vnfs[0].name}' has that`,
      {
        cure: 'Give it an address in a network that its nodes are in.',
      },
    );
  };
  const vms = vnfs.flatMap((vnf) => [
    ...vnf.vnfcs.flatMap((vnfc) => (vnfc.redundancy === 'active-active-vms' ? serversOf(vnfc, place) : [])),
    ...nodesOf(vnf, place),
  ]);
  return vms.map(({ places, ...vm }, at) => ({
    ...vm,
    uuid: `52540077-0000-4000-8000-${(at + 1).toString(16).padStart(12, '0')}`,
    nics: onWires(places).map(([{ bridge, number }]) => ({ bridge, mac: macOf(at, number) })),
  }));
}

interface Place {
  readonly number: number;
  readonly bridge: string;
  /** With its prefix length. */
  readonly address: string;
}
type Planned = Omit<LabVm, 'nics' | 'uuid'> & { readonly places: readonly Place[] };

function serversOf({ vms, service, guestAgent }: VmsVnfc, place: (vm: string, address: string) => Place): Planned[] {
  return vms.map(({ name, domain, config, ownerFile, address, check }) => {
    const here = place(name, address);
    const own = `http://${hostPort(address, service.port)}`;
    const all = [check.http, service.check.http].flatMap((http) => (http === undefined ? [] : [new URL(http, own)]));
    const asked = all.filter(({ protocol, hostname, pathname }) => protocol === 'http:' && hostname === new URL(own).hostname && !pathname.startsWith('/cgi-bin'));
    const ports = new Set([service.port, ...asked.map(({ port }) => Number(port || 80)), ...(check.tcp === undefined ? [] : [Number(check.tcp.split(':').at(-1))])]);
    // what is a file can't be a folder: the longest first
    const paths = new Set(asked.map(({ pathname }) => pathname).toSorted((one, other) => other.length - one.length));
    return {
      kind: 'server',
      domain,
      config,
      ownerFile,
      places: [here],
      words: [`name=${name}`, `address=${here.address}`, `ports=${[...ports].join()}`, `paths=${[...paths].join('#')}`],
      guestAgent,
      unanswered: [...all.filter((url) => !asked.includes(url)).map(({ href }) => href), ...(check.command === undefined ? [] : [check.command.join(' ')])],
    };
  }); // prettier-ignore
}

const nodesOf = (vnf: Vnf, place: (vm: string, address: string) => Place): Planned[] =>
  vnf.guests.map(({ name, domain, config, ownerFile, addresses }) => {
    const places = Object.values(addresses).map((address) => place(name, address));
    const onEach = onWires(places).map((some) => some.map(({ address }) => address).join('+'));
    return {
      kind: 'node',
      domain,
      config,
      ownerFile,
      places,
      words: [`name=${name}`, `addresses=${onEach.join()}`],
      guestAgent: false,
      unanswered: [],
    };
  });

/** Those on the same wire together. */
function onWires(places: readonly Place[]): (readonly [Place, ...Place[]])[] {
  const wires = new Map<number, [Place, ...Place[]]>();
  for (const place of places) {
    const there = wires.get(place.number);
    if (there === undefined) wires.set(place.number, [place]);
    else there.push(place);
  }
  return [...wires.values()];
}

const macOf = (vm: number, network: number): string =>
  [0x52, 0x54, 0, 0x77, network, vm + 1].map((octet) => octet.toString(16).padStart(2, '0')).join(':');

/** Where a node of a lab has what boots its VMs. */
export const bootOn = (kind: LabVmKind): string => `/var/lib/vnfha-lab/${kind}`;

const memoryMiB = { server: 96, node: 448 } as const;
/** QEMU's cache of what it has translated. */
const cacheMiB = { server: 32, node: 64 } as const;

/** The XML of its domain for libvirt: by software emulation, which runs everywhere. */
export function domainXml({ kind, domain, uuid, nics, words, guestAgent }: LabVm): string {
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
  <uuid>${uuid}</uuid>
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
