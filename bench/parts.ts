/** The parts of the bench, in the order in which they are run. */
import type { Run } from './figure.ts';
import { activeKilled } from './parts/active-killed.ts';
import { vnfcKilled } from './parts/vnfc-killed.ts';

export interface Part {
  readonly about: string;
  readonly run: Run;
}

export const parts: Readonly<Record<string, Part>> = {
  'vnfc-killed': { about: 'an instance of the pool is killed', run: vnfcKilled },
  'active-killed': { about: 'the active instance is killed', run: activeKilled },
};
