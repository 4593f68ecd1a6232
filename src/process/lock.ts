/**
 * One daemon of a kind on a node. The lock is a unix socket: who listens there is alive, and a dead one's is taken over.
 */
import { mkdirSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { dirname } from 'node:path';
import { Failure, messageOf } from './failure.ts';

/**
 * Takes the lock at `path`, for the daemon that is called `who`, of the unit `unit`.
 * @throws Failure 'conflict' when one that is alive has it, 'permission'
 */
export async function takeLock(path: string, who: string, unit: string): Promise<{ release(): Promise<void> }> {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    const server = await listen(path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
      if (await answers(path)) return undefined;
      await unlink(path);
      return listen(path);
    });
    if (server !== undefined) return { release: () => new Promise((resolve) => server.close(() => resolve())) };
  } catch (error) {
    throw new Failure('permission', `the lock ${path} can't be taken: ${messageOf(error)}`, {
      cure: 'Run as root, and look at the file system that it is on.',
      cause: error,
    });
  }
  throw new Failure('conflict', `another ${who} is running on this node (${path})`, {
    cure: `One is enough: see \`systemctl status ${unit}\`.`,
  });
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen(path, () => resolve(server.unref()));
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
