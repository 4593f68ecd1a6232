/**
 * A real corosync of one node (another, 'absent', is in its list only) in namespaces of its own: nothing of the host's corosync, network or /run is seen or touched,
 * and one SIGKILL ends all of it.
 */
import { type ChildProcess, spawn, type SpawnOptions, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { corosyncConf, ownDirectories } from './own-corosync.ts';

const configuration = corosyncConf('lonely', [
  { name: 'lonely', id: 7, address: '127.0.0.1' },
  { name: 'absent', id: 8, address: '127.0.0.2' },
]);

const setUp = `
set -e
hostname lonely
${ownDirectories}
echo ready
exec sleep infinity
`;

export interface LonelyNode {
  /** Runs a program to its end inside; its exit code and output. */
  readonly run: (program: string, ...args: string[]) => { code: number | null; stdout: string; stderr: string };
  /** Starts a program inside; it ends with the node at the latest. */
  readonly start: (program: string, args: readonly string[], options?: SpawnOptions) => ChildProcess;
  readonly startCorosync: () => Promise<void>;
  /** Signals corosync ('KILL', 'STOP', 'CONT'); after KILL it is waited for until it is gone. */
  readonly signalCorosync: (signal: string) => Promise<void>;
  readonly end: () => void;
}

/** Makes the node; corosync isn't started yet. */
export async function lonelyNode(): Promise<LonelyNode> {
  const namespaces = ['--net', '--mount', '--uts', '--ipc', '--pid', '--fork', '--kill-child=KILL', '--mount-proc'];
  const world = spawn('unshare', [...namespaces, 'tini', '--', 'sh', '-c', setUp], {
    env: { ...process.env, COROSYNC_CONF: configuration },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const children: ChildProcess[] = [world];
  const keep = (child: ChildProcess) => (children.push(child), child);
  // the children too: an nsenter whose program was stopped stops itself, and stays
  const end = () => children.forEach((child) => child.kill('SIGKILL'));
  process.setMaxListeners(50);
  process.once('exit', end);
  await new Promise<void>((resolve, reject) => {
    createInterface(world.stdout).once('line', () => resolve());
    world.once('exit', (code) => reject(new Error(`the node ended with ${code} while it was set up`)));
  });
  const init = readFileSync(`/proc/${world.pid}/task/${world.pid}/children`, 'utf8').trim();
  const enter = ['-t', init, '-m', '-u', '-i', '-n', '-p', `--wdns=${process.cwd()}`, '--'];
  const run = (program: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('nsenter', [...enter, program, ...args], { encoding: 'utf8' });
    return { code: status, stdout, stderr };
  };
  let corosync: ChildProcess | undefined;
  const corosyncPid = () => run('cat', '/run/corosync.pid').stdout.trim();
  return {
    run,
    start: (program, args, options) =>
      keep(spawn('nsenter', [...enter, program, ...args], { stdio: ['pipe', 'pipe', 'inherit'], ...options })),
    async startCorosync() {
      corosync = keep(spawn('nsenter', [...enter, 'corosync', '-f'], { stdio: ['ignore', 'inherit', 'inherit'] }));
      await until('corosync answers', () => run('corosync-cfgtool', '-s').code === 0);
    },
    async signalCorosync(signal) {
      const pid = corosyncPid();
      run('kill', `-${signal}`, pid);
      if (signal !== 'KILL') return;
      corosync?.kill('SIGCONT'); // nsenter stopped itself with its program, and only a running one reaps it
      await until('corosync is gone', () => run('kill', '-0', pid).code !== 0);
    },
    end,
  };
}

/** Polls `condition` every 20 ms for up to `ms`. */
export async function until(what: string, condition: () => boolean, ms = 60_000): Promise<void> {
  const giveUp = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > giveUp) throw new Error(`waited ${ms} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
