/** What boots the VMs of a lab: made of Debian packages once, and kept. */
import path from 'node:path';
import { run } from '../process/run.ts';
import type { Artefact } from './artefact.ts';
import type { HostCopy } from './protocol.ts';
import { bootOn, type LabVmKind } from './vms.ts';

/** The program that makes it, and what of it a host has where. */
const made = {
  server: { program: 'guest', files: { vmlinuz: bootOn('server'), initrd: bootOn('server') } },
  node: {
    program: 'guest-node',
    files: { vmlinuz: bootOn('node'), initrd: bootOn('node'), 'pacemaker-remoted': '/usr/local/sbin' },
  },
} as const;

/** Downloads take as long as they take. */
const makingMs = 10 * 60_000;

/** @throws Failure 'lab': the packages can't be had */
export async function bootFiles(
  kind: LabVmKind,
  { programs, cache }: Artefact,
  progress: (text: string) => void,
): Promise<HostCopy[]> {
  const { program, files } = made[kind];
  const directory = path.join(cache, `vnfha-${program}`);
  const say = (): void => progress('making what boots its VMs, of Debian packages: once, in half a minute');
  const timer = setTimeout(say, 1000);
  try {
    await run(path.join(programs, program), [directory], { timeout: makingMs, kind: 'lab' });
  } finally {
    clearTimeout(timer);
  }
  return Object.entries(files).map(([file, to]) => ({ from: path.join(directory, file), to: path.join(to, file) }));
}
