/** The host's end of its cables, which the world has put into this network namespace. */
import { writeFileSync } from 'node:fs';
import type { LabHost } from '../protocol.ts';
import { call } from './call.ts';

export function bringUp(host: LabHost): void {
  writeFileSync('/proc/sys/kernel/hostname', host.name);
  const lines = host.nics.flatMap(({ name, address }) => [
    `addr add ${address} dev ${name}${address.includes(':') ? ' nodad' : ''}`,
    `link set ${name} up`,
  ]);
  call('ip', ['-batch', '-'], ['link set lo up', ...lines, ''].join('\n'));
}
