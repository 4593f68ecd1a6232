/**
 * What says how a resource is to be run just now, and so is the operator's and not the description's: `pcs resource
 * disable|enable`, `unmanage|manage`, maintenance of one resource. It is kept when the resource is replaced.
 */
import type { Element } from '../process/xml.ts';
import { idOf } from './tree.ts';

const runtimeAttributes: ReadonlySet<string> = new Set(['target-role', 'is-managed', 'maintenance']);

/** `ours`, with the runtime meta attributes that `live`, the same element now, has at any depth. */
export function withRuntime(ours: Element, live: Element): Element {
  const liveById = new Map(live.children.map((child) => [childKey(child), child]));
  const children = ours.children.map((child) => {
    const now = liveById.get(childKey(child));
    return now === undefined ? child : withRuntime(child, now);
  });
  if (ours.name === 'meta_attributes') return { ...ours, children: [...children, ...runtimeOf(live, ours)] };
  const known = new Set(ours.children.map(childKey));
  const sets = live.children.filter((child) => child.name === 'meta_attributes' && !known.has(childKey(child)));
  // A set that pcs or crm_resource made, for a resource that has none of ours.
  const kept = sets.map((set) => ({ ...set, children: runtimeOf(set) })).filter((set) => set.children.length > 0);
  return { ...ours, children: [...children, ...kept] };
}

/** The runtime nvpairs of `set`; one that our own set has is ours to say. */
function runtimeOf(set: Element, ours?: Element): Element[] {
  const said = new Set(ours?.children.map(({ attributes }) => attributes['name']));
  return set.children.filter(({ attributes: { name = '' } }) => runtimeAttributes.has(name) && !said.has(name));
}

const childKey = (child: Element): string => `${child.name} ${idOf(child)}`;
