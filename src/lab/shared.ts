/** What the hypervisors of a lab share, as they would the storage of VMs: the directories of the owner files. Pure. */
import path from 'node:path';
import { Failure } from '../process/failure.ts';
import type { LabVm } from './vms.ts';

/** What each host has for itself. */
const own = [
  ...['/boot', '/dev', '/etc/corosync', '/etc/libvirt', '/etc/pacemaker', '/etc/vnfha', '/home', '/proc', '/root', '/run', '/sys', '/tmp'],
  ...['/var/cache/libvirt', '/var/lib/corosync', '/var/lib/libvirt', '/var/lib/pacemaker', '/var/lib/pcsd', '/var/lib/vnfha', '/var/lib/vnfha-lab', '/var/log', '/var/run'],
]; // prettier-ignore
/** And with all that is in them. */
const programs = ['/bin', '/lib', '/lib32', '/lib64', '/sbin', '/usr'];

const isIn = (directory: string, whole: string): boolean => `${directory}/`.startsWith(`${whole}/`);

/** Each once, one before those in it. @throws Failure 'lab' for one that a host can't share */
export function sharedDirectories(vms: readonly Pick<LabVm, 'ownerFile'>[]): string[] {
  const files = vms.flatMap(({ ownerFile }) => (ownerFile === undefined ? [] : [path.resolve(ownerFile)]));
  const wrong = files.filter((file) => {
    const directory = path.dirname(file);
    if (directory === '/') return true;
    return [...own, ...programs].some((one) => isIn(one, directory)) || programs.some((one) => isIn(directory, one));
  });
  if (wrong.length > 0) {
    throw new Failure('lab', `the hosts of a lab share the directory of an owner file, and that of ${wrong.join(', ')} is each host's own`, {
      cure: 'Give owner files a directory of their own, as /srv/vms.',
    });
  }
  return [...new Set(files.map((file) => path.dirname(file)))].toSorted();
} // prettier-ignore
