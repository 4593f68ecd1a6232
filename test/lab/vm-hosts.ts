/**
 * Nodes of a lab as hosts of VMs: a bridge with the node's address and the VMs' interfaces in it, a libvirtd of its own, and the VMs of
 * examples/vms.yaml, small guests by software emulation (scripts/guest). A node that has booted again needs it again.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Lab } from '../../src/lab/lab.ts';
import type { HostFile } from '../../src/lab/protocol.ts';

const guest = path.resolve('node_modules/.cache/vnfha-guest');
const onNode = '/var/lib/vnfha-guest';

/** What each node has on its disk. */
export function hostFiles(): HostFile[] {
  execFileSync('scripts/guest', [guest], { stdio: ['ignore', 'ignore', 'inherit'] });
  const file = (name: string): HostFile => ({ path: `${onNode}/${name}`, content: readFileSync(path.join(guest, name)).toString('base64'), base64: true }); // prettier-ignore
  return [
    file('vmlinuz'),
    file('initrd'),
    ...hostPrograms(),
    ...['web1', 'web2'].map((name) => ({ path: configOf(name), content: domainOf(name) })),
  ];
}

export const configOf = (name: string): string => `/etc/vnfha/vm/${name}.xml`;

/** What makes a host of a node: `makeHost` calls it. */
export const hostPrograms = (): HostFile[] => [
  { path: '/usr/local/sbin/libvirt-node', content: readFileSync('scripts/libvirt-node', 'utf8'), mode: 0o755 },
  { path: '/usr/local/sbin/vm-host', content: vmHost, mode: 0o755 },
];

/** The lab gives a node's interface the name that the description says: here that becomes the bridge's. */
const vmHost = `#!/bin/sh
set -e
[ ! -e /sys/class/net/port0 ] || exit 0
address=$(ip -4 -o addr show dev br0 | awk '{ print $4; exit }')
mac=$(cat /sys/class/net/br0/address)
ip -batch - <<END
link set br0 down
link set br0 name port0
addr flush dev port0
link add br0 address $mac type bridge forward_delay 0
link set port0 master br0
link set port0 up
addr add $address dev br0
link set br0 up
END
/usr/local/sbin/libvirt-node ${onNode}
`;

/** Of \`address=\` the guest makes its address: see scripts/guest. */
function domainOf(name: string): string {
  const number = name.replace('web', '');
  return `<domain type='qemu'>
  <name>${name}</name>
  <memory unit='MiB'>96</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>${onNode}/vmlinuz</kernel>
    <initrd>${onNode}/initrd</initrd>
    <cmdline>console=ttyS0 quiet panic=-1 address=10.77.0.4${number}/24 name=${name}</cmdline>
  </os>
  <features><acpi/><tcg><tb-cache unit='MiB'>32</tb-cache></tcg></features>
  <cpu mode='custom' match='exact'><model>qemu64</model></cpu>
  <on_crash>preserve</on_crash>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <controller type='usb' model='none'/>
    <memballoon model='none'/>
    <serial type='file'><source path='/run/guest/${name}.log'/></serial>
    <interface type='bridge'>
      <mac address='52:54:00:77:00:4${number}'/>
      <source bridge='br0'/>
      <model type='virtio'/>
    </interface>
  </devices>
</domain>
`;
}

/** Makes a host of a node that has booted; of one that is a host already: nothing. */
export async function makeHost(lab: Lab, node: string): Promise<void> {
  const { code, stderr } = await lab.exec(node, ['/usr/local/sbin/vm-host']);
  if (code !== 0) throw new Error(`${node} is no host of VMs: ${stderr}`);
}
