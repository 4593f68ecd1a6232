/** Files that are there after a power cut. */
import { open } from 'node:fs/promises';

/** Writes `text` to `path`; its content is on the disk when this resolves, its name only after `syncFolder`. */
export async function writeDurably(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, 'w', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What was made, renamed or removed in a folder is on the disk only after this. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
