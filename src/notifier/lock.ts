/**
 * One notifier for each journal. The lock is a unix socket beside it: who listens there is alive, and a dead one's is taken over.
 */
import { mkdirSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { dirname } from 'node:path';
import { Failure, messageOf } from '../process/failure.ts';

/** @throws Failure 'conflict' when a notifier that is alive uses the journal, 'permission' */
export async function lockJournal(journal: string): Promise<{ release(): Promise<void> }> {
  const path = `${journal}.lock`;
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
    throw new Failure('permission', `the lock of the journal can't be taken: ${messageOf(error)}`, {
      cure: 'Run as root, and look at the file system that it is on.',
      cause: error,
    });
  }
  throw new Failure('conflict', `another notifier is running on this node (${path})`, {
    cure: 'One is enough: see `systemctl status vnfha-notifier`.',
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
