/** The processes of QEMU on this node, by their command lines: which guest is whose. */
import { readdirSync, readFileSync } from 'node:fs';

/** Every process of this pid namespace that runs the guest `domain`, whatever libvirt knows of it. */
export function qemusOf(domain: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && guestOf(Number(name)) === domain)
    .map(Number);
}

/** The guest that the process runs; undefined: it is no QEMU of libvirt's, or has ended (a zombie has no command line). */
export function guestOf(pid: number): string | undefined {
  try {
    return guestIn(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The guest's name in a command line of QEMU as /proc has it: `-name guest=NAME,debug-threads=on`. A comma in it would be doubled. */
export function guestIn(cmdline: string): string | undefined {
  const words = cmdline.split('\0');
  const at = words.indexOf('-name');
  return at < 0 ? undefined : /^guest=((?:[^,]|,,)+)(?:,[^,]|$)/.exec(words[at + 1] ?? '')?.[1]?.replaceAll(',,', ',');
}
