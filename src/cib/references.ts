/** What isn't ours but meets ours: the same id, or a reference to something that goes. */
import { ownerTag } from '../model/names.ts';
import { Failure } from '../process/failure.ts';
import type { Element } from '../process/xml.ts';
import { idOf, idsIn, section } from './tree.ts';
import { ownedSections } from './sections.ts';

/** @throws Failure 'input' that lists every foreign element with an id that `ours` needs. */
export function refuseConflicts(live: Element, ours: Element, owned: ReadonlySet<string>, vnf: string): void {
  const needed = new Set(ownedSections.flatMap((name) => section(ours, name)?.children.flatMap(idsIn) ?? []));
  const isOurs = (child: Element, part: Element): boolean =>
    part.name === 'tags' ? idOf(child) === ownerTag(vnf) : isOwnedSection(part) && owned.has(idOf(child));
  const problems = live.children.flatMap((part) =>
    part.children
      .filter((child) => !isOurs(child, part))
      .flatMap((child) =>
        idsIn(child)
          .filter((id) => needed.has(id))
          .map((id) => sentence(id, child, live)),
      ),
  );
  if (problems.length === 0) return;
  throw new Failure('input', problems.join('\n'), {
    cure: 'Rename or remove it, or give the VNF or VNFC another name; nothing was changed.',
  });
}

const isOwnedSection = (part: Element): boolean => (ownedSections as readonly string[]).includes(part.name);

function sentence(id: string, within: Element, live: Element): string {
  const place = idOf(within) === id ? '' : `, in <${within.name}> '${idOf(within)}'`;
  const tag = section(live, 'tags')?.children.find(
    (candidate) =>
      idOf(candidate).startsWith(ownerTag('')) && candidate.children.some((child) => idOf(child) === idOf(within)),
  );
  const whose = tag === undefined ? "isn't this VNF's" : `is another VNF's (tag '${idOf(tag)}')`;
  return `the id '${id}' is in the CIB already${place}, and ${whose}`;
}

/**
 * `merged` without the foreign constraints of `before` that refer to what is removed: those that pcs and crm_resource made to move or ban a
 * resource of ours.
 * @throws Failure 'input' when another foreign constraint or a fencing level does: that somebody wrote, and has to decide about.
 */
export function dropForeignReferences(merged: Element, before: Element, owned: ReadonlySet<string>): Element {
  const resourceIds = (configuration: Element): string[] =>
    section(configuration, 'resources')?.children.flatMap(idsIn) ?? [];
  const present = new Set(resourceIds(merged));
  const removed = new Set(resourceIds(before).filter((id) => !present.has(id)));
  if (removed.size === 0) return merged;
  const problems: string[] = [];
  const keep = (constraint: Element): boolean => {
    const gone = referredTo(constraint).find((id) => removed.has(id));
    if (gone === undefined) return true;
    if (/^cli-(ban|prefer|standby)-/.test(idOf(constraint))) return false;
    if (!owned.has(idOf(constraint))) {
      problems.push(`the constraint '${idOf(constraint)}' refers to '${gone}', which the description no longer has`);
    }
    return true;
  };
  for (const level of section(before, 'fencing-topology')?.children ?? []) {
    const gone = (level.attributes['devices'] ?? '').split(',').find((id) => removed.has(id));
    if (gone === undefined) continue;
    problems.push(`the fencing level '${idOf(level)}' refers to '${gone}', which the description no longer has`);
  }
  const children = merged.children.map((part) =>
    part.name === 'constraints' ? { ...part, children: part.children.filter(keep) } : part,
  );
  if (problems.length > 0) {
    throw new Failure('input', problems.join('\n'), {
      cure: "Remove it first ('pcs constraint delete ID', 'pcs stonith level delete …'); nothing was changed.",
    });
  }
  return { ...merged, children };
}

function referredTo(constraint: Element): string[] {
  const { rsc, 'with-rsc': withRsc, first, then } = constraint.attributes;
  const inSets = constraint.children
    .filter(({ name }) => name === 'resource_set')
    .flatMap(({ children }) => children.map(idOf));
  return [rsc, withRsc, first, then, ...inSets].filter((id) => id !== undefined);
}
