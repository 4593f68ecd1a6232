/**
 * The same said in other words. pcs and crm name what is inside a resource or a constraint (its operations, its rules' expressions)
 * in ways of their own, order it otherwise, and write a default out. None of that means anything to Pacemaker, and none of it is a
 * difference. Pure.
 */
import type { Element } from '../process/xml.ts';
import { idsIn } from './tree.ts';

/**
 * `ours` in the words of `live`, the same element as it stands in the live CIB: what is the same there keeps its id, its place and its
 * written-out defaults. It means what `ours` means; if it says the same as `live`, it equals `live`.
 */
export function inTheWordsOf(live: Element, ours: Element): Element {
  const reworded = reword(live, ours);
  const ids = idsIn(reworded);
  return new Set(ids).size === ids.length ? reworded : ours; // an id that the live one has elsewhere
}

function reword(live: Element, ours: Element): Element {
  const now = keyed(live.children);
  const then = keyed(ours.children);
  const known = [...now].flatMap(([key, child]) => {
    const same = then.get(key);
    return same === undefined ? [] : [reword(child, same)];
  });
  const others = [...then].filter(([key]) => !now.has(key)).map(([, child]) => child);
  return { ...ours, attributes: rewordAttributes(live, ours), children: [...known, ...others] };
}

function rewordAttributes(live: Element, ours: Element): Record<string, string> {
  const isDefault = (name: string, value: string | undefined): boolean =>
    value !== undefined && defaults[ours.name]?.[name] === value;
  const kept = Object.keys(live.attributes).flatMap((name): [string, string][] => {
    const [now, then] = [live.attributes[name], ours.attributes[name]];
    if (name === 'id' && now !== undefined && then !== undefined) return [[name, now]];
    if (then !== undefined) return [[name, then]];
    return isDefault(name, now) ? [[name, now!]] : [];
  });
  const more = Object.entries(ours.attributes).filter(
    ([name, value]) => !(name in live.attributes) && !isDefault(name, value),
  );
  return Object.fromEntries([...kept, ...more]);
}

/** Of the elements that pcs and crm write: what they write out, or leave out, though it says nothing. Pacemaker Explained, 2.1. */
const defaults: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  rule: { 'boolean-op': 'and' },
  rsc_colocation: { 'rsc-role': 'Started', 'with-rsc-role': 'Started' },
  rsc_order: { kind: 'Mandatory', 'first-action': 'start' },
};

/** Children by what they are, or by how manyth of their kind where there is nothing but the id. */
function keyed(children: readonly Element[]): Map<string, Element> {
  const counts = new Map<string, number>();
  return new Map(
    children.map((child) => {
      const key = meaningOf(child);
      const count = counts.get(key) ?? 0;
      counts.set(key, count + 1);
      return [`${key}#${count}`, child];
    }),
  );
}

function meaningOf(child: Element): string {
  const said = meaning[child.name]?.map((name) => child.attributes[name] ?? '') ?? [];
  return JSON.stringify([child.name, ...said]);
}

/** What tells one from another: never an id, but in a reference. */
const meaning: Readonly<Record<string, readonly string[]>> = {
  nvpair: ['name'],
  op: ['name', 'interval', 'role'],
  expression: ['attribute', 'operation', 'value', 'type'],
  obj_ref: ['id'],
  resource_ref: ['id'],
  primitive: ['id'],
  recipient: ['value'],
};
