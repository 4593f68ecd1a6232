/** What the VNF owns, in the language of crmsh 4: a file for `crm configure load update FILE`. Pure. */
import { type Element, serializeXml } from '../process/xml.ts';
import { cloneOf, locationRuleOf, type Pair, pairsOf, type Primitive, primitiveOf } from './parts.ts';
import { idOf, section } from './tree.ts';

/** The file for `configuration`, of generateCib. What crm has no words for is in it as XML. No comments: crm would put them into the CIB. */
export function crmConfiguration(configuration: Element): string {
  const children = (name: string): readonly Element[] => section(configuration, name)?.children ?? [];
  const all = ['resources', 'constraints', 'alerts', 'tags'].flatMap(children);
  return [
    ...all.map((child) => words(child) ?? asXml(child)),
    ...children('crm_config').map((set) => property(set) ?? asXml(set)),
    '',
  ].join('\n');
}

function words(child: Element): string | undefined {
  switch (child.name) {
    case 'primitive':
      return primitive(primitiveOf(child));
    case 'clone':
      return clone(child);
    case 'rsc_location':
      return location(child);
    case 'rsc_colocation':
      return colocation(child);
    case 'rsc_order':
      return order(child);
    case 'alert':
      return alert(child);
    case 'tag':
      return `tag ${idOf(child)}: ${child.children.map(idOf).join(' ')}`;
    default:
      return undefined;
  }
}

function primitive(given: Primitive | undefined): string | undefined {
  if (given === undefined) return undefined;
  return line(
    `primitive ${given.id} ${given.agent}`,
    ...options('params', given.parameters),
    ...options('meta', given.meta),
    ...given.operations.map(({ name, options: others }) => `op ${name} ${pairs(others)}`),
  );
}

function clone(child: Element): string | undefined {
  const given = cloneOf(child);
  if (given === undefined) return undefined;
  return `${primitive(given.primitive)}\n${line(`clone ${given.id} ${given.primitive.id}`, ...options('meta', given.meta))}`;
}

function location(child: Element): string | undefined {
  const rule = locationRuleOf(child);
  if (rule === undefined) return undefined;
  const discovery = rule.discovery === undefined ? '' : ` resource-discovery=${rule.discovery}`;
  const role = rule.role === undefined ? '' : ` $role=${quoted(rule.role)}`;
  const expressions = rule.expressions.map(({ attribute, operation, value }) =>
    value === undefined ? `${operation} ${quoted(attribute)}` : `${quoted(attribute)} ${operation} ${quoted(value)}`,
  );
  return line(
    `location ${rule.id} ${rule.resource}${discovery}`,
    `rule $id=${quoted(rule.ruleId)}${role} ${score(rule.score)}: ${expressions.join(` ${rule.joined} `)}`,
  );
}

function colocation({ attributes, children }: Element): string | undefined {
  const {
    id,
    score: by,
    rsc,
    'rsc-role': role,
    'with-rsc': withRsc,
    'with-rsc-role': withRole,
    ...others
  } = attributes;
  if (!id || !by || !rsc || !withRsc || children.length > 0 || Object.keys(others).length > 0) return undefined;
  return `colocation ${id} ${score(by)}: ${withSuffix(rsc, role)} ${withSuffix(withRsc, withRole)}`;
}

function order({ attributes, children }: Element): string | undefined {
  const { id, kind, first, then, 'first-action': firstAction, 'then-action': thenAction, ...others } = attributes;
  if (!id || !kind || !first || !then || children.length > 0 || Object.keys(others).length > 0) return undefined;
  return `order ${id} ${kind}: ${withSuffix(first, firstAction)} ${withSuffix(then, thenAction)}`;
}

const withSuffix = (id: string, suffix: string | undefined): string => (suffix === undefined ? id : `${id}:${suffix}`);

function alert(child: Element): string | undefined {
  const { id, path, ...others } = child.attributes;
  const [select] = child.children;
  if (!id || !path || Object.keys(others).length > 0 || child.children.length > 1) return undefined;
  if (select !== undefined && select.name !== 'select') return undefined;
  const kinds = (select?.children ?? []).map(({ name }) => name.replace(/^select_/, ''));
  if (kinds.some((kind) => !['nodes', 'fencing', 'resources'].includes(kind))) return undefined;
  return `alert ${id} ${quoted(path)}${kinds.length === 0 ? '' : ` select ${kinds.join(' ')}`}`;
}

function property(set: Element): string | undefined {
  const given = pairsOf(set.children);
  return given && (given.length === 0 ? '' : line(`property ${idOf(set)}:`, ...given.map((pair) => pairs([pair]))));
}

const options = (keyword: string, given: readonly Pair[]): string[] =>
  given.length === 0 ? [] : [`${keyword} ${pairs(given)}`];

const pairs = (given: readonly Pair[]): string => given.map(([name, value]) => `${name}=${quoted(value)}`).join(' ');

const score = (value: string): string => value.replace('INFINITY', 'inf');

const line = (...parts: string[]): string => parts.join(' \\\n    ');

const asXml = (child: Element): string => `xml ${serializeXml(child).replaceAll(/\n */g, '')}`;

const quoted = (value: string): string =>
  /^[\w@%+:,./#-]+$/.test(value) ? value : `"${value.replaceAll(/(["\\])/g, '\\$1')}"`;
