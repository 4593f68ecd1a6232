/** One service: a foreground program that is started again as its unit says. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

interface ServiceSpec {
  readonly name: string;
  readonly argv: readonly string[];
  readonly restart: 'always' | 'on-failure' | 'no';
  readonly restartMs: number;
  /** Exit codes that are no failure. */
  readonly cleanExits: readonly number[];
  /** Whether what it leaves behind is killed (systemd's KillMode=control-group) or goes on (KillMode=process). */
  readonly wholeGroup: boolean;
  readonly env?: () => Readonly<Record<string, string>>;
  readonly before?: () => void | Promise<void>;
}

/** A program that ends at once is started ever more slowly, up to this. */
const slowestRestartMs = 5000;
const stopMs = 10_000;

export class Service {
  readonly name: string;
  readonly #spec: ServiceSpec;
  #child: ChildProcess | undefined;
  #wanted = false;
  #timer: NodeJS.Timeout | undefined;
  #quickEnds = 0;
  #waiting: (() => void)[] = [];

  constructor(spec: ServiceSpec) {
    this.name = spec.name;
    this.#spec = spec;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  async start(): Promise<void> {
    this.#wanted = true;
    clearTimeout(this.#timer);
    if (this.running) return;
    await this.#spec.before?.();
    if (!this.#wanted || this.running) return;
    const [program, ...args] = this.#spec.argv;
    const log = openSync(`/var/log/vnfha/${this.name}.log`, 'a');
    const begun = performance.now();
    const child = spawn(program!, args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...this.#spec.env?.() },
    });
    closeSync(log);
    this.#child = child;
    child.on('error', () => this.#ended(undefined, begun)); // no such program
    child.on('exit', (code) => this.#ended(code ?? undefined, begun));
  }

  /** SIGTERM, and after `ms` SIGKILL; returns when it is gone. */
  async stop(ms = stopMs): Promise<void> {
    this.#wanted = false;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child === undefined) return;
    const gone = new Promise<void>((resolve) => this.#waiting.push(resolve));
    child.kill('SIGTERM');
    const timer = Number.isFinite(ms) ? setTimeout(() => child.kill('SIGKILL'), ms) : undefined;
    await gone;
    clearTimeout(timer);
  }

  kill(): void {
    if (this.#child === undefined) throw new Error(`${this.name} is not running`);
    this.#child.kill('SIGKILL');
  }

  #ended(code: number | undefined, begun: number): void {
    const group = this.#child?.pid;
    this.#child = undefined;
    if (this.#spec.wholeGroup && group !== undefined) killGroup(group);
    this.#waiting.splice(0).forEach((resolve) => resolve());
    const clean = code !== undefined && this.#spec.cleanExits.includes(code);
    if (!this.#wanted || this.#spec.restart === 'no' || (clean && this.#spec.restart === 'on-failure')) return;
    this.#quickEnds = performance.now() - begun < 1000 ? this.#quickEnds + 1 : 0;
    const ms = Math.min(this.#spec.restartMs * 2 ** Math.max(0, this.#quickEnds - 1), slowestRestartMs);
    this.#timer = setTimeout(() => void this.start(), ms);
  }
}

function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // nothing was left of it
  }
}
