/** What is different between two CIBs, for people and for scripts. */
import type { Element } from '../process/xml.ts';
import { idOf } from './tree.ts';

export interface Change {
  readonly kind: 'added' | 'removed' | 'changed' | 'reordered';
  /** The element's name: 'clone', 'op', 'nvpair', … */
  readonly element: string;
  /** Its id, or a path where it has none. */
  readonly id: string;
  /** For 'changed': which attribute, from what, to what. */
  readonly attribute?: string;
  readonly from?: string;
  readonly to?: string;
}

/** The changes of the configuration from `before` to `after`, two whole CIBs; none if they say the same. The order of attributes says nothing. */
export function changesBetween(before: Element, after: Element): Change[] {
  const configuration = (cib: Element): Element | undefined =>
    cib.children.find(({ name }) => name === 'configuration');
  const [old, young] = [configuration(before), configuration(after)];
  return old === undefined || young === undefined ? [] : compare(old, young, 'configuration');
}

/** One line of text: '+ clone sipcore-web-clone', '~ op sipcore-web-monitor interval: 3s -> 2s'. */
export function formatChange({ kind, element, id, attribute, from, to }: Change): string {
  if (kind === 'added') return `+ ${element} ${id}`;
  if (kind === 'removed') return `- ${element} ${id}`;
  if (kind === 'reordered') return `~ ${element} ${id}: the order inside`;
  return `~ ${element} ${id} ${attribute}: ${from ?? '(none)'} -> ${to ?? '(none)'}`;
}

function compare(before: Element, after: Element, path: string): Change[] {
  const at = { element: before.name, id: idOf(before) || path };
  const attributes = [...new Set([...Object.keys(before.attributes), ...Object.keys(after.attributes)])];
  const changed = attributes
    .filter((name) => before.attributes[name] !== after.attributes[name])
    .map((name) =>
      withoutUndefined({ ...at, attribute: name, from: before.attributes[name], to: after.attributes[name] }),
    );
  const text: Change[] =
    before.text === after.text
      ? []
      : [{ kind: 'changed', ...at, attribute: 'text', from: before.text, to: after.text }];
  return [...changed, ...text, ...compareChildren(before, after, path)];
}

function compareChildren(before: Element, after: Element, path: string): Change[] {
  const [old, young] = [keyed(before.children), keyed(after.children)];
  const name = (key: string, { name: element }: Element) => ({
    element,
    id: key.includes(' ') ? key.split(' ')[1]! : `${path}/${key}`,
  });
  const removed = [...old]
    .filter(([key]) => !young.has(key))
    .map(([key, child]) => ({ kind: 'removed' as const, ...name(key, child) }));
  const rest = [...young].flatMap(([key, child]): Change[] => {
    const was = old.get(key);
    return was === undefined ? [{ kind: 'added', ...name(key, child) }] : compare(was, child, `${path}/${key}`);
  });
  const order = (from: Map<string, Element>, other: Map<string, Element>) =>
    [...from.keys()].filter((key) => other.has(key)).join('\n');
  const reordered: Change[] =
    order(old, young) === order(young, old)
      ? []
      : [{ kind: 'reordered', element: before.name, id: idOf(before) || path }];
  return [...removed, ...rest, ...reordered];
}

/** Children by what they are known by: their id, or how manyth of their name they are. */
function keyed(children: readonly Element[]): Map<string, Element> {
  const counts = new Map<string, number>();
  return new Map(
    children.map((child) => {
      const key = idOf(child) === '' ? child.name : `${child.name} ${idOf(child)}`;
      const count = counts.get(key) ?? 0;
      counts.set(key, count + 1);
      return [count === 0 ? key : `${key}#${count}`, child];
    }),
  );
}

function withoutUndefined(change: {
  element: string;
  id: string;
  attribute: string;
  from: string | undefined;
  to: string | undefined;
}): Change {
  const { element, id, attribute, from, to } = change;
  return {
    kind: 'changed',
    element,
    id,
    attribute,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}
