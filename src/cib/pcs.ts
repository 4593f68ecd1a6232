/** What the VNF owns, as commands of pcs 0.11: a shell script that changes a CIB file. Pure. */
import { type Element, serializeXml } from '../process/xml.ts';
import { type Clone, cloneOf, locationRuleOf, type Pair, pairsOf, type Primitive, primitiveOf } from './parts.ts';
import { element, section } from './tree.ts';

/** The script for `configuration`, of generateCib. What pcs has no words for is put in by cibadmin. */
export function pcsScript(configuration: Element, vnf: string): string {
  const children = (name: string): readonly Element[] => section(configuration, name)?.children ?? [];
  return [
    '#!/bin/sh',
    `# VNF '${vnf}' for pcs, written by vnfha generate --format pcs. It changes a file, which is then pushed in one step:`,
    '#   pcs cluster cib before.xml && cp before.xml vnf.xml',
    '#   sh THIS vnf.xml',
    '#   pcs cluster cib-push vnf.xml diff-against=before.xml',
    'set -e',
    'cib=${1:?"the CIB file to change: see the head of this script"}',
    '# what pcs has no words for',
    'xml() { CIB_file="$cib" cibadmin --modify --allow-create --scope configuration --xml-text "$1"; }',
    '',
    ...children('crm_config').flatMap(properties),
    ...children('resources').map((child) => resource(child) ?? asXml('resources', child)),
    ...children('constraints').map((child) => constraint(child) ?? asXml('constraints', child)),
    ...['alerts', 'tags'].flatMap((name) => children(name).map((child) => asXml(name, child))),
    '',
  ].join('\n');
}

function properties(set: Element): string[] {
  const pairs = pairsOf(set.children);
  if (pairs === undefined) return [asXml('crm_config', set)];
  return pairs.length === 0 ? [] : [pcs('property', 'set', ...options(pairs))];
}

function resource(child: Element): string | undefined {
  const clone = cloneOf(child);
  const primitive = clone?.primitive ?? primitiveOf(child);
  return primitive && create(primitive, clone);
}

function create(primitive: Primitive, clone?: Clone): string {
  const { id, agent, parameters, meta, operations } = primitive;
  const stonith = agent.startsWith('stonith:') && clone === undefined;
  return [
    stonith ? pcs('stonith', 'create', id, agent.slice('stonith:'.length)) : pcs('resource', 'create', id, agent),
    ...(parameters.length === 0 ? [] : [words(...options(parameters))]),
    ...operations.map(({ name, options: given }) => words('op', name, ...options(given))),
    ...(meta.length === 0 ? [] : [words('meta', ...options(meta))]),
    ...(clone === undefined ? [] : [words('clone', clone.id, ...options(clone.meta))]),
    ...(stonith ? [] : ['--no-default-ops']), // those of the agent: ours has all it needs
    // pcs would rather go to the guest and install it
    ...(meta.some(([name]) => name === 'remote-node') ? ['--force'] : []),
  ].join(' \\\n    ');
}

function constraint(child: Element): string | undefined {
  if (child.children.length > 0) return location(child);
  if (child.name === 'rsc_colocation') return colocation(child.attributes);
  if (child.name === 'rsc_order') return order(child.attributes);
  return undefined;
}

function location(child: Element): string | undefined {
  const rule = locationRuleOf(child);
  if (rule === undefined) return undefined;
  const { id, resource, ruleId, discovery, role, score } = rule;
  const expressions = rule.expressions.map(({ attribute, operation, value }) =>
    value === undefined ? [operation, attribute] : [attribute, operation, value],
  );
  return pcs(
    ...['constraint', 'location', resource, 'rule', `id=${ruleId}`, `constraint-id=${id}`],
    ...(discovery === undefined ? [] : [`resource-discovery=${discovery}`]),
    ...(role === undefined ? [] : [`role=${role}`]),
    `score=${score}`,
    ...expressions.flatMap((said, at) => (at === 0 ? said : [rule.joined, ...said])),
  );
}

function colocation(attributes: Readonly<Record<string, string>>): string | undefined {
  const { rsc, score, 'with-rsc': withRsc, 'rsc-role': role, 'with-rsc-role': withRole, ...others } = attributes;
  if (!rsc || !withRsc || !score) return undefined;
  const who = [...(role ? [role] : []), rsc, 'with', ...(withRole ? [withRole] : []), withRsc];
  return pcs('constraint', 'colocation', 'add', ...who, score, ...options(Object.entries(others)));
}

function order(attributes: Readonly<Record<string, string>>): string | undefined {
  const { first, then, 'first-action': firstAction, 'then-action': thenAction, ...others } = attributes;
  if (!first || !then) return undefined;
  const who = [firstAction ?? 'start', first, 'then', thenAction ?? firstAction ?? 'start', then];
  return pcs('constraint', 'order', ...who, ...options(Object.entries(others)));
}

function asXml(name: string, child: Element): string {
  const tree = element('configuration', {}, [element(name, {}, [child])]);
  return `xml ${quoted(serializeXml(tree).replaceAll(/\n */g, ''))}`;
}

const options = (pairs: readonly Pair[]): string[] => pairs.map(([name, value]) => `${name}=${value}`);

const pcs = (...given: string[]): string => `pcs -f "$cib" ${words(...given)}`;

const words = (...given: string[]): string => given.map(quoted).join(' ');

/** For a POSIX shell. */
const quoted = (word: string): string =>
  /^[\w@%+:,./-][\w@%+=:,./-]*$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
