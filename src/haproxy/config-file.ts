/**
 * HAProxy's configuration file: replaced whole or not at all, and checked by HAProxy itself before it is.
 */
import { readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder, writeDurably } from '../process/durable.ts';
import { Failure } from '../process/failure.ts';
import { run } from '../process/run.ts';

/** The text of the file at `path`; undefined: there is none. */
export async function readConfig(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileFailure(path, error);
  }
}

/** Makes `text` the file at `path`, so that after a crash or a power cut the old or the new one is there, whole. */
export async function replaceConfig(path: string, text: string): Promise<void> {
  const candidate = `${path}.${process.pid}.new`;
  try {
    await writeDurably(candidate, text, 0o644);
    await rename(candidate, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(candidate, { force: true });
    throw fileFailure(path, error);
  }
}

/**
 * Has HAProxy check `text`, in a file beside `path`.
 * @throws Failure 'haproxy' with HAProxy's words when it is not valid; 'missing' when `binary` isn't installed
 */
export async function checkConfig(path: string, text: string, binary = 'haproxy'): Promise<void> {
  const candidate = `${path}.${process.pid}.check`;
  try {
    await writeDurably(candidate, text, 0o644).catch((error: unknown) => {
      throw fileFailure(path, error);
    });
    const { code, stdout, stderr } = await run(binary, ['-c', '-f', candidate], { accept: [0, 1], kind: 'haproxy' });
    if (code === 0) return;
    const words = (stderr || stdout).trim().split('\n').slice(0, 10).join('\n').replaceAll(candidate, path);
    throw new Failure('haproxy', `HAProxy does not accept the configuration:\n${words}`, {
      cure: 'Correct the description or the template; the file that is in use was not touched.',
    });
  } finally {
    await rm(candidate, { force: true });
  }
}

/** Which servers a configuration has in rotation ('backend/server'), and which `disabled`. */
export function rotationOf(text: string): Map<string, 'in' | 'out'> {
  const rotation = new Map<string, 'in' | 'out'>();
  let backend: string | undefined;
  for (const line of text.split('\n')) {
    const words = line.replace(/#.*/, '').trim().split(/\s+/);
    const [keyword, name] = words;
    if (keyword === 'backend' || keyword === 'listen') backend = name;
    else if (keyword === 'frontend' || keyword === 'defaults' || keyword === 'global') backend = undefined;
    else if (keyword === 'server' && backend !== undefined && name !== undefined) {
      rotation.set(`${backend}/${name}`, words.includes('disabled', 3) ? 'out' : 'in');
    }
  }
  return rotation;
}

function fileFailure(path: string, error: unknown): Failure {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new Failure('permission', `no permission to write ${path}`, { cure: 'Run as root.', cause: error });
  }
  return new Failure('haproxy', `${path} cannot be written: ${message}`, { retryable: true, cause: error });
}
