/**
 * What libvirt itself notes of a domain of this node, in /run/libvirt/qemu/NAME.xml, at each change: its state, and QEMU's process. Reading it
 * asks nobody, so that it is as cheap as a file and tells as much while libvirtd is away. (A state that changes meanwhile is not in it;
 * that QEMU ended, /proc says.)
 */
import { readFileSync } from 'node:fs';
import { Failure, messageOf } from '../process/failure.ts';

export interface DomainStatus {
  /** As virsh says it: running, blocked, paused, shutdown (on its way), shutoff, crashed, pmsuspended. */
  readonly state: string;
  /** 'booted', 'user', 'I/O error' … */
  readonly reason: string;
  readonly pid: number;
}

/** Where libvirt's daemon for QEMU keeps them, on every distribution. */
const directory = '/run/libvirt/qemu';

/**
 * What is noted of `domain`; undefined: nothing, it isn't active as far as libvirt knew last.
 * @throws Failure 'input' when it is there and can't be read
 */
export function readDomainStatus(domain: string): DomainStatus | undefined {
  const file = `${directory}/${domain}.xml`;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Failure('input', `${file} cannot be read: ${messageOf(error)}`);
  }
  const status = parseDomainStatus(text);
  if (status === undefined) throw new Failure('input', `${file}: the state of a domain was expected, and is not there`);
  return status;
}

/** Reads the head of such a file; undefined when it isn't one. */
export function parseDomainStatus(text: string): DomainStatus | undefined {
  const [, attributes] = /<domstatus ([^>]*)>/.exec(text.slice(0, 4096)) ?? [];
  const value = (name: string): string | undefined =>
    new RegExp(`\\b${name}=['"]([^'"]*)['"]`).exec(attributes ?? '')?.[1];
  const [state, reason, pid] = [value('state'), value('reason'), Number(value('pid'))];
  if (state === undefined || !Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return { state, reason: reason ?? 'unknown', pid };
}
