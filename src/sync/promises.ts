/** The newest reign that an instance has heard of, on its disk: it holds also after a restart. */
import { readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { syncFolder, writeDurably } from '../process/durable.ts';
import { Failure, messageOf } from '../process/failure.ts';
import type { Reign } from './follower.ts';

export interface Promised extends Reign {
  /** Whether this instance was ever active: a store without a state has lost one then. */
  readonly led: boolean;
}

const never: Promised = { epoch: 0, by: '', led: false };

/**
 * What was saved; `never` when nothing was.
 * @throws Failure 'input' when it can't be read: it must not be forgotten
 */
export async function loadPromise(file: string): Promise<Promised> {
  try {
    const { epoch, by, led = true } = JSON.parse(await readFile(file, 'utf8')) as Partial<Promised>;
    if (!Number.isSafeInteger(epoch) || typeof by !== 'string' || typeof led !== 'boolean')
      throw new Error('it holds no epoch');
    return { epoch: epoch!, by, led };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return never;
    throw new Failure('input', `the epoch in ${file} cannot be read: ${messageOf(error)}`, {
      cure: 'Stop every instance of the VNFC, remove the file on this node, and start them again.',
      cause: error,
    });
  }
}

/** On the disk when it resolves; the old one is there until then. */
export async function savePromise(file: string, { epoch, by, led }: Promised): Promise<void> {
  const aside = `${file}.new`;
  await writeDurably(aside, JSON.stringify({ epoch, by, led }) + '\n', 0o600);
  await rename(aside, file);
  await syncFolder(path.dirname(file));
}
