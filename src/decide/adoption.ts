/**
 * A heal makes the VM anew, and some VNFMs then know the instance by another id. The next heal and its alarm must name the new one, though
 * the description still has the old one.
 */
import type { Journal } from './incident-journal.ts';

/** What became of one VNFC by an operation (SOL003 §5.5.3.13, AffectedVnfc). */
export interface AffectedVnfc {
  readonly id: string | undefined;
  readonly vduId: string | undefined;
  readonly changeType: string | undefined;
}

/**
 * The id that took the place of `was`: that of the only VNFC that was added where `was` was removed; undefined: it stayed, or it can't be
 * told. The operation may name the resource, whose id is the instance's without 'VDU-' before it (Tacker).
 */
export function successorOf(was: string, affected: readonly AffectedVnfc[]): string | undefined {
  const removed = affected.find((each) => each.changeType === 'REMOVED' && namesIt(each, was));
  if (removed?.id === undefined) return undefined;
  const ofVdu = affected.filter(({ vduId }) => vduId === removed.vduId);
  const added = ofVdu.filter(({ changeType }) => changeType === 'ADDED');
  const alone = ofVdu.filter(({ changeType }) => changeType === 'REMOVED').length === 1 && added.length === 1;
  const id = alone ? added[0]!.id : undefined;
  if (id === undefined || id === removed.id) return undefined;
  return removed.id === was ? id : `${removed.vduId}-${id}`;
}

const namesIt = ({ id, vduId }: AffectedVnfc, was: string): boolean =>
  id !== undefined && (id === was || (vduId !== undefined && `${vduId}-${id}` === was));

/** By which id the VNFM knows the instance now that the description calls `described`. */
export function instanceNow(journal: Journal, described: string | undefined): string | undefined {
  if (described === undefined) return undefined;
  const successors = new Map(
    [...journal.values()]
      .flatMap(({ entries }) => entries)
      .flatMap((entry) =>
        entry.kind === 'heal-completed' && entry.was !== undefined && entry.instance !== undefined
          ? [[entry.was, entry.instance] as const]
          : [],
      ),
  );
  let id = described;
  // each at most once: what is a ring is no succession
  for (let steps = successors.size; steps > 0 && successors.has(id); steps--) id = successors.get(id)!;
  return id;
}
