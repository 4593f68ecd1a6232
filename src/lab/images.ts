/** What the hypervisors of a lab have on their disks: the XML of each VM, and what boots them, which is made of Debian packages once and kept. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { run } from '../process/run.ts';
import type { Artefact } from './artefact.ts';
import type { HostFile } from './protocol.ts';
import { bootOn, domainXml, type LabVm, type LabVmKind } from './vms.ts';

/** Which program makes it, where it is kept, and where a node wants it that is no file of `bootOn`. */
const made = {
  server: { program: 'guest', cache: 'vnfha-guest', files: ['vmlinuz', 'initrd'] },
  node: { program: 'guest-node', cache: 'vnfha-guest-node', files: ['vmlinuz', 'initrd', 'pacemaker-remoted'] },
} as const;

/** Downloads take as long as they take. */
const makingMs = 10 * 60_000;

/** @throws Failure 'lab': the packages can't be had */
export async function vmFiles(vms: readonly LabVm[], artefact: Artefact, progress: (text: string) => void): Promise<HostFile[]> {
  const files: HostFile[] = vms.map((vm) => ({ path: vm.config, content: domainXml(vm) }));
  for (const kind of new Set(vms.map((vm) => vm.kind))) files.push(...(await bootFiles(kind, artefact, progress)));
  return files;
} // prettier-ignore

async function bootFiles(kind: LabVmKind, { programs, cache }: Artefact, progress: (text: string) => void): Promise<HostFile[]> {
  const { program, cache: name, files } = made[kind];
  const directory = path.join(cache, name);
  const timer = setTimeout(() => progress('making what boots its VMs, of Debian packages: once, in half a minute'), 1000);
  try {
    await run(path.join(programs, program), [directory], { timeout: makingMs, kind: 'lab' });
  } finally {
    clearTimeout(timer);
  }
  return files.map((file): HostFile => {
    const isDaemon = file === 'pacemaker-remoted';
    const content = readFileSync(path.join(directory, file)).toString('base64');
    return { path: isDaemon ? `/usr/local/sbin/${file}` : `${bootOn(kind)}/${file}`, content, base64: true, mode: isDaemon ? 0o755 : 0o644 };
  });
} // prettier-ignore
