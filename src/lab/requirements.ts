/** What a lab needs of the machine. */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { Failure } from '../process/failure.ts';
import { programPath } from './processes.ts';

const programs = [
  'corosync',
  'pacemakerd',
  'crm_mon',
  'ip',
  'unshare',
  'nsenter',
  'setpriv',
  'tini',
  'pivot_root',
  'mount',
];

/** What makes VMs, and what boots them. */
const ofVms = ['libvirtd', 'virsh', 'qemu-system-x86_64', 'apt-get', 'dpkg-deb', 'busybox', 'cpio'];

/** Of Debian, that have them. */
const packages = ['corosync', 'pacemaker', 'haproxy', 'iproute2', 'nftables', 'util-linux', 'tini'];
const packagesOfVms = ['libvirt-daemon', 'libvirt-daemon-driver-qemu', 'libvirt-clients', 'qemu-system-x86', 'busybox-static', 'cpio']; // prettier-ignore

/** @param vms whether it has any. @throws Failure 'permission' or 'missing' */
export function checkRequirements(vms: boolean): void {
  requireRoot();
  const directories = programPath().split(':');
  const missing = [...programs, ...(vms ? ofVms : [])].filter(
    (program) => !directories.some((directory) => isProgram(path.join(directory, program))),
  );
  if (missing.length > 0) {
    throw new Failure('missing', `a lab needs programs that are not installed: ${missing.join(', ')}`, {
      cure: `Install the Debian packages ${vms ? [...packages, ...packagesOfVms].join(' ') : packages.join(' ')}; in a checkout 'scripts/bootstrap' does.`,
    });
  }
}

/** @throws Failure 'permission' */
export function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new Failure('permission', 'a lab makes namespaces, mounts and network interfaces: only root can', {
    cure: "Run the same command with 'sudo'.",
  });
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
