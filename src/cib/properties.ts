/** Cluster properties: set where they are, never removed. */
import type { Element } from '../process/xml.ts';
import { idOf } from './tree.ts';

/** `live`, the sets of <crm_config>, with each property of `ours` as we need it. */
export function mergeProperties(live: readonly Element[], ours: readonly Element[]): readonly Element[] {
  return ours.reduce<readonly Element[]>(mergeSet, live);
}

function mergeSet(live: readonly Element[], ours: Element): readonly Element[] {
  const set = live.find((child) => idOf(child) === idOf(ours));
  if (set === undefined) return ours.children.length === 0 ? live : [...live, ours];
  return live.map((child) =>
    child === set ? { ...set, children: ours.children.reduce(setProperty, set.children) } : child,
  );
}

/** The live nvpair keeps its id and its place: somebody else may have made it. */
function setProperty(live: readonly Element[], ours: Element): readonly Element[] {
  const { name, value = '' } = ours.attributes;
  const found = live.find(({ attributes }) => attributes['name'] === name);
  if (found === undefined) return [...live, ours];
  return live.map((child) => (child === found ? { ...child, attributes: { ...child.attributes, value } } : child));
}
