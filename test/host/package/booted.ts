/**
 * A node that has booted with systemd, in namespaces of this machine, to install the package on: never on the machine itself. Corosync and
 * Pacemaker are there, and not started.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { until } from '../../lab/wait.ts';

export interface Answer {
  readonly code: number | null;
  /** Standard output and error. */
  readonly said: string;
}

export class BootedNode {
  readonly #init: string;
  readonly #directory: string;
  readonly #cgroups: readonly string[];

  private constructor(init: string, directory: string, cgroups: readonly string[]) {
    this.#init = init;
    this.#directory = directory;
    this.#cgroups = cgroups;
  }

  static async boot(): Promise<BootedNode> {
    const directory = mkdtempSync(path.join(tmpdir(), 'vnfha-booted-'));
    const cgroups = ownCgroups().map((own) => path.join(own, path.basename(directory)));
    for (const cgroup of cgroups) mkdirSync(cgroup);
    const join = cgroups.map((cgroup) => `echo $$ > ${cgroup}/cgroup.procs;`).join(' ');
    const unshare = 'unshare --mount --pid --net --uts --ipc --cgroup --fork --kill-child=KILL';
    const world = spawn('sh', ['-c', `${join} exec ${unshare} sh ${import.meta.dirname}/boot.sh ${directory}`], {
      stdio: 'ignore',
    });
    world.unref();
    const init = await until('an init', () => childOf(world.pid!));
    const node = new BootedNode(init, directory, cgroups);
    await until('systemd has booted', () => /^(running|degraded)$/m.test(node.run('systemctl is-system-running').said));
    return node;
  }

  /** Runs a shell script on the node. */
  run(script: string, input: string | Buffer = ''): Answer {
    const inside = ['--target', this.#init, '--all', 'env', '-i', 'PATH=/usr/sbin:/usr/bin', 'LC_ALL=C.UTF-8'];
    const { status, stdout } = spawnSync('nsenter', [...inside, 'sh', '-c', `exec 2>&1; ${script}`], {
      input,
      encoding: 'utf8',
      timeout: 60_000,
    });
    return { code: status, said: stdout };
  }

  /** Runs `script`, which must succeed, and returns what it said. */
  must(script: string, input: string | Buffer = ''): string {
    const { code, said } = this.run(script, input);
    if (code !== 0) throw new Error(`'${script}' ended with ${code}: ${said}`);
    return said;
  }

  write(file: string, content: string | Buffer): void {
    this.must(`cat > ${file}`, content);
  }

  /** Kills everything on it; nothing is left. */
  async down(): Promise<void> {
    process.kill(Number(this.#init), 'SIGKILL');
    await until('the node is gone', () => !readdirSync('/proc').includes(this.#init));
    for (const cgroup of this.#cgroups) await until(`nobody is in ${cgroup}`, () => removed(cgroup));
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

const childOf = (pid: number): string | undefined =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').find(Boolean);

/** The cgroup of this process in each hierarchy; not that of cpuset, into which one may not move without more ado. */
function ownCgroups(): string[] {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').matchAll(/^\S+ (\S+) (cgroup2?) (\S+)/gm);
  const lines = readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n');
  return [...mounts].flatMap(([, place, type, options]) => {
    const own = lines.map((line) => line.split(':') as [string, string, string]);
    const line = own.find(([, names]) => (type === 'cgroup2' ? names === '' : options!.split(',').includes(names)));
    return line === undefined || line[1] === 'cpuset' ? [] : [path.join(place!, line[2])];
  });
}

/** Removes the cgroup and those in it; false while a process is in one of them. */
function removed(cgroup: string): boolean {
  try {
    for (const entry of readdirSync(cgroup, { withFileTypes: true })) {
      if (entry.isDirectory()) removed(path.join(cgroup, entry.name));
    }
    rmdirSync(cgroup);
    return true;
  } catch {
    return false;
  }
}
