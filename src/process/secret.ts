/** Secrets are in files of their own, that only their owner can read. */
import { readFile, stat } from 'node:fs/promises';
import { Failure, messageOf } from './failure.ts';

/**
 * What is in `file`, without the newline at its end. `what` is what sentences call it.
 * @throws Failure 'missing', 'permission' (unreadable, or readable for others than its owner), 'input' (empty)
 */
export async function readSecret(file: string, what: string): Promise<string> {
  const failure = (kind: 'missing' | 'permission', error: unknown) =>
    new Failure(kind, `${what} cannot be read: ${messageOf(error)}`, {
      cure: `Put it in ${file}: owner root, mode 0600.`,
      cause: error,
    });
  let mode: number;
  let text: string;
  try {
    mode = (await stat(file)).mode;
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw failure((error as NodeJS.ErrnoException).code === 'ENOENT' ? 'missing' : 'permission', error);
  }
  if ((mode & 0o077) !== 0) {
    const octal = (mode & 0o777).toString(8).padStart(4, '0');
    throw new Failure('permission', `${what} in ${file} is open to others (mode ${octal})`, {
      cure: `chmod 600 ${file}`,
    });
  }
  const secret = text.trim();
  if (secret === '') throw new Failure('input', `${what} in ${file} is empty`);
  return secret;
}
