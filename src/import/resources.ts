/** The resources of a CIB, looked at as parts of a VNF. Pure. */
import { cloneOf, locationRuleOf, type Pair, type Primitive, primitiveOf } from '../cib/parts.ts';
import { section } from '../cib/tree.ts';
import type { Element } from '../process/xml.ts';

export interface Found {
  /** The id that constraints have: the clone's, where there is one. */
  readonly id: string;
  readonly primitive: Primitive;
  readonly cloneMeta: ReadonlyMap<string, string>;
  /** Every node, or those it is kept to; undefined: no such constraint. */
  readonly nodes: readonly string[] | undefined;
}

/** Primitives, alone or in a clone; `others`: the ids of what is neither. */
export function resourcesOf(configuration: Element, nodes: readonly string[]): { found: Found[]; others: string[] } {
  const found: Found[] = [];
  const others: string[] = [];
  for (const child of section(configuration, 'resources')?.children ?? []) {
    const clone = cloneOf(child);
    const primitive = clone?.primitive ?? primitiveOf(child);
    if (primitive === undefined) others.push(`${child.name} ${child.attributes['id']}`);
    else {
      const id = clone?.id ?? primitive.id;
      found.push({ id, primitive, cloneMeta: new Map(clone?.meta), nodes: keptTo(configuration, id, nodes) });
    }
  }
  return { found, others: others.filter((one) => !one.startsWith('#comment')) };
}

/** By the constraint that keeps it off every node but some. */
function keptTo(configuration: Element, id: string, nodes: readonly string[]): string[] | undefined {
  const rules = (section(configuration, 'constraints')?.children ?? []).flatMap((child) => locationRuleOf(child) ?? []);
  const rule = rules.find(
    ({ resource, score, joined, role, expressions }) =>
      resource === id && score === '-INFINITY' && (joined === 'and' || expressions.length === 1) && role === undefined &&
      expressions.every(({ attribute, operation }) => attribute === '#uname' && operation === 'ne'),
  ); // prettier-ignore
  const kept = rule?.expressions.map(({ value }) => value);
  return kept && nodes.filter((node) => kept.includes(node));
}

/** The addresses that go where `id` is (in `role`). */
export function vipsWith(configuration: Element, found: readonly Found[], id: string, role?: string): Found[] {
  const constraints = section(configuration, 'constraints')?.children ?? [];
  return found.filter(
    (one) =>
      valueOf(one.primitive.parameters, 'ip') !== undefined &&
      constraints.some(
        ({ name, attributes }) =>
          name === 'rsc_colocation' && attributes['rsc'] === one.id && attributes['with-rsc'] === id &&
          roleOf(attributes['with-rsc-role']) === role,
      ),
  ); // prettier-ignore
}

/** As Pacemaker 2.1 calls it. */
const roleOf = (role: string | undefined): string | undefined =>
  role === 'Master' ? 'Promoted' : role === 'Started' ? undefined : role;

export const valueOf = (pairs: readonly Pair[], name: string): string | undefined =>
  pairs.find(([key]) => key === name)?.[1];
