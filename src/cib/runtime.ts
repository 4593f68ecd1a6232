/**
 * What says how a resource is to be run just now, and so is the operator's and not the description's: `pcs resource
 * disable|enable`, `unmanage|manage`, maintenance of one resource. It is kept when the resource is replaced.
 */
import type { Element } from '../process/xml.ts';
import { idOf } from './tree.ts';

const runtimeAttributes: ReadonlySet<string> = new Set(['target-role', 'is-managed', 'maintenance']);

/** `ours`, with the runtime meta attributes that `live`, the same element now, has at any depth, where it has them. */
export function withRuntime(ours: Element, live: Element): Element {
  const liveByKey = new Map(live.children.map((child) => [keyOf(child), child]));
  const children = ours.children.map((child) => {
    const now = liveByKey.get(keyOf(child));
    return now === undefined ? child : withRuntime(child, now);
  });
  const kept = ours.name === 'meta_attributes' ? runtimeOf(live, ours) : runtimeSets(live, ours);
  return { ...ours, children: placedAsIn(live.children, children, kept) };
}

/** The runtime nvpairs of `set`; one that our own set has is ours to say. */
function runtimeOf(set: Element, ours?: Element): Element[] {
  const said = new Set(ours?.children.map(({ attributes }) => attributes['name']));
  return set.children.filter(({ attributes: { name = '' } }) => runtimeAttributes.has(name) && !said.has(name));
}

/** The sets that pcs or crm_resource made for a resource that has no such set of ours, with only what is runtime in them. */
function runtimeSets(live: Element, ours: Element): Element[] {
  const known = new Set(ours.children.map(keyOf));
  return live.children
    .filter((child) => child.name === 'meta_attributes' && !known.has(keyOf(child)))
    .map((set) => ({ ...set, children: runtimeOf(set) }))
    .filter(({ children }) => children.length > 0);
}

/** `children` with each of `kept` after what it is after in `live`, so that nothing seems to have moved. */
function placedAsIn(live: readonly Element[], children: readonly Element[], kept: readonly Element[]): Element[] {
  const placed = [...children];
  const keys = live.map(keyOf);
  for (const child of kept) {
    const before = new Set(keys.slice(0, keys.indexOf(keyOf(child))));
    placed.splice(placed.findLastIndex((one) => before.has(keyOf(one))) + 1, 0, child);
  }
  return placed;
}

const keyOf = (child: Element): string => `${child.name} ${idOf(child)}`;
