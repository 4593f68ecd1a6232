/** Small helpers on CIB trees. */
import type { Element } from '../process/xml.ts';

export const element = (
  name: string,
  attributes: Readonly<Record<string, string>>,
  children: readonly Element[] = [],
): Element => ({ name, attributes, children, text: '' });

/** An element's id; '' where it has none. */
export const idOf = ({ attributes }: Element): string => attributes['id'] ?? '';

/** The first child called `name`. */
export const section = (parent: Element, name: string): Element | undefined =>
  parent.children.find((child) => child.name === name);

/** In these an id refers to another element, and names none. */
const references: ReadonlySet<string> = new Set(['obj_ref', 'resource_ref', 'role']);

/** Every id in `root`, itself included; references left out. */
export function idsIn(root: Element): string[] {
  const ids: string[] = [];
  collectIds(root, ids);
  return ids;
}

function collectIds(root: Element, ids: string[]): void {
  const own = root.attributes['id'];
  if (own !== undefined && !references.has(root.name)) ids.push(own);
  for (const child of root.children) collectIds(child, ids);
}
