/** A resource in the parts that pcs and crm have words for. Pure. */
import type { Element } from '../process/xml.ts';
import { idOf } from './tree.ts';

export type Pair = readonly [name: string, value: string];

export interface Primitive {
  readonly id: string;
  /** 'ocf:vnfha:vnfc', 'stonith:fence_ipmilan' */
  readonly agent: string;
  readonly parameters: readonly Pair[];
  readonly meta: readonly Pair[];
  readonly operations: readonly Operation[];
}

interface Operation {
  readonly name: string;
  /** Without the id, which the tools make themselves. */
  readonly options: readonly Pair[];
}

export interface Clone {
  readonly id: string;
  readonly meta: readonly Pair[];
  readonly primitive: Primitive;
}

/** A primitive of parameters, meta attributes and operations only; undefined if there is anything else to it. */
export function primitiveOf(element: Element): Primitive | undefined {
  const { id, class: standard, provider, type, ...others } = element.attributes;
  if (element.name !== 'primitive' || !id || !standard || !type || Object.keys(others).length > 0) return undefined;
  const parameters = onlySet(element, 'instance_attributes');
  const meta = onlySet(element, 'meta_attributes');
  const operations = only(element, 'operations')?.children ?? [];
  const known = ['instance_attributes', 'meta_attributes', 'operations'];
  if (!parameters || !meta || !element.children.every(({ name }) => known.includes(name))) return undefined;
  if (!operations.every((op) => op.name === 'op' && op.children.length === 0)) return undefined;
  return {
    id,
    agent: [standard, ...(provider === undefined ? [] : [provider]), type].join(':'),
    parameters,
    meta,
    operations: operations.map(operation),
  };
}

/** A clone of such a primitive. */
export function cloneOf(element: Element): Clone | undefined {
  const primitives = element.children.filter(({ name }) => name === 'primitive');
  const meta = onlySet(element, 'meta_attributes');
  const known = element.children.every(({ name }) => name === 'primitive' || name === 'meta_attributes');
  if (element.name !== 'clone' || primitives.length !== 1 || !meta || !known) return undefined;
  if (Object.keys(element.attributes).join() !== 'id') return undefined;
  const primitive = primitiveOf(primitives[0]!);
  return primitive && { id: idOf(element), meta, primitive };
}

function operation({ attributes }: Element): Operation {
  const { name = '', ...others } = attributes;
  return { name, options: Object.entries(others).filter(([key]) => key !== 'id') };
}

const only = (parent: Element, name: string): Element | undefined =>
  parent.children.find((child) => child.name === name);

/** The nvpairs of the only such set; none where there is none; undefined if it's more than a list of names and values. */
function onlySet(parent: Element, name: string): Pair[] | undefined {
  const sets = parent.children.filter((child) => child.name === name);
  const [set] = sets;
  if (set === undefined) return [];
  if (sets.length > 1 || Object.keys(set.attributes).join() !== 'id') return undefined;
  return pairsOf(set.children);
}

/** Names and values of nvpairs; undefined if something else is among them. */
export function pairsOf(children: readonly Element[]): Pair[] | undefined {
  const plain = children.every(
    ({ name, attributes }) =>
      name === 'nvpair' && attributes['name'] !== undefined && attributes['value'] !== undefined,
  );
  return plain ? children.map(({ attributes }): Pair => [attributes['name']!, attributes['value']!]) : undefined;
}

export interface LocationRule {
  readonly id: string;
  readonly resource: string;
  readonly discovery: string | undefined;
  readonly ruleId: string;
  readonly role: string | undefined;
  readonly score: string;
  readonly joined: 'and' | 'or';
  readonly expressions: readonly Expression[];
}

interface Expression {
  readonly attribute: string;
  readonly operation: string;
  /** undefined for defined, not_defined */
  readonly value: string | undefined;
}

/** A location constraint that is one rule of plain expressions. */
export function locationRuleOf(element: Element): LocationRule | undefined {
  const { id, rsc, 'resource-discovery': discovery, ...others } = element.attributes;
  const [rule] = element.children;
  if (element.name !== 'rsc_location' || !id || !rsc || Object.keys(others).length > 0) return undefined;
  if (rule?.name !== 'rule' || element.children.length !== 1) return undefined;
  const { id: ruleId, score, role, 'boolean-op': joined = 'and', ...more } = rule.attributes;
  if (!ruleId || !score || (joined !== 'and' && joined !== 'or') || Object.keys(more).length > 0) return undefined;
  const expressions = rule.children.map(expressionOf);
  if (expressions.length === 0 || expressions.includes(undefined)) return undefined;
  return { id, resource: rsc, discovery, ruleId, role, score, joined, expressions: expressions as Expression[] };
}

function expressionOf({ name, attributes, children }: Element): Expression | undefined {
  const { id, attribute, operation: how, value, ...others } = attributes;
  if (name !== 'expression' || children.length > 0 || !id || !attribute || !how) return undefined;
  const unary = how === 'defined' || how === 'not_defined';
  if (unary !== (value === undefined) || Object.keys(others).length > 0) return undefined;
  return { attribute, operation: how, value };
}
