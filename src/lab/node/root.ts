/**
 * The root of a host: the real machine's below, the artefact above it, the host's own writes on top. The writes are its disk,
 * and outlive a power cut; /run, /tmp and /dev/shm do not.
 */
import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { HostConfig, HostFile } from '../protocol.ts';
import { call } from './call.ts';

/** Where the power switch is, inside a node. */
const fenceSocket = '/run/vnfha-lab-fence.sock';

/** Where what hypervisors share comes into a host, before it is put in its place. */
const sharedAt = '/run/vnfha-lab-shared';

/** What the real machine's own cluster, if it has one, must not show through to a blank disk. */
const blank = [
  ...['/etc/corosync', '/etc/vnfha', '/var/lib/corosync', '/var/lib/pacemaker', '/var/lib/pcsd', '/var/lib/vnfha'],
  ...['/etc/libvirt', '/var/lib/libvirt', '/var/cache/libvirt'],
  ...['/var/log'],
];

/** Directories that packages make at installation: path, mode, owned by hacluster. */
const directories: readonly (readonly [string, number, boolean])[] = [
  ['/etc/corosync/uidgid.d', 0o755, false],
  ['/etc/vnfha', 0o755, false],
  ['/var/lib/corosync', 0o755, false],
  ['/var/lib/pcsd', 0o755, false],
  ['/var/lib/pacemaker', 0o750, true],
  ...['blackbox', 'cib', 'cores', 'pengine'].map((name) => [`/var/lib/pacemaker/${name}`, 0o750, true] as const),
  ...['corosync', 'crmsh', 'pcsd', 'cluster', 'vnfha'].map((name) => [`/var/log/${name}`, 0o755, false] as const),
  ['/var/log/pacemaker', 0o770, true],
];

/** Directories that systemd-tmpfiles makes at every boot. */
const volatile: readonly (readonly [string, number, boolean])[] = [
  ['/run/lock', 0o1777, false],
  ['/run/crm', 0o750, true],
  ['/run/resource-agents', 0o1755, false],
];

/** Makes the root and moves into it; everything that runs in this mount namespace moves too. */
export function enterRoot(config: HostConfig): void {
  const { root } = config;
  const layers = `lowerdir=${config.lower.join(':')},upperdir=${config.upper},workdir=${config.work}`;
  call('mount', ['-t', 'overlay', 'overlay', '-o', layers, root]);
  call('mount', ['--rbind', '/dev', `${root}/dev`]);
  call('mount', ['-t', 'proc', 'proc', `${root}/proc`]);
  call('mount', ['-t', 'sysfs', 'sysfs', `${root}/sys`]); // of this network namespace
  for (const [directory, mode] of [
    ['dev/shm', '1777'],
    ['run', '0755'],
    ['tmp', '1777'],
  ] as const) {
    // prettier-ignore
    call('mount', ['-t', 'tmpfs', '-o', `mode=${mode}`, 'tmpfs', `${root}/${directory}`]);
  }
  for (const [at, { from }] of config.shared.entries()) {
    mkdirSync(`${root}${sharedAt}/${at}`, { recursive: true });
    call('mount', ['--bind', from, `${root}${sharedAt}/${at}`]);
  }
  if (config.fenceSocket !== undefined) {
    writeFileSync(root + fenceSocket, '');
    call('mount', ['--bind', config.fenceSocket, root + fenceSocket]);
  }
  call('pivot_root', ['.', 'mnt'], '', root);
  process.chdir('/');
  call('umount', ['-l', '/mnt']);
  // not before the root is this host's own: a link with a whole path would lead to the machine's
  if (config.install !== undefined) for (const directory of blank) rmSync(directory, { recursive: true, force: true });
  for (const [at, { path: directory }] of config.shared.entries()) {
    mkdirSync(directory, { recursive: true });
    call('mount', ['--bind', `${sharedAt}/${at}`, directory]);
  }
  if (config.install !== undefined) install(config.install);
  for (const entry of volatile) makeDirectory(...entry);
}

function install(files: readonly HostFile[]): void {
  for (const entry of directories) makeDirectory(...entry);
  for (const file of files) {
    mkdirSync(path.dirname(file.path), { recursive: true });
    writeFileSync(file.path, Buffer.from(file.content, file.base64 ? 'base64' : 'utf8'));
    chmodSync(file.path, file.mode ?? 0o644);
    if (file.owner !== undefined) giveToCluster(file.path);
  }
}

function makeDirectory(directory: string, mode: number, cluster: boolean): void {
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, mode);
  if (cluster) giveToCluster(directory);
}

const giveToCluster = (file: string): void =>
  chownSync(file, idOf('/etc/passwd', 'hacluster'), idOf('/etc/group', 'haclient'));

function idOf(database: string, name: string): number {
  const line = readFileSync(database, 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  if (line === undefined) throw new Error(`${name} is not in ${database}: Pacemaker is not installed`);
  return Number(line.split(':')[2]);
}
