/** Where the servers are that a heal has put elsewhere than the description says: in the notifier's journal on this node. */
import { unwatchFile, watchFile } from 'node:fs';
import { type Move, movesIn } from '../decide/adoption.ts';
import { vnfPaths } from '../model/names.ts';
import type { Vnf } from '../model/vnf.ts';
import { messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';
import { readJournal } from '../status/incidents.ts';

export interface Moves {
  /** Those of `vnf`, whose journal is watched from then on. Never throws: what can't be read has moved nothing. */
  of(vnf: Vnf): Promise<readonly Move[]>;
  stop(): void;
}

/** A file of a few kilobytes: looked at so often. */
const everyMs = 1000;

/** Calls `changed` when they are others than `of` said last. */
export function watchMoves(changed: () => void, log: Log): Moves {
  let stop = (): void => undefined;
  const read = async (vnf: Vnf): Promise<readonly Move[]> => {
    if (!vnf.loadBalancer?.manages.length) return [];
    try {
      return movesIn(await readJournal(vnfPaths(vnf).incidentJournal, vnf.name), vnf);
    } catch (error) {
      log.warn('moves-unknown', { why: messageOf(error) });
      return [];
    }
  };
  return {
    async of(vnf) {
      const { incidentJournal } = vnfPaths(vnf);
      stop();
      const moves = await read(vnf);
      if (moves.length > 0) log.info('servers-moved', { moves });
      if (!vnf.loadBalancer?.manages.length) return moves;
      const look = (): void => {
        void read(vnf).then((now) => {
          if (JSON.stringify(now) !== JSON.stringify(moves)) changed();
        });
      };
      watchFile(incidentJournal, { persistent: false, interval: everyMs }, look);
      stop = () => unwatchFile(incidentJournal, look);
      look();
      return moves;
    },
    stop: () => stop(),
  };
}
