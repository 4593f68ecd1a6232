/**
 * What a description owns, put into a live CIB. Pure.
 *
 * - Ours is what the owner tag lists, and only that: it is replaced where it stands, added at the end of its section, removed when the
 *   description no longer has it. All else stays as it is, in its order: other people's resources and constraints, nodes and their
 *   attributes, other cluster properties, rsc_defaults, other VNFs.
 * - In ours the templates' word holds: what an operator changed there by pcs or crm is put back. But what says how a resource is
 *   to be run *just now* is kept (runtime.ts), and so are the constraints that `pcs resource move|ban` makes: they aren't ours.
 *   What pcs or crm only say in other words is left as it is (alike.ts).
 * - Cluster properties that we need are set where they are, and never removed.
 */
import { ownerTag } from '../model/names.ts';
import { Failure } from '../process/failure.ts';
import type { Element } from '../process/xml.ts';
import { inTheWordsOf } from './alike.ts';
import { refuseGuestsBeside } from './guests.ts';
import { mergeProperties } from './properties.ts';
import { dropForeignReferences, refuseConflicts } from './references.ts';
import { withRuntime } from './runtime.ts';
import { ownedSections } from './sections.ts';
import { element, idOf, section } from './tree.ts';

/**
 * `live`, a whole <cib>, with `ours` (of generateCib) in it.
 * @throws Failure 'input' when something that isn't ours has an id that we need, or refers to what would be removed; when another VNF is there, and one
 *   of the two has guests.
 */
export function mergeCib(live: Element, ours: Element, vnf: string): Element {
  const configuration = section(live, 'configuration');
  if (live.name !== 'cib' || configuration === undefined) {
    throw new Failure('input', `the CIB has no <configuration>: <${live.name}> was read`);
  }
  const owned = ownedIds(configuration, vnf);
  refuseConflicts(configuration, ours, owned, vnf);
  refuseGuestsBeside(configuration, ours, vnf);
  let merged = configuration;
  for (const name of ownedSections) {
    const wanted = section(ours, name)?.children ?? [];
    merged = mapSection(merged, name, wanted.length > 0, (children) => mergeSection(children, wanted, owned));
  }
  merged = dropForeignReferences(merged, configuration, owned);
  merged = mapSection(merged, 'crm_config', true, (sets) =>
    mergeProperties(sets, section(ours, 'crm_config')?.children ?? []),
  );
  merged = mapSection(merged, 'tags', true, (tags) =>
    mergeSection(tags, section(ours, 'tags')?.children ?? [], new Set([ownerTag(vnf)])),
  );
  return replaceChild(live, configuration, merged);
}

/** What the live CIB's owner tag lists. */
function ownedIds(configuration: Element, vnf: string): ReadonlySet<string> {
  const tag = section(configuration, 'tags')?.children.find((child) => idOf(child) === ownerTag(vnf));
  // a comment in it has no id, and doesn't make ours what has none either
  return new Set(tag?.children.map(idOf).filter((id) => id !== ''));
}

function mergeSection(live: readonly Element[], wanted: readonly Element[], owned: ReadonlySet<string>): Element[] {
  const ours = new Map(wanted.map((child) => [idOf(child), child]));
  const kept = live.flatMap((child) => {
    if (!owned.has(idOf(child))) return [child];
    const replacement = ours.get(idOf(child));
    ours.delete(idOf(child));
    return replacement === undefined ? [] : [withRuntime(inTheWordsOf(child, replacement), child)];
  });
  return [...kept, ...ours.values()];
}

/** `parent` with other children in its section `name`; one that is missing is made if it is `needed`. */
function mapSection(
  parent: Element,
  name: string,
  needed: boolean,
  change: (children: readonly Element[]) => readonly Element[],
): Element {
  const found = section(parent, name);
  if (found !== undefined) return replaceChild(parent, found, { ...found, children: change(found.children) });
  if (!needed) return parent;
  return { ...parent, children: [...parent.children, element(name, {}, change([]))] };
}

const replaceChild = (parent: Element, old: Element, replacement: Element): Element => ({
  ...parent,
  children: parent.children.map((child) => (child === old ? replacement : child)),
});
