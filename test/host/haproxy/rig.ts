/**
 * A real HAProxy on loopback, with real backends, in a folder of its own. All of it ends with the test.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type Server as HttpServer, createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { processStat } from '../../../src/ocf/processes.ts';

export const backend = 'tel-web';
export const nodes = ['n1', 'n2', 'n3'] as const;

export interface Rig {
  readonly folder: string;
  readonly config: string;
  readonly socket: string;
  /** Where the master listens, of a HAProxy that was started with one. */
  readonly master: string;
  readonly port: number;
  readonly backendPorts: Readonly<Record<string, number>>;
  /** The configuration with these servers ('tel-web/n2') disabled. */
  render(excluded: ReadonlySet<string>): string;
  /** Starts HAProxy on the file as it is, with a master if wanted, and waits until its socket answers. */
  start(withMaster?: boolean): Promise<ChildProcess>;
  /** Who answers nine requests through HAProxy, sorted: n1, n2 …, or the status code of HAProxy's own answer, or 'refused'. */
  ask(): Promise<string[]>;
  /** A request that is answered after 5 s: GET /slow. */
  askSlow(): Promise<string>;
}

export async function haproxyRig(t: ExecutionContext): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'vnfha-haproxy-'));
  const children: ChildProcess[] = [];
  const servers: HttpServer[] = [];
  t.teardown(async () => {
    for (const child of children) await kill(child);
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const backendPorts: Record<string, number> = {};
  for (const node of nodes) {
    const server = createServer((request, response) => {
      setTimeout(() => response.end(node), request.url === '/slow' ? 5000 : 0);
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    backendPorts[node] = (server.address() as AddressInfo).port;
  }
  const config = join(folder, 'haproxy.cfg');
  const socket = join(folder, 'haproxy.sock');
  const master = join(folder, 'master.sock');
  const port = await freePort();

  const render = (excluded: ReadonlySet<string>): string =>
    [
      'global',
      `  stats socket ${socket} mode 600 level admin expose-fd listeners`,
      'defaults',
      '  mode http',
      '  timeout connect 1s',
      '  timeout client 10s',
      '  timeout server 10s',
      '  timeout check 10s', // a busy machine is no failure
      '  retries 0',
      'frontend front',
      `  bind 127.0.0.1:${port}`,
      `  default_backend ${backend}`,
      `backend ${backend}`,
      '  option httpchk GET /',
      '  default-server check inter 100ms fall 2 rise 1',
      ...nodes.map((node) => {
        const word = excluded.has(`${backend}/${node}`) ? ' disabled' : '';
        return `  server ${node} 127.0.0.1:${backendPorts[node]}${word}`;
      }),
      '',
    ].join('\n');
  writeFileSync(config, render(new Set()));

  const ask = async (path: string): Promise<string> => {
    try {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } });
      return response.ok ? await response.text() : String(response.status);
    } catch {
      return 'refused';
    }
  };

  return {
    folder,
    config,
    socket,
    master,
    port,
    backendPorts,
    render,
    async start(withMaster = false) {
      const mode = withMaster ? ['-W', '-S', master] : ['-db'];
      const child = spawn('haproxy', [...mode, '-f', config], { stdio: 'ignore' });
      children.push(child);
      await until(() => answers(socket), 'HAProxy answers');
      return child;
    },
    async ask() {
      const answers = new Set<string>();
      for (let n = 0; n < 9; n++) answers.add(await ask('/'));
      return [...answers].sort();
    },
    askSlow: () => ask('/slow'),
  };
}

/** Ends a process that was started here, also a stopped one, and waits for its end. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL'); // a worker ends with its master
  await once(child, 'exit');
}

/** Stops a process, and waits until it is stopped: until then it may still answer. */
export async function freeze(child: ChildProcess): Promise<void> {
  child.kill('SIGSTOP');
  await until(() => processStat(child.pid!)?.state === 'T', 'it is stopped');
}

/** Polls until `condition` holds. */
export async function until(condition: () => boolean | Promise<boolean>, what: string, ms = 60_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await sleep(20);
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => socket.end('show info\n'));
    socket.on('data', () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
