/**
 * A large configuration in parts that have nothing to do with each other, so that each can be verified by itself: what Pacemaker's tools
 * need for it grows with the square of its size.
 */
import type { Element } from '../process/xml.ts';
import { idsIn } from './tree.ts';

/** Of these sections the children are dealt out; what else there is stands in every part. */
const dealt: ReadonlySet<string> = new Set(['resources', 'constraints']);

/**
 * `configuration` as several, with about `size` resources each. What refers to something is in one part with it; cluster properties,
 * alerts, and the fence devices with what belongs to them are in each part; tags are in none: they only name what is there.
 */
export function independentParts(configuration: Element, size: number): Element[] {
  const children = configuration.children.flatMap((section) => (dealt.has(section.name) ? section.children : []));
  const resources = new Set(configuration.children.find(({ name }) => name === 'resources')?.children);
  if (resources.size <= size || children.some(hasPattern)) return [configuration];
  const groups = connected(children);
  const everywhere = groups.filter((group) => group.some(isFencing)).flat();
  const bins: Element[][] = [];
  let room = 0;
  for (const group of groups.filter((other) => !other.some(isFencing))) {
    if (room <= 0) {
      bins.push([...everywhere]);
      room = size;
    }
    bins.at(-1)!.push(...group);
    room -= group.filter((child) => resources.has(child)).length;
  }
  return bins.map((bin) => partOf(configuration, new Set(bin)));
}

/** In the order of the whole. */
function partOf(configuration: Element, members: ReadonlySet<Element>): Element {
  const children = configuration.children
    .filter(({ name }) => name !== 'tags')
    .map((section) =>
      dealt.has(section.name)
        ? { ...section, children: section.children.filter((child) => members.has(child)) }
        : section,
    );
  return { ...configuration, children };
}

/** Groups of what refers to each other, directly or by others, in the order of their first members. */
function connected(elements: readonly Element[]): Element[][] {
  const homes = new Map(elements.flatMap((element, at) => idsIn(element).map((id) => [id, at])));
  const leaders = elements.map((_, at) => at);
  const leaderOf = (at: number): number => {
    let leader = at;
    while (leaders[leader] !== leader) leader = leaders[leader]!;
    leaders[at] = leader;
    return leader;
  };
  elements.forEach((element, at) => {
    for (const value of valuesIn(element)) {
      const home = homes.get(value);
      if (home === undefined) continue;
      const [one, other] = [leaderOf(at), leaderOf(home)];
      leaders[Math.max(one, other)] = Math.min(one, other);
    }
  });
  const groups = new Map<number, Element[]>();
  elements.forEach((element, at) => {
    const leader = leaderOf(at);
    const group = groups.get(leader);
    if (group === undefined) groups.set(leader, [element]);
    else group.push(element);
  });
  return [...groups.values()];
}

/** Every value of every attribute: whichever of them are references. */
function valuesIn({ attributes, children }: Element): string[] {
  return [...Object.values(attributes), ...children.flatMap(valuesIn)];
}

const isFencing = (element: Element): boolean =>
  element.attributes['class'] === 'stonith' || element.children.some(isFencing);

/** A location constraint may name its resources by a regular expression: then nothing is known to be apart from it. */
const hasPattern = ({ attributes }: Element): boolean => attributes['rsc-pattern'] !== undefined;
