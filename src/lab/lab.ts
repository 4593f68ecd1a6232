/**
 * A real cluster on this machine, in namespaces: `Lab.up` makes one, `Lab.named` is one that is up. docs/lab.md has the picture.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterStatus } from '../model/cluster.ts';
import { besideDirectory, paths } from '../model/names.ts';
import { Failure } from '../process/failure.ts';
import { copyOut, execHere, execIn, type ExecOptions, type ExecResult, type LabProcess, spawnIn } from './enter.ts';
import { worldName } from './plan.ts';
import { isInitOf, initOf } from './processes.ts';
import type { Fencing, LabRequest, ServiceAction, WorldStatus } from './protocol.ts';
import { statusFrom, whyNotReady } from './ready.ts';
import type { Hold } from './start.ts';
import { raise, type UpOptions } from './up.ts';
import { askWorld, directoryOf, endWorld, worldOf } from './worlds.ts';

export class Lab {
  readonly name: string;
  readonly #hold: Hold | undefined;
  /** host -> its pid 1 as seen here, and the namespace that it must still be pid 1 of */
  readonly #inits = new Map<string, { readonly pid: number; readonly pidNamespace: string }>();

  private constructor(name: string, hold?: Hold) {
    this.name = name;
    this.#hold = hold;
  }

  /**
   * Makes a lab and powers its hosts on; `ready` waits for the cluster. Until `release`, it ends with this process, however that ends.
   * @throws Failure 'permission', 'missing', 'input' (the description), 'lab'
   */
  static async up(options: UpOptions = {}): Promise<Lab> {
    const { name, hold } = await raise(options);
    const lab = new Lab(name, hold);
    if (options.ownerBound === false) lab.release();
    return lab;
  }

  /** The lab of that name, which is up: every call says so if it isn't. */
  static named(name: string): Lab {
    return new Lab(name);
  }

  /** Lets the lab live on when this process ends. */
  release(): void {
    this.#hold?.release();
  }

  /** Ends everything in the lab at once; nothing is left on the machine. */
  async down(): Promise<void> {
    this.#hold?.unref();
    await endWorld(this.name);
  }

  /** Runs a program on a node, the `client` or the `world` to its end. */
  async exec(where: string, argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    return execIn(await this.#pidOf(where), argv, options);
  }

  /** Runs a program there on this process's own stdin, stdout and stderr; returns its exit code. */
  async execHere(where: string, argv: readonly string[]): Promise<number> {
    return execHere(await this.#pidOf(where), argv);
  }

  /** Starts a program there; it ends at the latest with its host. */
  async spawn(where: string, argv: readonly string[], env?: Readonly<Record<string, string>>): Promise<LabProcess> {
    return spawnIn(await this.#pidOf(where), argv, env);
  }

  /** The text of a file there. */
  async readFile(where: string, file: string): Promise<string> {
    return (await this.#must(where, ['cat', '--', file])).stdout;
  }

  /** Writes a file there, with its directory. */
  async writeFile(where: string, file: string, content: string, mode = 0o644): Promise<void> {
    // not install(1): a socket on its stdin is no file that it could open
    const script = 'mkdir -p "${1%/*}" && (umask 077; cat >"$1") && chmod "$2" "$1"';
    await this.#must(where, ['sh', '-c', script, 'sh', file, mode.toString(8)], { input: content });
  }

  /** Pulls the plug: all its processes are gone when this returns. It stays off until it is fenced (which reboots it) or booted. */
  async kill(node: string): Promise<void> {
    await this.#ask({ do: 'kill', host: node });
  }

  /** Powers it on; its disk is as it was. */
  async boot(node: string): Promise<void> {
    await this.#ask({ do: 'boot', host: node });
  }

  /** Shuts it down cleanly, as an operator's shutdown would. */
  async halt(node: string): Promise<void> {
    await this.#ask({ do: 'halt', host: node });
  }

  /** Pulls its cable to one network, or all; the cable stays pulled over a reboot. */
  async unplug(node: string, network?: string): Promise<void> {
    await this.#ask({ do: 'unplug', host: node, network });
  }

  async plug(node: string, network?: string): Promise<void> {
    await this.#ask({ do: 'plug', host: node, network });
  }

  /** Starts, stops or kills corosync, pacemaker, vnfha-supervisor, vnfha-bridge or vnfha-notifier on a node. */
  async service(node: string, service: string, action: ServiceAction): Promise<void> {
    await this.#ask({ do: 'service', host: node, service, action });
  }

  async status(): Promise<WorldStatus> {
    return this.#ask<WorldStatus>({ do: 'status' });
  }

  /** Every off, on and reboot that the power switch was asked for, in order. */
  async fenceLog(): Promise<readonly Fencing[]> {
    return this.#ask<readonly Fencing[]>({ do: 'fenceLog' });
  }

  /** The cluster as a node that is on has it; undefined while none has. */
  async cluster(): Promise<ClusterStatus | undefined> {
    for (const node of await this.#nodesOn()) {
      const status = await this.#statusFrom(node);
      if (status !== undefined) return status;
    }
    return undefined;
  }

  /** Copies every node's /var/log to DIRECTORY/NODE, of nodes that are off too. */
  async copyLogs(directory: string): Promise<void> {
    const world = await this.#pidOf(worldName);
    for (const { name, role } of (await this.status()).hosts) {
      if (role === 'node')
        await copyOut(world, `${directoryOf(this.name)}/disks/hosts/${name}/upper/var/log`, `${directory}/${name}`);
    }
  }

  /**
   * Waits until exactly these nodes (default: all) are online in a partition with quorum that has a DC.
   * @throws Failure 'timeout' that says what was seen last
   */
  async ready({
    nodes,
    timeout = 60_000,
  }: { readonly nodes?: readonly string[]; readonly timeout?: number } = {}): Promise<void> {
    const end = performance.now() + timeout;
    const { hosts } = await this.status();
    const wanted = nodes ?? hosts.filter((host) => host.role === 'node').map((host) => host.name);
    let last = 'no node answered';
    while (performance.now() < end) {
      for (const node of wanted) {
        const status = await this.#statusFrom(node);
        const why = whyNotReady(status, wanted);
        if (why === undefined) return;
        last = why;
        if (status !== undefined) break; // one that answers is enough
      }
      await delay(50);
    }
    throw new Failure('timeout', `the cluster of the lab '${this.name}' was not ready within ${timeout} ms: ${last}`);
  }

  /** Applies the descriptions that the nodes were installed with. */
  async apply(): Promise<void> {
    const [node] = await this.#nodesOn();
    if (node === undefined) throw new Failure('lab', 'no node is on');
    const beside = await this.exec(node, ['find', besideDirectory, '-name', '*.yaml']);
    for (const file of [paths.description, ...beside.stdout.split('\n').filter(Boolean)])
      await this.#must(node, ['vnfha', 'apply', '--yes', file], { timeout: 120_000 });
  }

  /** The pid, as seen on this machine, of a host's pid 1. */
  async #pidOf(where: string): Promise<number> {
    const cached = this.#inits.get(where);
    if (cached !== undefined && isInitOf(cached.pid, cached.pidNamespace)) return cached.pid;
    if (where === worldName) {
      const pid = worldOf(this.name);
      if (pid !== undefined) return pid;
    }
    const { hosts } = await this.status();
    const host = hosts.find((candidate) => candidate.name === where);
    if (host === undefined) {
      const known = [...hosts.map((candidate) => candidate.name), worldName].join(', ');
      throw new Failure('lab', `the lab '${this.name}' has no host '${where}'; it has: ${known}`);
    }
    const pid = host.pidNamespace === undefined ? undefined : initOf(host.pidNamespace);
    if (pid === undefined || host.power !== 'on') {
      throw new Failure('lab', `${where} is ${host.power}`, {
        cure: `Power it on with 'vnfha lab boot ${where}'.`,
        retryable: true,
      });
    }
    this.#inits.set(where, { pid, pidNamespace: host.pidNamespace! });
    return pid;
  }

  async #nodesOn(): Promise<string[]> {
    const { hosts } = await this.status();
    return hosts.filter((host) => host.role === 'node' && host.power === 'on').map((host) => host.name);
  }

  #statusFrom(node: string): Promise<ClusterStatus | undefined> {
    return statusFrom((where, argv) => this.exec(where, argv, { timeout: 5000 }), node);
  }

  async #must(where: string, argv: readonly string[], options?: ExecOptions): Promise<ExecResult> {
    const result = await this.exec(where, argv, options);
    if (result.code === 0) return result;
    const said = result.stderr.trim() || result.stdout.trim();
    throw new Failure('lab', `'${argv.join(' ')}' on ${where} ended with exit code ${result.code}: ${said}`);
  }

  #ask<T>(request: LabRequest): Promise<T> {
    return askWorld<T>(this.name, request);
  }
}
