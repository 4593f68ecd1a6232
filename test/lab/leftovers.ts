/** What a lab has left on this machine, once it should be gone. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { directoryOf, worldOf } from '../../src/lab/worlds.ts';

const kinds = ['net', 'mnt', 'pid', 'uts', 'ipc'];
const own = namespacesOf('self');

/**
 * Remembers every namespace of a running lab, all hosts' included; what it returns lists what is still there of the lab:
 * processes in those namespaces, mounts and links on this machine, files.
 */
export function rememberLab(name: string): () => string[] {
  const world = worldOf(name);
  if (world === undefined) throw new Error(`the lab ${name} is not up`);
  const namespaces = new Set(
    descendants(world)
      .flatMap(namespacesOf)
      .filter((namespace) => !own.includes(namespace)),
  );
  if (namespaces.size < 5) throw new Error(`only ${namespaces.size} namespaces were found`);
  return () => [
    ...pids().flatMap((pid) =>
      namespacesOf(pid).some((namespace) => namespaces.has(namespace)) ? [`process ${pid}`] : [],
    ),
    ...readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .filter((line) => line.includes(directoryOf(name))),
    ...execFileSync('ip', ['-o', 'link'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => /^\d+: (h\d+n\d+|br\d+)[@:]/.test(line)),
    ...(existsSync(directoryOf(name)) ? [directoryOf(name)] : []),
  ];
}

const pids = (): string[] => readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));

function namespacesOf(pid: string): string[] {
  return kinds.flatMap((kind) => {
    try {
      return [readlinkSync(`/proc/${pid}/ns/${kind}`)];
    } catch {
      return []; // ended meanwhile
    }
  });
}

function descendants(pid: number): string[] {
  return [String(pid), ...childrenOf(pid).flatMap((child) => descendants(Number(child)))];
}

function childrenOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean);
  } catch {
    return []; // ended meanwhile
  }
}
