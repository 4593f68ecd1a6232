/**
 * The same VNF as somebody writes it who thinks in pairs: a location constraint for each resource and each node that it shall not be
 * on, and one colocation for each two addresses that had better not share a node.
 */
import type { Element } from '../../src/process/xml.ts';

/** `cib`, of wholeCib, with such constraints instead of the rules. */
export function pairwiseCib(cib: Element, nodes: readonly string[]): Element {
  return mapSection(cib, 'constraints', (constraints) => [
    ...constraints.flatMap((constraint) => (isOnItsNodes(constraint) ? forbidden(constraint, nodes) : [constraint])),
    ...apart(addressesIn(cib)),
  ]);
}

const isOnItsNodes = ({ attributes }: Element): boolean => attributes['id']?.endsWith('-on-its-nodes') ?? false;

function forbidden({ attributes: { rsc = '' }, children }: Element, nodes: readonly string[]): Element[] {
  const own = new Set(children.flatMap((rule) => rule.children.map(({ attributes }) => attributes['value'])));
  return nodes
    .filter((node) => !own.has(node))
    .map((node) => empty('rsc_location', { id: `${rsc}-not-on-${node}`, rsc, node, score: '-INFINITY' }));
}

const apart = (addresses: readonly string[]): Element[] =>
  addresses.flatMap((rsc, at) =>
    addresses
      .slice(0, at)
      .map((other) => empty('rsc_colocation', { id: `${rsc}-apart-${other}`, score: '-1', rsc, 'with-rsc': other })),
  );

function addressesIn(element: Element): string[] {
  if (element.attributes['type'] === 'vip') return [element.attributes['id']!];
  return element.children.flatMap(addressesIn);
}

function mapSection(
  parent: Element,
  name: string,
  change: (children: readonly Element[]) => readonly Element[],
): Element {
  if (parent.name === name) return { ...parent, children: change(parent.children) };
  return { ...parent, children: parent.children.map((child) => mapSection(child, name, change)) };
}

const empty = (name: string, attributes: Readonly<Record<string, string>>): Element => ({
  name,
  attributes,
  children: [],
  text: '',
});
