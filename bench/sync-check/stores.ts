/** Real Redis and PostgreSQL servers for tests and checks: a folder of their own, a unix socket, ended by their process. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chownSync, closeSync, existsSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Disk } from './disk.ts';

export interface StoreServer {
  /** The unix socket. */
  readonly socket: string;
  /** At the address of its place, where it has one. */
  readonly port: number;
  readonly folder: string;
  /** Resolves when it takes connections; `args` are added for this time. */
  start(...args: string[]): Promise<void>;
  /** To its process and the children of that, of which PostgreSQL has one for each connection. */
  signal(signal: NodeJS.Signals): void;
  /** kill -9 (of PostgreSQL: its first process), and gone. */
  kill(): Promise<void>;
  /** The power of its node is cut, which is gone for so many ms; where its place has a disk. */
  readonly losePower?: (awayMs: number) => Promise<void>;
  /** Ended for good; its folder is gone. */
  end(): Promise<void>;
}

/** Where it runs, if not on this machine at its unix socket alone. */
export interface Place {
  /** What its command begins with. */
  readonly enter: readonly string[];
  readonly address: string;
  /** For its data. */
  readonly disk?: Disk | undefined;
}

/** What it needs to keep what it acknowledges: see docs/sync.md. */
const redisArgs = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];

export function makeRedis(place?: Place): StoreServer {
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  const socket = join(folder, 'socket');
  const network =
    place === undefined ? ['--port', '0'] : ['--port', '6379', '--bind', place.address, '--protected-mode', 'no'];
  const data = place?.disk?.directory ?? folder;
  const args = ['--unixsocket', socket, '--dir', data, '--daemonize', 'no', ...redisArgs];
  return server({
    folder,
    socket,
    port: 6379,
    command: ['redis-server', ...network, ...args],
    ready: ['redis-cli', '-e', '-s', socket, 'PING'],
    stop: 'SIGKILL',
    place,
  });
}

let template: string | undefined;

/** As the user `postgres`, for it doesn't run as root; its superuser is `vnfha`. */
export function makePostgresql(place?: Place): StoreServer {
  const [uid, gid] = ['-u', '-g'].map((which) => Number(execFileSync('id', [which, 'postgres'])));
  const folder = mkdtempSync(join(tmpdir(), 'pg-'));
  chownSync(folder, uid!, gid!);
  const version = readdirSync('/usr/lib/postgresql').sort((a, b) => Number(b) - Number(a))[0]!;
  const program = (name: string): string => `/usr/lib/postgresql/${version}/bin/${name}`;
  const asPostgres = ['--reuid=postgres', '--regid=postgres', '--clear-groups'];
  if (template === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'pg-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    chownSync(made, uid!, gid!);
    const args = ['-D', join(made, 'data'), '-U', 'vnfha', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync', '--wal-segsize=1']; // prettier-ignore
    execFileSync('setpriv', [...asPostgres, program('initdb'), ...args], { stdio: ['ignore', 'ignore', 'inherit'], cwd: made }); // prettier-ignore
    template = join(made, 'data');
  }
  const data = join(place?.disk?.directory ?? folder, 'data');
  execFileSync('cp', ['-a', template, data]);
  if (place !== undefined) appendFileSync(join(data, 'pg_hba.conf'), 'host all all samenet trust\n');
  execFileSync('sync', ['-f', data]); // it was there before the check
  const address = place?.address ?? '';
  const command = [...asPostgres, program('postgres'), '-D', data, '-k', folder, '-h', address, '-p', '5432', '-c', 'shared_buffers=16MB']; // prettier-ignore
  return server({
    folder,
    socket: join(folder, '.s.PGSQL.5432'),
    port: 5432,
    command,
    ready: ['pg_isready', '-q', '-h', folder],
    stop: 'SIGQUIT',
    place,
  });
}

interface Kind {
  readonly folder: string;
  readonly socket: string;
  readonly port: number;
  readonly place: Place | undefined;
  /** For setpriv. */
  readonly command: readonly string[];
  /** Succeeds once it takes requests. */
  readonly ready: readonly [string, ...string[]];
  readonly stop: NodeJS.Signals;
}

function server({ folder, socket, port, command, ready, stop, place }: Kind): StoreServer {
  let child: ChildProcess | undefined;
  const running = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null;
  const isReady = (): boolean => spawnSync(ready[0], ready.slice(1), { stdio: 'ignore', timeout: 5000 }).status === 0;

  /** It doesn't outlive this process. */
  function launch(args: readonly string[]): void {
    const log = openSync(join(folder, 'log'), 'a');
    const [program, ...rest] = [...(place?.enter ?? []), 'setpriv', '--pdeathsig=KILL', ...command, ...args];
    child = spawn(program!, rest, { stdio: ['ignore', log, log], cwd: folder });
    closeSync(log);
  }

  async function stopWith(signal: NodeJS.Signals): Promise<void> {
    if (!running()) return;
    const exit = once(child!, 'exit');
    child!.kill(signal);
    child!.kill('SIGCONT');
    await exit;
  }

  const disk = place?.disk;
  const self: StoreServer = {
    socket,
    port,
    folder,
    ...(disk && {
      async losePower(awayMs) {
        disk.cut();
        const pids = [child!.pid!, ...childrenOf(child!.pid!)];
        await stopWith('SIGKILL');
        for (const pid of pids) await gone(pid);
        disk.back();
        await delay(awayMs);
        await self.start();
      },
    }),
    async start(...args) {
      const end = performance.now() + 60_000;
      do {
        // after kill -9 the rest of PostgreSQL may take a moment to go, and no other starts until then
        if (!running()) launch(args);
        await delay(50);
        if (running() && isReady()) return;
      } while (performance.now() < end);
      throw new Error(`${command.join(' ')} does not start: see ${folder}/log`);
    },
    signal(signal) {
      for (const pid of [child!.pid!, ...childrenOf(child!.pid!)]) process.kill(pid, signal);
    },
    kill: () => stopWith('SIGKILL'),
    async end() {
      await stopWith(stop);
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
  return self;
}

const childrenOf = (pid: number): number[] =>
  spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter(Boolean)
    .map(Number);

/** Has it killed, and waits for its end. */
async function gone(pid: number): Promise<void> {
  for (let tries = 0; tries < 200 && existsSync(`/proc/${pid}/exe`); tries += 1) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      return;
    }
    await delay(10);
  }
}
