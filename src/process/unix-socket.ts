/** A daemon's door: a unix socket that nobody can use before its mode says so. */
import { chmod, chown, lstat, rm } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { Failure, messageOf } from './failure.ts';

export interface Door {
  readonly path: string;
  /** As chmod(2) has it. */
  readonly mode: number;
  /** The group that owns it; default: the process's. */
  readonly gid?: number | undefined;
  /** What listens there, in an error: 'bridge'. */
  readonly who: string;
  /** What is to be done when another one does. */
  readonly cure: string;
}

/**
 * Has `server` (also one of HTTP) listen at the door. The socket that a dead one left is taken over.
 * @throws Failure 'conflict' when another one listens there, or something else than a socket is there; 'permission'
 */
export async function listenAtDoor(server: Server, { path, mode, gid, who, cure }: Door): Promise<void> {
  if (await isAnswered(path))
    throw new Failure('conflict', `another ${who} is running on this node: it listens at ${path}`, { cure });
  await removeSocket(path);
  try {
    await listen(server, path);
    if (gid !== undefined) await chown(path, process.getuid!(), gid);
    await chmod(path, mode);
  } catch (error) {
    throw new Failure('permission', `cannot listen at ${path}: ${messageOf(error)}`, {
      cure: 'Run as root; its folder must be there, and the path have at most 107 characters.',
      cause: error,
    });
  }
}

/** Only a socket: a path that was mistaken may be anything. */
async function removeSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket())
    throw new Failure('conflict', `cannot listen at ${path}: it is there already, and no socket`, {
      cure: 'Choose another path; nothing was removed.',
    });
  await rm(path, { force: true });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (answered: boolean) => () => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', end(true));
    socket.once('error', end(false));
  });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // the mask is for the moment between bind and chmod; bind happens within listen()
    const mask = process.umask(0o177);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
    process.umask(mask);
  });
}
