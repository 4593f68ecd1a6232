/**
 * The services of a host, kept running as systemd would: Corosync, Pacemaker, and the enabled units of the artefact, read out of
 * the unit files that an operator's systemd would read.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import type { LabHost, ServiceAction } from '../protocol.ts';
import { Service } from './service.ts';
import { environmentIn, parseUnit } from './unit-file.ts';

const units = '/usr/lib/systemd/system';

export class Services {
  readonly #corosync: Service;
  readonly #pacemaker: Service;
  readonly #units = new Map<string, Service>();
  readonly #host: LabHost;

  constructor(host: LabHost) {
    this.#host = host;
    this.#corosync = new Service({
      name: 'corosync',
      argv: ['corosync', '-f'],
      restart: 'on-failure',
      restartMs: 1000,
      cleanExits: [0],
      wholeGroup: true,
    });
    // A pacemakerd that comes back adopts the daemons that were left; 100 means: do not come back.
    this.#pacemaker = new Service({
      name: 'pacemaker',
      argv: ['pacemakerd', '-f'],
      restart: 'on-failure',
      restartMs: 1000,
      cleanExits: [0, 100],
      wholeGroup: false,
      env: () => ({ PCMK_logfacility: 'none', PCMK_logfile: '/var/log/pacemaker/pacemaker.log' }),
      before: () => this.#startCorosync(),
    });
    for (const file of host.role === 'node' ? readdirSync(units) : []) {
      const name = /^(vnfha-.+)\.service$/.exec(file)?.[1];
      // of a template: the instances that are enabled
      const names = name?.endsWith('@') ? host.units.filter((unit) => unit.startsWith(name)) : name ? [name] : [];
      for (const each of names) this.#units.set(each, unitService(each, path.join(units, file)));
    }
  }

  /** Starts what is enabled here. */
  async startAll(): Promise<void> {
    if (this.#host.role !== 'node') return;
    await this.#pacemaker.start();
    for (const name of this.#host.units) await this.#named(name).start();
  }

  /** The clean way down: Pacemaker moves everything away, then Corosync leaves. */
  async stopAll(): Promise<void> {
    if (this.#host.role !== 'node') return;
    await this.#pacemaker.stop(Infinity);
    for (const unit of this.#units.values()) await unit.stop();
    await this.#stopCorosync();
  }

  /** Starts, stops or kills (SIGKILL of its main process; it comes back if its unit says so) one service. */
  async act(name: string, action: ServiceAction): Promise<void> {
    const service = this.#named(name);
    if (action === 'kill') service.kill();
    else if (action === 'start') await service.start();
    else if (service === this.#corosync) await this.#stopCorosync();
    else await service.stop(service === this.#pacemaker ? Infinity : undefined);
  }

  #named(name: string): Service {
    const all = [this.#corosync, this.#pacemaker, ...this.#units.values()];
    const service = all.find((candidate) => candidate.name === name);
    if (service === undefined) {
      throw new Error(`there is no service '${name}' here; there are: ${all.map((known) => known.name).join(', ')}`);
    }
    return service;
  }

  /** Pacemaker's unit requires Corosync's, so starting it starts Corosync. */
  async #startCorosync(): Promise<void> {
    await this.#corosync.start();
    while (!(await succeeds('corosync-cfgtool', ['-s']))) {
      if (!this.#corosync.running) return; // pacemakerd fails, and is started again
      await delay(30);
    }
  }

  async #stopCorosync(): Promise<void> {
    if (this.#corosync.running) await succeeds('corosync-cfgtool', ['-H', '--force']);
    await this.#corosync.stop();
  }
}

function unitService(name: string, file: string): Service {
  const text = readFileSync(file, 'utf8').replaceAll('%i', name.replace(/^[^@]*@?/, ''));
  const unit = parseUnit(text, file);
  return new Service({
    name,
    argv: unit.argv,
    restart: unit.restart,
    restartMs: unit.restartMs,
    cleanExits: [0],
    wholeGroup: true,
    env: () => Object.assign({}, unit.env, ...unit.environmentFiles.map(environmentOf)) as Record<string, string>,
    before: () => {
      for (const directory of unit.runtimeDirectories) mkdirSync(path.join('/run', directory), { recursive: true });
      for (const directory of unit.stateDirectories) mkdirSync(path.join('/var/lib', directory), { recursive: true });
    },
  });
}

function environmentOf(name: string): Record<string, string> {
  const optional = name.startsWith('-');
  const file = optional ? name.slice(1) : name;
  return optional && !existsSync(file) ? {} : environmentIn(readFileSync(file, 'utf8'));
}

const succeeds = (program: string, args: readonly string[]): Promise<boolean> =>
  promisify(execFile)(program, args).then(
    () => true,
    () => false,
  );
