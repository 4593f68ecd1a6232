/**
 * One host: off, or a tree of processes in network, mount, uts, ipc and pid namespaces of its own. Only its own processes hold
 * its network, so killing its pid 1 is a power cut: processes, addresses and connections all go at once.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, openSync, closeSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../process/log.ts';
import { onLines, writeLine } from '../lines.ts';
import { childOf, programPath } from '../processes.ts';
import type { HostEvent, HostFile, HostRequest, HostStatus, LabHost } from '../protocol.ts';
import { Cables } from './cables.ts';

/** Without the id, which is ours to give. */
type Request = HostRequest extends infer R ? (R extends HostRequest ? Omit<R, 'id'> : never) : never;

interface Running {
  readonly unshare: ChildProcess;
  /** Its pid 1 as the world sees it, once it is known. */
  init: number | undefined;
  /** When its last process is gone. */
  readonly gone: Promise<void>;
}

export class Machine {
  readonly #host: LabHost;
  readonly #files: readonly HostFile[];
  readonly #shared: readonly string[];
  readonly #disks: string;
  readonly #lower: readonly string[];
  readonly #log: Log;
  readonly #cables: Cables;
  #running: Running | undefined;
  #state: HostStatus['power'] = 'off';
  #installed = false;
  #answers = new Map<number, (error: string | undefined) => void>();
  #lastId = 0;

  constructor(
    host: LabHost,
    files: readonly HostFile[],
    shared: readonly string[],
    disks: string,
    lower: readonly string[],
    log: Log,
  ) {
    this.#host = host;
    this.#files = files;
    this.#shared = shared;
    this.#disks = disks;
    this.#lower = lower;
    this.#log = log;
    this.#cables = new Cables(host);
  }

  get power(): HostStatus['power'] {
    return this.#state;
  }

  status(): HostStatus {
    const { name, role, nics } = this.#host;
    const init = this.#running?.init;
    return {
      name,
      role,
      power: this.#state,
      unplugged: this.#cables.unplugged(),
      addresses: Object.fromEntries(
        nics.flatMap(({ addresses }) => addresses.map(({ network, address }) => [network, address.split('/')[0]!])),
      ),
      pidNamespace: init === undefined ? undefined : namespaceOf(init),
    };
  }

  /** Powers it on; returns when its root and network are there and its services are being started. */
  async boot(): Promise<void> {
    if (this.#running !== undefined) throw new Error(`${this.#host.name} is on already`);
    const disk = path.join(this.#disks, 'hosts', this.#host.name);
    for (const part of ['upper', 'work', 'root']) mkdirSync(path.join(disk, part), { recursive: true });
    const shared = this.#shared.map((directory, at) => ({
      path: directory,
      from: path.join(this.#disks, 'shared', String(at)),
    }));
    for (const { from } of shared) mkdirSync(from, { recursive: true });
    const running = this.#start(path.join(disk, 'console.log'));
    const next = this.#events(running);
    await next('hello');
    running.init = await childOf(running.unshare.pid!);
    await this.#cables.connect(running.init);
    writeLine(running.unshare.stdin!, {
      host: this.#host,
      root: path.join(disk, 'root'),
      lower: this.#lower,
      upper: path.join(disk, 'upper'),
      work: path.join(disk, 'work'),
      fenceSocket: this.#host.role === 'node' ? path.join(this.#disks, 'fence.sock') : undefined,
      shared,
      install: this.#installed ? undefined : this.#files,
    });
    await next('booted');
    this.#installed = true;
    if (this.#running === running) this.#state = 'on';
    this.#log.info('on', { host: this.#host.name });
  }

  /** A power cut; returns when its last process is gone. */
  async powerOff(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    // The cables first: a network namespace is torn down some time after its last process, and until then its kernel would
    // answer for the addresses that it held.
    await this.#cables.remove();
    while (running.init === undefined && this.#running === running) await delay(5);
    if (running.init !== undefined) kill(running.init);
    await running.gone;
  }

  plug(on: boolean, network: string | undefined): Promise<void> {
    return this.#cables.plug(on, network);
  }

  /** Asks the host's init; for 'halt', returns when the host is off. */
  async ask(request: Request): Promise<void> {
    const running = this.#running;
    if (running === undefined || this.#state !== 'on') throw new Error(`${this.#host.name} is ${this.#state}`);
    const id = ++this.#lastId;
    if (request.do === 'halt') this.#state = 'halting';
    const error = await new Promise<string | undefined>((resolve) => {
      this.#answers.set(id, resolve);
      void running.gone.then(() => resolve(`${this.#host.name} lost its power`));
      writeLine(running.unshare.stdin!, { ...request, id });
    });
    this.#answers.delete(id);
    if (error !== undefined) throw new Error(error);
    if (request.do === 'halt') await running.gone;
  }

  #start(consoleLog: string): Running {
    const console = openSync(consoleLog, 'a');
    const namespaces = ['--net', '--mount', '--uts', '--ipc', '--pid', '--fork', '--kill-child=KILL', '--mount-proc'];
    const init = ['tini', '--', process.execPath, path.join(this.#disks, 'node.cjs')];
    const unshare = spawn('unshare', [...namespaces, ...init], {
      detached: true,
      stdio: ['pipe', 'pipe', console],
      cwd: '/',
      env: { HOME: '/root', PATH: programPath(), LC_ALL: 'C.UTF-8' },
    });
    closeSync(console);
    unshare.stdin!.on('error', () => undefined); // it was killed; `gone` says so
    const gone = new Promise<void>((resolve) => {
      unshare.once('error', () => resolve());
      unshare.once('exit', () => resolve());
    }).then(async () => {
      this.#running = undefined;
      this.#state = 'off';
      await this.#cables.remove();
      this.#log.info('off', { host: this.#host.name });
    });
    const running = { unshare, init: undefined, gone };
    this.#running = running;
    this.#state = 'booting';
    return running;
  }

  /** Waits for one event of the host's init; its answers go to who asked. */
  #events(running: Running): (event: 'hello' | 'booted') => Promise<void> {
    const seen = new Map<string, () => void>();
    const promises = new Map(
      ['hello', 'booted'].map((event) => [event, new Promise<void>((resolve) => seen.set(event, resolve))]),
    );
    onLines<HostEvent>(running.unshare.stdout!, (event) => {
      if (event.event === 'answer') this.#answers.get(event.id)?.(event.error);
      else seen.get(event.event)?.();
    });
    const lost = running.gone.then(() => {
      throw new Error(`${this.#host.name} ended while it was booting`);
    });
    lost.catch(() => undefined);
    return (event) => Promise.race([promises.get(event)!, lost]);
  }
}

function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined; // just killed
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it was gone already
  }
}
