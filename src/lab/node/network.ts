/** The host's end of its cables, which the world has put into this network namespace. */
import { writeFileSync } from 'node:fs';
import type { LabHost, Nic } from '../protocol.ts';
import { call } from './call.ts';

export function bringUp(host: LabHost): void {
  writeFileSync('/proc/sys/kernel/hostname', host.name);
  const lines = host.nics.flatMap((nic) => [
    ...(nic.cable === nic.name ? [] : bridge(nic)),
    ...nic.addresses.map(
      ({ address }) => `addr add ${address} dev ${nic.name}${address.includes(':') ? ' nodad' : ''}`,
    ),
    `link set ${nic.name} up`,
  ]);
  call('ip', ['-batch', '-'], ['link set lo up', ...lines, ''].join('\n'));
}

const bridge = ({ cable, name, mac }: Nic): string[] => [
  `link add ${name} address ${mac} type bridge forward_delay 0`,
  `link set ${cable} master ${name}`,
  `link set ${cable} up`,
];
