/** One notifier for each journal. */
import { takeLock } from '../process/lock.ts';

/** @throws Failure 'conflict' when a notifier that is alive uses the journal, 'permission' */
export const lockJournal = (journal: string): Promise<{ release(): Promise<void> }> =>
  takeLock(`${journal}.lock`, 'notifier', 'vnfha-notifier');
