/** All hosts of the lab, by name, and what can be asked about them. */
import type { Log } from '../../process/log.ts';
import type { Fencing, LabRequest, WorldConfig, WorldStatus } from '../protocol.ts';
import { Machine } from './machine.ts';

export class Machines {
  readonly #config: WorldConfig;
  readonly #byName: ReadonlyMap<string, Machine>;

  constructor(config: WorldConfig, disks: string, lower: readonly string[], log: Log) {
    this.#config = config;
    this.#byName = new Map(
      config.hosts.map((host) => [
        host.name,
        new Machine(host, config.files[host.name] ?? [], host.hypervisor ? config.shared : [], disks, lower, log),
      ]),
    );
  }

  nodes(): string[] {
    return this.#config.hosts.filter((host) => host.role === 'node').map((host) => host.name);
  }

  isOn(name: string): boolean {
    return this.#named(name).power !== 'off';
  }

  boot(name: string): Promise<void> {
    return this.#named(name).boot();
  }

  powerOff(name: string): Promise<void> {
    return this.#named(name).powerOff();
  }

  async answer(request: LabRequest, fencings: readonly Fencing[]): Promise<unknown> {
    switch (request.do) {
      case 'status':
        return this.#status();
      case 'fenceLog':
        return fencings;
      case 'boot':
        return this.boot(request.host);
      case 'kill':
        return this.powerOff(request.host);
      case 'halt':
        return this.#named(request.host).ask({ do: 'halt' });
      case 'plug':
      case 'unplug':
        return this.#named(request.host).plug(request.do === 'plug', request.network);
      case 'service':
        return this.#named(request.host).ask(request);
    }
  }

  #status(): WorldStatus {
    const { name, description } = this.#config;
    return { name, description, hosts: [...this.#byName.values()].map((machine) => machine.status()) };
  }

  #named(name: string): Machine {
    const machine = this.#byName.get(name);
    if (machine !== undefined) return machine;
    throw new Error(`this lab has no host '${name}'; it has: ${[...this.#byName.keys()].join(', ')}`);
  }
}
