/** The parts of the bench, in the order in which they are run. */
import type { Part } from './figure.ts';
import { activeKilled } from './parts/active-killed.ts';
import { generate } from './parts/generate.ts';
import { hang } from './parts/hang.ts';
import { monitorCpu } from './parts/monitor-cpu.ts';
import { idle } from './parts/idle.ts';
import { nodeCut } from './parts/node-cut.ts';
import { planned } from './parts/planned.ts';
import { scheduler } from './parts/scheduler.ts';
import { sync } from './parts/sync.ts';
import { vmKilled } from './parts/vm-killed.ts';
import { vnfcKilled } from './parts/vnfc-killed.ts';

export const parts: readonly Part[] = [
  vnfcKilled,
  vmKilled,
  activeKilled,
  nodeCut,
  hang,
  planned,
  monitorCpu,
  idle,
  generate,
  scheduler,
  sync,
];
