/** An agent's metadata, as `pcs resource describe`, `crm ra info` and ra-api-1.dtd want it. */
import type { ActionName, Agent } from './agent.ts';
import type { Parameter, Parameters } from './parameter.ts';

/** The XML of `agent`; the same text each time. */
export function metadata<P extends Parameters>(agent: Agent<P>): string {
  const parameters = Object.entries(agent.parameters).flatMap(([name, parameter]) => parameterXml(name, parameter));
  const actions = (Object.keys(agent.actions) as ActionName[]).flatMap((name) => actionXml(agent, name));
  return [
    '<?xml version="1.0"?>',
    ...(knownToDtd(agent) ? ['<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd">'] : []),
    `<resource-agent name="${escape(agent.name)}" version="1.0">`,
    '<version>1.1</version>',
    ...described(agent),
    '<parameters>',
    ...parameters,
    '</parameters>',
    '<actions>',
    ...actions,
    '<action name="meta-data" timeout="5s" />',
    '</actions>',
    '</resource-agent>',
    '',
  ].join('\n');
}

/** The DTD is of OCF 1.0: what 1.1 has more it takes for wrong, and for 1.1 there is none. */
const knownToDtd = <P extends Parameters>({ parameters, actions }: Agent<P>): boolean =>
  actions['reload-agent'] === undefined && Object.values(parameters).every(({ reloadable }) => !reloadable);

function parameterXml(name: string, parameter: Parameter<unknown>): string[] {
  const fallback = parameter.default === undefined ? '' : ` default="${escape(parameter.default)}"`;
  const reloadable = parameter.reloadable ? ' reloadable="1"' : '';
  return [
    `<parameter name="${escape(name)}" required="${parameter.required ? 1 : 0}" unique="0"${reloadable}>`,
    ...described(parameter),
    `<content type="${parameter.type}"${fallback} />`,
    '</parameter>',
  ];
}

function actionXml<P extends Parameters>(agent: Agent<P>, name: ActionName): string[] {
  const { timeout, recurring } = agent.actions[name]!;
  if (recurring === undefined) return [`<action name="${name}" timeout="${timeout}s" />`];
  return recurring.map(({ interval, role }) => {
    const inRole = role === undefined ? '' : ` role="${role}"`;
    return `<action name="${name}" timeout="${timeout}s" interval="${interval}s" depth="0"${inRole} />`;
  });
}

const described = (thing: { readonly shortdesc: string; readonly longdesc: string }): string[] => [
  `<longdesc lang="en">\n${escape(thing.longdesc)}\n</longdesc>`,
  `<shortdesc lang="en">${escape(thing.shortdesc)}</shortdesc>`,
];

const escape = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
