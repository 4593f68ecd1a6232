/** A file that is written for the operator. */
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { Failure, messageOf } from '../process/failure.ts';

/**
 * Written beside `file`, then renamed: nobody ever reads half of it.
 * @throws Failure 'permission', 'missing'
 */
export async function writeWhole(file: string, text: string): Promise<void> {
  const beside = `${file}.${randomUUID()}`;
  try {
    const handle = await open(beside, 'wx', 0o644);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    const kind = code === 'EACCES' || code === 'EPERM' ? 'permission' : 'missing';
    throw new Failure(kind, `${file} cannot be written: ${messageOf(error)}`, { cause: error });
  }
}
