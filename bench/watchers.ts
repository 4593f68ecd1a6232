/** The bench's own programs in a lab: a client that asks all the time, and one that watches a HAProxy. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { LabProcess } from '../src/lab/enter.ts';
import type { Lab } from '../src/lab/lab.ts';
import { backAt, type Sample } from './outage.ts';

const directory = '/opt/vnfha-bench';

/** Starts one of bench/programs on a host of the lab. */
export async function startProgram(lab: Lab, host: string, name: string, args: readonly string[]): Promise<LabProcess> {
  for (const file of new Set(['clock.cjs', name])) {
    const text = readFileSync(path.join(import.meta.dirname, 'programs', file), 'utf8');
    await lab.writeFile(host, `${directory}/${file}`, text);
  }
  return lab.spawn(host, [process.execPath, `${directory}/${name}`, ...args]);
}

/** Calls `take` for each whole line of what the program prints. */
export function eachLine(program: LabProcess, take: (line: string) => void): void {
  let rest = '';
  program.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop()!;
    lines.forEach(take);
  });
  program.stderr.resume();
}

/** What the client of a lab sees of one address. */
export class Client {
  #samples: Sample[] = [];
  readonly #program: LabProcess;

  private constructor(program: LabProcess) {
    this.#program = program;
    eachLine(program, (line) => {
      const [at, took, ok, ...answer] = line.split(' ');
      this.#samples.push({ at: Number(at), took: Number(took), ok: ok === '1', answer: answer.join(' ') });
    });
  }

  static async start(lab: Lab, url: string, { intervalMs = 5, timeoutMs = 250 } = {}): Promise<Client> {
    return new Client(await startProgram(lab, 'client', 'probe.cjs', [String(intervalMs), String(timeoutMs), url]));
  }

  /** Forgets what it saw before. */
  forget(): void {
    this.#samples = [];
  }

  /** The requests that were over by now, by the time at which they were sent. */
  get samples(): Sample[] {
    return [...this.#samples].sort((a, b) => a.at - b.at);
  }

  /** Undefined when the last 20 requests were answered. */
  troubled(): string | undefined {
    const last = this.#samples.slice(-20);
    return last.length === 20 && last.every(({ ok }) => ok) ? undefined : `the client has '${last.at(-1)?.answer}'`;
  }

  /** When the outage that began after `from` was over; undefined: it isn't, or there was none. */
  backAfter(from: number): Sample | undefined {
    return backAt(this.samples, from);
  }

  stop(): Promise<void> {
    return this.#program.stop();
  }
}

interface Change {
  readonly at: number;
  /** backend/server */
  readonly server: string;
  readonly out: boolean;
}

/** What the HAProxy of one node says of its servers. It ends with the node. */
export class HaproxyWatch {
  readonly #changes: Change[] = [];
  readonly #program: LabProcess;

  private constructor(program: LabProcess) {
    this.#program = program;
    eachLine(program, (line) => {
      const [at, server, says] = line.split(' ');
      this.#changes.push({ at: Number(at), server: server!, out: says === 'out' });
    });
  }

  static async start(lab: Lab, node: string, socket: string): Promise<HaproxyWatch> {
    return new HaproxyWatch(await startProgram(lab, node, 'haproxy-watch.cjs', [socket]));
  }

  /** The servers of a backend that are out now; undefined before the first word of HAProxy. */
  out(backend: string): string[] | undefined {
    const now = new Map(this.#changes.map(({ server, out }) => [server, out]));
    const servers = [...now].filter(([server]) => server.startsWith(`${backend}/`));
    return servers.length === 0 ? undefined : servers.flatMap(([server, out]) => (out ? [server] : []));
  }

  /** When the server went out, at `from` or later. */
  outAfter(server: string, from: number): number | undefined {
    return this.#changes.find((change) => change.server === server && change.out && change.at >= from)?.at;
  }

  /** When the server was in again, after it went out at `from` or later. */
  inAfter(server: string, from: number): number | undefined {
    const out = this.outAfter(server, from);
    if (out === undefined) return undefined;
    return this.#changes.find((change) => change.server === server && !change.out && change.at > out)?.at;
  }

  stop(): Promise<void> {
    return this.#program.stop();
  }
}
