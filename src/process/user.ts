/** A daemon that begins as root, for what only root may read, and goes on as somebody who may less. */
import { constants } from 'node:fs';
import { chown, mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { Failure, messageOf } from './failure.ts';
import { run } from './run.ts';

export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** By the system's user database (id(1)). @throws Failure 'input' when there is none of that name */
export async function userNamed(name: string): Promise<User> {
  const id = async (what: string): Promise<number> =>
    Number((await run('id', [what, '--', name], { kind: 'input' })).stdout);
  return { name, uid: await id('-u'), gid: await id('-g') };
}

/**
 * Gives `file`, where there is one, and its directory to `user`; makes the directory. What the user may have put there in the place of the
 * file, a link to another, is left as it is.
 * @throws Failure 'permission'
 */
export async function giveTo(user: User, file: string): Promise<void> {
  try {
    const directory = path.dirname(file);
    await mkdir(directory, { recursive: true, mode: 0o755 });
    await chown(directory, user.uid, user.gid);
    const opened = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(ifThere);
    if (opened === undefined) return;
    try {
      const { nlink } = await opened.stat();
      if (nlink === 1) await opened.chown(user.uid, user.gid);
    } finally {
      await opened.close();
    }
  } catch (error) {
    throw new Failure('permission', `${file} can't be given to ${user.name}: ${messageOf(error)}`, { cause: error });
  }
}

/** No file, or a link. */
function ifThere(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ELOOP') throw error;
}

/** For the rest of this process's life, with nothing kept (setuid(2) of root). @throws Failure 'permission' when it isn't root */
export function become({ name, gid }: User): void {
  if (process.geteuid?.() !== 0) throw new Failure('permission', `only root may become ${name}`);
  process.setgroups!([gid]);
  process.setgid!(gid);
  process.setuid!(name);
}
