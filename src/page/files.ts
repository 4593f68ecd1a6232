/** The page's own files: read once, as they are installed. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../process/failure.ts';
import { shippedDirectory } from '../process/shipped.ts';
import type { PageFile } from './request.ts';

export type PageFiles = Readonly<Record<PageFile, Buffer>>;

/** @throws Failure 'missing' */
export async function loadPageFiles(): Promise<PageFiles> {
  const directory = await shippedDirectory('page', 'src/page/browser');
  if (directory === undefined) {
    throw new Failure('missing', "the status page's files are not where they should be, in share/vnfha/page", {
      cure: 'Install vnfha again.',
    });
  }
  const read = (name: PageFile): Promise<Buffer> => readFile(path.join(directory, name));
  const [html, css, js, icon] = await Promise.all([read('index.html'), read('page.css'), read('page.js'), read('icon.svg')]); // prettier-ignore
  return { 'index.html': html, 'page.css': css, 'page.js': js, 'icon.svg': icon };
}

/** Their media types. */
export const mediaTypes: Readonly<Record<PageFile, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
};
