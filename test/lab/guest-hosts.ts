/**
 * The VMs of examples/guest-nodes.yaml on the nodes of a lab that are hosts of VMs (vm-hosts.ts): by software emulation, with the host's own root
 * and pacemaker_remote in them (scripts/guest-node).
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { HostFile } from '../../src/lab/protocol.ts';
import { configOf, hostPrograms } from './vm-hosts.ts';

const guest = path.resolve('node_modules/.cache/vnfha-guest-node');
const onNode = '/var/lib/vnfha-guest';

/** The guests' addresses. */
export const guests: Readonly<Record<string, string>> = { vm1: '10.77.0.41', vm2: '10.77.0.42' };

/** What each node has on its disk. */
export function guestHostFiles(): HostFile[] {
  execFileSync('scripts/guest-node', [guest], { stdio: ['ignore', 'ignore', 'inherit'] });
  const file = (name: string, to: string, mode = 0o644): HostFile => ({ path: to, content: readFileSync(path.join(guest, name)).toString('base64'), base64: true, mode }); // prettier-ignore
  return [
    file('vmlinuz', `${onNode}/vmlinuz`),
    file('initrd', `${onNode}/initrd`),
    file('pacemaker-remoted', '/usr/local/sbin/pacemaker-remoted', 0o755),
    ...hostPrograms(),
    ...Object.entries(guests).map(([name, address]) => ({ path: configOf(name), content: domainOf(name, address) })),
  ];
}

const domainOf = (name: string, address: string): string => `<domain type='qemu'>
  <name>${name}</name>
  <memory unit='MiB'>448</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>${onNode}/vmlinuz</kernel>
    <initrd>${onNode}/initrd</initrd>
    <cmdline>console=ttyS0 quiet panic=-1 mitigations=off address=${address}/24 name=${name}</cmdline>
  </os>
  <features><acpi/><tcg><tb-cache unit='MiB'>64</tb-cache></tcg></features>
  <cpu mode='custom' match='exact'><model>qemu64</model></cpu>
  <on_crash>preserve</on_crash>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <controller type='usb' model='none'/>
    <memballoon model='none'/>
    <serial type='file'><source path='/run/guest/${name}.log'/></serial>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
    <filesystem type='mount' accessmode='passthrough' multidevs='remap'>
      <source dir='/'/>
      <target dir='root'/>
      <readonly/>
    </filesystem>
    <interface type='bridge'>
      <mac address='52:54:00:77:00:${address.split('.').at(-1)!}'/>
      <source bridge='br0'/>
      <model type='virtio'/>
    </interface>
  </devices>
</domain>
`;
