/**
 * What the agent's stub needs to know of the dead: /run/vnfha/gone/RESOURCE holds "PID STARTTIME" of a main process that has ended, and
 * of whose session nothing is left. That stays true for as long as the machine runs, so that nothing is ever taken back here: the file is
 * of no meaning once the agent has noted another process. Only root writes and reads.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import type { ProcessIdentity } from '../ocf/processes.ts';

export interface Gone {
  note(resource: string, leader: ProcessIdentity): void;
}

export function goneIn(directory: string): Gone {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return {
    note(resource, { pid, startTime }) {
      const candidate = `${directory}/.${resource}`; // the only writer is this process
      writeFileSync(candidate, `${pid} ${startTime}\n`, { mode: 0o600 });
      renameSync(candidate, `${directory}/${resource}`);
    },
  };
}
