/**
 * The commands of pcs that build what a generated CIB has: its resources with their operations, its constraints. What an operator
 * types, or a playbook runs, one after the other.
 */
import type { Element } from '../../src/process/xml.ts';

/** The arguments of each, without `pcs -f FILE`. */
export function pcsCommands(cib: Element): string[][] {
  const sections = cib.children.find(({ name }) => name === 'configuration')!.children;
  const children = (name: string) => sections.find((part) => part.name === name)!.children;
  return [...children('resources').map(create), ...children('constraints').map(constrain)];
}

/** --force: without it pcs wants the agents' metadata of this machine. */
function create(resource: Element): string[] {
  const clone = resource.name === 'clone';
  const primitive = clone ? resource.children.find(({ name }) => name === 'primitive')! : resource;
  const { id = '', class: kind = '', provider = '', type = '' } = primitive.attributes;
  const operations = within(primitive, 'operations').flatMap(({ attributes: { name = '', ...rest } }) => {
    const options = Object.entries(rest).filter(([key]) => key !== 'id');
    return ['op', name, ...options.map(([key, value]) => `${key}=${value}`)];
  });
  const parameters = pairs(primitive, 'instance_attributes');
  if (kind === 'stonith') return ['stonith', 'create', id, type, ...parameters, ...operations, '--force'];
  const meta = pairs(primitive, 'meta_attributes');
  const metaWords = meta.length > 0 ? ['meta', ...meta] : [];
  const cloneWords = clone ? ['clone', ...pairs(resource, 'meta_attributes')] : [];
  const agent = `${kind}:${provider}:${type}`;
  return ['resource', 'create', id, agent, ...parameters, ...operations, ...metaWords, ...cloneWords, '--force'];
}

const within = (parent: Element, name: string): readonly Element[] =>
  parent.children.find((child) => child.name === name)?.children ?? [];

const pairs = (parent: Element, set: string): string[] =>
  within(parent, set).map(({ attributes: { name, value } }) => `${name}=${value}`);

function constrain({ name, attributes, children }: Element): string[] {
  const { id, rsc = '', first = '', then = '' } = attributes;
  if (name === 'rsc_order') {
    const { kind, 'first-action': before = '', 'then-action': after = '' } = attributes;
    return ['constraint', 'order', before, first, 'then', after, then, `kind=${kind}`, `id=${id}`, '--force'];
  }
  if (name === 'rsc_colocation') {
    const { 'with-rsc': other = '', 'with-rsc-role': role, score = '', influence } = attributes;
    const words = [...(role === undefined ? [] : [role]), other, score];
    const options = influence === undefined ? [] : [`influence=${influence}`];
    return ['constraint', 'colocation', 'add', rsc, 'with', ...words, ...options, `id=${id}`, '--force'];
  }
  const [rule] = children as [Element];
  const { score = '', role, 'boolean-op': operator = 'and' } = rule.attributes;
  const discovery = attributes['resource-discovery'];
  const expression = rule.children
    .map(({ attributes: { attribute = '', operation = '', value } }) =>
      value === undefined ? [operation, attribute] : [attribute, operation, value],
    )
    .flatMap((words, at) => (at === 0 ? words : [operator, ...words]));
  return [
    ...['constraint', 'location', rsc, 'rule', `constraint-id=${id}`],
    ...(discovery === undefined ? [] : [`resource-discovery=${discovery}`]),
    ...(role === undefined ? [] : [`role=${role}`]),
    ...[`score=${score}`, ...expression, '--force'],
  ];
}
