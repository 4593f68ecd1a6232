/** write DIRECTORY VERSION: writes the manual pages and bash's completion into the tree at DIRECTORY. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeProgram } from '../../src/cli/program.ts';
import { bashCompletion } from './completion.ts';
import { manualPages } from './pages.ts';

const [root, version] = process.argv.slice(2) as [string, string];
const program = await makeProgram();

function write(directory: string, name: string, text: string): void {
  mkdirSync(path.join(root, directory), { recursive: true });
  writeFileSync(path.join(root, directory, name), text);
}

for (const [name, text] of manualPages(program, version)) write('usr/share/man/man8', name, text);
write('usr/share/bash-completion/completions', program.name(), bashCompletion(program));
