/**
 * The end of a process that is not our child, told by the kernel at once: a pidfd (Linux 5.3) becomes readable when its process
 * ends, a zombie's too. It is the process's own: a pid that is used again is another one's.
 */
import { close } from 'node:fs';
import { Failure } from './failure.ts';
import { type Koffi, loadKoffi } from './koffi.ts';

export interface Pidfds {
  /**
   * Calls `ended` once when the process `pid` has ended; returns what ends the watching, and undefined when there is no such
   * process. Whether it is the process that is meant (pids are used again) is for the caller to see, after this returned.
   * @throws Failure 'unexpected': the kernel refuses (too many open files, no pidfd)
   */
  watch(pid: number, ended: () => void): (() => void) | undefined;
}

const esrch = 3;
const einval = 22;
const pidfdOpen = 434; // the same on every architecture

let loaded: Promise<Pidfds> | undefined;

/** @throws Failure 'missing' (koffi) */
export function loadPidfds(): Promise<Pidfds> {
  return (loaded ??= loadKoffi().then(bind));
}

function bind(koffi: Koffi): Pidfds {
  const syscall = koffi.load('libc.so.6').func('long syscall(long number, int pid, uint flags)');
  return {
    watch(pid, ended) {
      const fd = Number(syscall(pidfdOpen, pid, 0));
      if (fd < 0) {
        const errno = koffi.errno();
        if (errno === esrch || (errno === einval && pid <= 0)) return undefined;
        throw new Failure('unexpected', `process ${pid} cannot be watched: pidfd_open failed with errno ${errno}`);
      }
      let open = true;
      const stop = (): void => {
        if (!open) return;
        open = false;
        polling.close();
        close(fd, () => undefined);
      };
      const polling = koffi.node.poll(fd, { readable: true }, () => {
        if (!open) return;
        stop();
        ended();
      });
      return stop;
    },
  };
}
