/**
 * Notices that Pacemaker's attribute manager was started anew. One that crashes alone takes its node's transient attributes with it (2.1.5:
 * the others take the node's values for gone, attrd_peer_remove): promotion scores, and who is active. Nothing asks for them again, and
 * monitors that go by a sight tell none: a full one has to come.
 */
import { rm } from 'node:fs/promises';
import { nameOf, processesCalled } from '../process/named.ts';

const managerName = 'pacemaker-attrd';
const everyMs = 1000;

/** Calls `renewed` when there is another one than before. What it returns ends it. Looks once a second, at one small file. */
export function watchAttributeManager(renewed: () => void, find = processesCalled, name = nameOf): () => void {
  let known: string | undefined;
  const look = (): void => {
    if (known !== undefined && name(known) === managerName) return;
    const [found] = find(managerName);
    if (found === undefined) return;
    const before = known;
    known = found;
    if (before !== undefined) renewed();
  };
  look();
  const timer = setInterval(look, everyMs);
  return () => clearInterval(timer);
}

/** Has every instance's next monitor look for itself: what follows from it is done anew. */
export const endPasses = (passes: string): Promise<void> => rm(passes, { recursive: true, force: true });
