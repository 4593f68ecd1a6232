/** Real Redis and PostgreSQL servers for tests and checks: a folder of their own, a unix socket, ended by their process. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, closeSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface StoreServer {
  /** The unix socket. */
  readonly socket: string;
  readonly folder: string;
  /** Resolves when it takes connections; `args` are added for this time. */
  start(...args: string[]): Promise<void>;
  /** To its process and the children of that, of which PostgreSQL has one for each connection. */
  signal(signal: NodeJS.Signals): void;
  /** kill -9 (of PostgreSQL: its first process), and gone. */
  kill(): Promise<void>;
  /** Ended for good; its folder is gone. */
  end(): Promise<void>;
}

/** What it needs to keep what it acknowledges: see docs/sync.md. */
const redisArgs = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];

export function makeRedis(): StoreServer {
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  const socket = join(folder, 'socket');
  const args = ['--port', '0', '--unixsocket', socket, '--dir', folder, '--daemonize', 'no', ...redisArgs];
  return server({
    folder,
    socket,
    command: ['redis-server', ...args],
    ready: ['redis-cli', '-e', '-s', socket, 'PING'],
    stop: 'SIGKILL',
  });
}

let template: string | undefined;

/** As the user `postgres`, for it doesn't run as root; its superuser is `vnfha`. */
export function makePostgresql(): StoreServer {
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
  execFileSync('cp', ['-a', template, join(folder, 'data')]);
  const command = [...asPostgres, program('postgres'), '-D', join(folder, 'data'), '-k', folder, '-h', '', '-p', '5432', '-c', 'shared_buffers=16MB']; // prettier-ignore
  return server({
    folder,
    socket: join(folder, '.s.PGSQL.5432'),
    command,
    ready: ['pg_isready', '-q', '-h', folder],
    stop: 'SIGQUIT',
  });
}

interface Kind {
  readonly folder: string;
  readonly socket: string;
  /** For setpriv. */
  readonly command: readonly string[];
  /** Succeeds once it takes requests. */
  readonly ready: readonly [string, ...string[]];
  readonly stop: NodeJS.Signals;
}

function server({ folder, socket, command, ready, stop }: Kind): StoreServer {
  let child: ChildProcess | undefined;
  const running = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null;
  const isReady = (): boolean => spawnSync(ready[0], ready.slice(1), { stdio: 'ignore', timeout: 5000 }).status === 0;

  /** It doesn't outlive this process. */
  function launch(args: readonly string[]): void {
    const log = openSync(join(folder, 'log'), 'a');
    child = spawn('setpriv', ['--pdeathsig=KILL', ...command, ...args], { stdio: ['ignore', log, log], cwd: folder });
    closeSync(log);
  }

  async function stopWith(signal: NodeJS.Signals): Promise<void> {
    if (!running()) return;
    const exit = once(child!, 'exit');
    child!.kill(signal);
    child!.kill('SIGCONT');
    await exit;
  }

  return {
    socket,
    folder,
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
      const children = spawnSync('pgrep', ['-P', String(child!.pid)], { encoding: 'utf8' }).stdout.split('\n');
      for (const pid of [child!.pid!, ...children.filter((each) => each !== '').map(Number)]) process.kill(pid, signal);
    },
    kill: () => stopWith('SIGKILL'),
    async end() {
      await stopWith(stop);
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}
