/**
 * What HAProxy's checks said last of the servers that it manages by itself, in a file for each backend: HAProxy begins with it, and not with
 * every server up (server-state-file-name in HAProxy's configuration manual, 'show servers state' in its management guide).
 */
import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../process/failure.ts';
import { replaceConfig } from './config-file.ts';

/** A file in which nothing is said: HAProxy warns of one that isn't there. */
const nothingSaid = '1\n';

/** Makes the files that are not there yet. @throws Failure 'haproxy', 'permission' as replaceConfig */
export async function beginStates(folder: string, backends: readonly string[]): Promise<void> {
  if (backends.length === 0) return;
  await mkdir(folder, { recursive: true });
  for (const backend of backends) {
    const file = path.join(folder, backend);
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (!isThere) await replaceConfig(file, nothingSaid);
  }
}

/**
 * Keeps what HAProxy answered to 'show servers state BACKEND'. Whole, or not at all.
 * @throws Failure 'input' when it is no such answer; as replaceConfig
 */
export async function keepStates(folder: string, backend: string, answer: string): Promise<void> {
  if (!/^1\n# /.test(answer)) {
    throw new Failure(
      'input',
      `HAProxy's servers state of ${backend} begins with ${JSON.stringify(answer.slice(0, 40))}`,
    );
  }
  await replaceConfig(path.join(folder, backend), `${answer.trimEnd()}\n`);
}
