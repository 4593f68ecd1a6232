/** A disk whose power can be cut: an ext4 on a loop device. What wasn't flushed is lost, as it is on a real one. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import path from 'node:path';

export interface Disk {
  /** Where it is mounted. */
  readonly directory: string;
  /** From now on nothing gets to it any more. */
  cut(): void;
  /** Mounts it anew, as after a start: nobody may have a file open there. */
  back(): void;
  end(): void;
}

/** ext4(5): the file system goes down as it is, and its journal isn't flushed (EXT4_IOC_SHUTDOWN, EXT4_GOING_FLAGS_NOLOGFLUSH). */
const goDown =
  'open my $d, "<", $ARGV[0] or die "$!"; my $flags = pack("L", 2); ioctl($d, 0x8004587d, $flags) or die "$!"';

/**
 * Makes one in `folder`. The caller has a mount namespace of its own (unshare --mount): with it the mount goes, and with the mount the loop
 * device.
 */
export function makeDisk(folder: string): Disk {
  const [image, directory] = [path.join(folder, 'disk'), path.join(folder, 'mounted')];
  const run = (program: string, ...args: string[]): void =>
    void execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const mount = (): void => run('mount', '-o', 'loop', image, directory);
  mkdirSync(directory);
  chmodSync(folder, 0o711); // a store runs as its own user
  run('truncate', '-s', '512M', image);
  run('mkfs.ext4', '-q', image);
  mount();
  return {
    directory,
    cut: () => run('perl', '-e', goDown, directory),
    back() {
      run('umount', directory);
      mount();
    },
    end: () => run('umount', directory),
  };
}
