/** The cables of one host. A cable that was pulled stays pulled, also over a power cut. */
import { run } from '../../process/run.ts';
import type { LabHost, Nic } from '../protocol.ts';

export class Cables {
  readonly #host: LabHost;
  readonly #pulled = new Set<string>();
  #connected = false;

  constructor(host: LabHost) {
    this.#host = host;
  }

  unplugged(): string[] {
    return [...this.#pulled];
  }

  /** Connects the host whose pid 1 is `init` (as seen here) to its switches. */
  async connect(init: number): Promise<void> {
    await ip(
      this.#host.nics.flatMap(({ port, cable, mac, bridge, networks }) => [
        `link add ${port} type veth peer name ${cable} address ${mac} netns ${init}`,
        `link set ${port} master ${bridge}`,
        ...(this.#pulled.has(networks[0]!) ? [] : [`link set ${port} up`]),
      ]),
    );
    this.#connected = true;
  }

  /** Takes the ports off the switches. They may be gone with the host already. */
  async remove(): Promise<void> {
    this.#connected = false;
    await run('ip', ['-force', '-batch', '-'], {
      input: this.#host.nics.map(({ port }) => `link del ${port}\n`).join(''),
      accept: [0, 1],
    });
  }

  /** Pulls or puts back the cable to one network, or all of them. */
  async plug(on: boolean, network: string | undefined): Promise<void> {
    const nics = this.#host.nics.filter((nic) => network === undefined || nic.networks.includes(network));
    if (nics.length === 0) throw new Error(`${this.#host.name} is not in a network '${network ?? ''}'`);
    for (const nic of nics) this.#mark(nic, on);
    if (this.#connected) await ip(nics.map(({ port }) => `link set ${port} ${on ? 'up' : 'down'}`));
  }

  #mark(nic: Nic, on: boolean): void {
    for (const network of nic.networks) {
      if (on) this.#pulled.delete(network);
      else this.#pulled.add(network);
    }
  }
}

const ip = (lines: readonly string[]) => run('ip', ['-batch', '-'], { input: lines.join('\n') + '\n', kind: 'lab' });
