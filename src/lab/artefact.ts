/** Where the built artefact is, whether this code runs from it, from a checkout, or installed. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Failure } from '../process/failure.ts';

export interface Artefact {
  /** The tree that unpacks at /, or undefined where it is unpacked there. */
  readonly root: string | undefined;
  /** The lab's own programs in it. */
  readonly programs: string;
  readonly examples: string;
  /** Where a lab keeps what it makes once. */
  readonly cache: string;
}

const lib = '/usr/lib/vnfha';

/** @throws Failure 'missing' in a checkout that was not built */
export function findArtefact(here = import.meta.dirname): Artefact {
  const at = `${here}/`.indexOf(`${lib}/`);
  const root = at >= 0 ? here.slice(0, at) : builtRoot(here);
  const artefact = {
    root: root === '' ? undefined : root,
    programs: path.join(`${root}${lib}`, 'lab'),
    examples: `${root}/usr/share/vnfha/examples`,
    cache: root === '' ? '/var/cache/vnfha' : path.join(root, '../../node_modules/.cache'),
  };
  if (!existsSync(path.join(artefact.programs, 'world.cjs'))) {
    throw new Failure('missing', `there is no built vnfha at ${root}`, { cure: "Run 'npm run build' first." });
  }
  return artefact;
}

function builtRoot(here: string): string {
  let directory = here;
  while (!existsSync(path.join(directory, 'package.json')) && directory !== '/') directory = path.dirname(directory);
  return path.join(directory, 'dist/root');
}
