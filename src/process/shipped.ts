/** Files that come with vnfha and are read while it runs. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * A directory beside the installed program (/usr/lib/vnfha -> /usr/share/vnfha/`installed`), or in the checkout (`source`, from its root);
 * undefined: it is in neither.
 */
export async function shippedDirectory(installed: string, source: string): Promise<string | undefined> {
  let directory = path.dirname(fileURLToPath(import.meta.url));
  for (;;) {
    for (const place of [path.join('share/vnfha', installed), source]) {
      const candidate = path.join(directory, place);
      if (await isDirectory(candidate)) return candidate;
    }
    const parent = path.dirname(directory);
    if (parent === directory) return undefined;
    directory = parent;
  }
}

/** Whether there is a directory of that name. */
export const isDirectory = (candidate: string): Promise<boolean> =>
  stat(candidate).then(
    (found) => found.isDirectory(),
    () => false,
  );
