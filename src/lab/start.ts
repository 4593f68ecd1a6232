/** Starting a world, and holding it until it is let go. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { Failure } from '../process/failure.ts';
import { onLines, writeLine } from './lines.ts';
import { programPath } from './processes.ts';
import type { WorldConfig, WorldEvent } from './protocol.ts';

/** The hold that this process has on a world: when it is lost, without `release`, the world ends. */
export interface Hold {
  /** Lets the world live on without this process. */
  release(): void;
  /** Lets this process end while it holds the world, which then ends too. */
  unref(): void;
}

/**
 * Starts the world and waits until its hosts are powered on.
 * @throws Failure 'lab'; then nothing is left of it
 */
export function startWorld(config: WorldConfig, programs: string, progress: (text: string) => void): Promise<Hold> {
  const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child=KILL', '--mount-proc'];
  const init = ['tini', '--', process.execPath, path.join(programs, 'world.cjs')];
  const world = spawn('unshare', [...namespaces, ...init], {
    detached: true, // Ctrl-C is for this process; the world learns of it by its stdin
    stdio: ['pipe', 'pipe', 'pipe'],
    cwd: '/',
    env: { HOME: '/root', PATH: programPath(), LC_ALL: 'C.UTF-8' },
  });
  let errors = '';
  world.stderr.on('data', (data) => (errors = (errors + String(data)).slice(-2000)));
  world.stdin.on('error', () => undefined); // it has ended; its exit says so
  writeLine(world.stdin, config);
  const letGo = () => {
    world.unref();
    for (const stream of [world.stdin, world.stdout, world.stderr]) (stream as unknown as { unref(): void }).unref();
  };
  return new Promise((resolve, reject) => {
    let reason: string | undefined;
    const failed = () =>
      reject(new Failure('lab', `the lab could not be started: ${reason ?? (errors.trim() || 'its world ended')}`));
    world.once('error', (error) => {
      reason = error.message;
      failed();
    });
    world.once('exit', failed);
    onLines<WorldEvent>(world.stdout, (event) => {
      if (event.event === 'progress') progress(event.text);
      else if (event.event === 'failed') reason = event.message;
      else {
        const release = () => {
          writeLine(world.stdin, 'detach');
          letGo();
        };
        resolve({ release, unref: letGo });
      }
    });
  });
}
