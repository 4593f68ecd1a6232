/**
 * Reading a description: text -> checked -> normalised.
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { checkDescription } from './check.ts';
import { Failure } from '../process/failure.ts';
import { besideDirectory } from './names.ts';
import { formatProblem, type Problem } from './problem.ts';
import type { Vnf } from './vnf.ts';

/**
 * Reads the text of a description. Never throws. `vnf` is there if no problem is an error.
 * @param file what to call the text in the problems
 */
export function readDescription(text: string, file: string): { vnf: Vnf | undefined; problems: Problem[] } {
  const { vnf, problems } = checkDescription(text, file);
  return { vnf, problems: [...problems] };
}

/**
 * Reads and checks the description at `path`. Warnings pass.
 * @throws Failure 'input' that lists every problem; 'missing' or 'permission' when the file cannot be read.
 */
export async function loadVnf(path: string): Promise<Vnf> {
  const { vnf, problems } = readDescription(await readText(path), path);
  if (vnf === undefined) throw refusal(path, problems);
  const problem = misplaced(vnf, path);
  if (problem !== undefined) throw problem;
  return vnf;
}

/** What is found by its name has that name; and by the node's own files and sockets there is another. */
export function misplaced({ name, beside }: Vnf, path: string): Failure | undefined {
  if (dirname(path) !== besideDirectory) return undefined;
  if (basename(path) !== `${name}.yaml`) {
    return new Failure('input', `the VNF of ${path} is called '${name}'`, { cure: `Call the file ${name}.yaml.` });
  }
  if (!beside) {
    return new Failure('input', `${path} has no 'beside: true': its VNF would have the files of the node's own`, {
      cure: "Write 'beside: true' under 'vnf', and apply it again.",
    });
  }
  return undefined;
}

/** All errors of a description in one failure. */
export function refusal(path: string, problems: readonly Problem[]): Failure {
  const errors = problems.filter(({ severity }) => severity === 'error').map(formatProblem);
  return new Failure('input', errors.join('\n'), { cure: `Correct the description, then run 'vnfha check ${path}'.` });
}

/**
 * The same, for a program that runs on `node`.
 * @throws Failure as loadVnf; 'input' as well when the description has no such node
 */
export async function loadVnfOn(node: string, path: string): Promise<Vnf> {
  const vnf = await loadVnf(path);
  const names = vnf.nodes.map(({ name }) => name);
  if (names.includes(node)) return vnf;
  throw new Failure('input', `this node is called '${node}', and ${path} has only ${names.join(', ')}`, {
    cure: "Correct the node's name in the description, or the hostname: `uname -n` must say the same.",
  });
}

/**
 * The text of the description at `path`.
 * @throws Failure 'missing', 'permission', or 'input' when it is something else than a file of text.
 */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new Failure('missing', `there is no description at ${path}`, {
        cure: 'Name the file, or write one: there are examples in /usr/share/vnfha/examples (in a checkout: examples/).',
        cause: error,
      });
    }
    if (code === 'EACCES' || code === 'EPERM') {
      throw new Failure('permission', `no permission to read ${path}`, { cure: 'Run as root.', cause: error });
    }
    if (code === 'EISDIR') {
      throw new Failure('input', `${path} is a directory`, { cure: 'Name the description in it.', cause: error });
    }
    throw new Failure('input', `${path} cannot be read: ${String(code ?? error)}`, { cause: error });
  }
}
