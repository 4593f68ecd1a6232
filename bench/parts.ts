/** The parts of the bench, in the order in which they are run. */
import type { Run } from './figure.ts';
import { activeKilled } from './parts/active-killed.ts';
import { hang } from './parts/hang.ts';
import { nodeCut } from './parts/node-cut.ts';
import { vnfcKilled } from './parts/vnfc-killed.ts';

export interface Part {
  readonly about: string;
  readonly run: Run;
}

export const parts: Readonly<Record<string, Part>> = {
  'vnfc-killed': { about: 'an instance of the pool is killed', run: vnfcKilled },
  'active-killed': { about: 'the active instance is killed', run: activeKilled },
  'node-cut': { about: 'a node loses its power', run: nodeCut },
  hang: { about: 'an instance hangs', run: hang },
};
