/** A daemon that begins as root, for what only root may read, and goes on as somebody who may less. */
import { chown, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from './failure.ts';
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

/** Gives `file`, its directory, and what is called FILE.something there to `user`; makes the directory. @throws Error of the file system */
export async function giveTo(user: User, file: string): Promise<void> {
  const directory = path.dirname(file);
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const its = (await readdir(directory)).filter((name) => `${name}.`.startsWith(`${path.basename(file)}.`));
  for (const each of [directory, ...its.map((name) => path.join(directory, name))]) {
    await chown(each, user.uid, user.gid);
  }
}

/** For the rest of this process's life, with nothing kept (setuid(2) of root). @throws Failure 'permission' when it isn't root */
export function become({ name, gid }: User): void {
  if (process.geteuid?.() !== 0) throw new Failure('permission', `only root may become ${name}`);
  process.setgroups!([gid]);
  process.setgid!(gid);
  process.setuid!(name);
}
