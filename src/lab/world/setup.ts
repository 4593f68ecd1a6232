/** What a world is made of, besides processes: a private tmpfs for all disks, and the switches. */
import { spawnSync } from 'node:child_process';
import type { Switch } from '../protocol.ts';
import { call } from '../node/call.ts';

/** The tmpfs is seen in this mount namespace only, and goes with it. */
export function mountPrivate(directory: string): void {
  call('mount', ['-t', 'tmpfs', '-o', 'mode=0755', 'tmpfs', directory]);
  call('mount', ['-t', 'sysfs', 'sysfs', '/sys']); // of this network namespace
}

/** Takes it away even while it is in use; there may be none yet. */
export function unmount(directory: string): void {
  spawnSync('umount', ['--lazy', directory]);
}

export function makeSwitches(switches: readonly Switch[]): void {
  const lines = switches.flatMap(({ bridge }) => [
    `link add ${bridge} type bridge mcast_snooping 0`,
    `link set ${bridge} up`,
  ]);
  call('ip', ['-batch', '-'], ['link set lo up', ...lines, ''].join('\n'));
}
