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

/** @param vms whether it has any. @throws Failure 'permission' or 'missing' */
export function checkRequirements(vms: boolean): void {
  requireRoot();
  const directories = programPath().split(':');
  const missing = [...programs, ...(vms ? ofVms : [])].filter(
    (program) => !directories.some((directory) => isProgram(path.join(directory, program))),
  );
  if (missing.length > 0) {
    throw new Failure('missing', `a lab needs programs that are not installed: ${missing.join(', ')}`, {
      cure: "Run 'scripts/bootstrap' of the checkout, which installs the Debian packages.",
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
