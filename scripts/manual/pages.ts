/** The manual pages: the help of the CLI's own definition, in the language of man(7). */
import type { Argument, Command, Option } from 'commander';

/** A page for `program`, and one for each of its commands, by file name. `version` is shown in the footer. */
export function manualPages(program: Command, version: string): Map<string, string> {
  const footer = `vnfha ${version}`;
  const pages = program.commands.map((command): [string, string] => [
    `vnfha-${command.name()}.8`,
    [...head(`vnfha-${command.name()}`, command.summary(), footer), ...body(command), ...seeAlso(['vnfha'])].join(''),
  ]);
  const names = program.commands.map((command) => `vnfha-${command.name()}`);
  const own = [
    ...head('vnfha', 'keeps a VNF up by Pacemaker and Corosync', footer),
    ...body(program),
    ...seeAlso(names),
  ];
  return new Map([['vnfha.8', own.join('')], ...pages]);
}

const head = (name: string, summary: string, footer: string): string[] => [
  `.TH "${name.toUpperCase()}" 8 "" "${footer}" "vnfha"\n`,
  `.SH NAME\n${name} \\- ${escape(summary)}\n`,
];

function body(command: Command): string[] {
  return [
    `.SH SYNOPSIS\n${synopses(command).map(synopsis).join('.br\n')}`,
    `.SH DESCRIPTION\n${paragraphs(command.description())}`,
    ...list('ARGUMENTS', command.registeredArguments.map(argument)),
    ...list('OPTIONS', options(command)),
    ...list('COMMANDS', command.commands.flatMap(subcommand)),
    ...examples(command),
  ];
}

/** A group is called by one of its commands. */
const synopses = (command: Command): readonly Command[] =>
  command.parent !== null && command.commands.length > 0 ? command.commands : [command];

const synopsis = (command: Command): string => `.B ${escape(fullName(command))}\n${escape(command.usage())}\n`;

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

const list = (title: string, entries: readonly string[]): string[] =>
  entries.length === 0 ? [] : [`.SH ${title}\n${entries.join('')}`];

const entry = (term: string, text: string): string => `.TP\n.B ${escape(term)}\n${paragraphs(text)}`;

const argument = (given: Argument): string => entry(given.name(), given.description + defaultOf(given.defaultValue));

const options = (command: Command): string[] =>
  command.options.filter(({ hidden }) => !hidden).map((option) => entry(option.flags, optionText(option)));

function optionText({ description, argChoices, defaultValue }: Option): string {
  const choices = argChoices === undefined ? '' : ` (one of ${argChoices.join(', ')})`;
  return description + choices + defaultOf(defaultValue);
}

const defaultOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? ` (default: ${value})` : '';

/** In a group, what each command does, with its options; in `vnfha`, the names are enough: each has a page of its own. */
function subcommand(command: Command): string[] {
  const heading = entry(`${command.name()} ${command.usage()}`, command.summary() || command.description());
  if (command.parent?.parent === null) return [entry(command.name(), command.summary())];
  return [heading, ...options(command).map((option) => `.RS\n${option}.RE\n`)];
}

function examples(command: Command): string[] {
  const [, before = '', inside = '', after = ''] =
    /^([^]*?)(?:Examples:\n([^]*?)(?:\n\n([^]*))?)?$/.exec(helpAfter(command).trim()) ?? [];
  const preformatted = `.SH EXAMPLES\n.nf\n${inside.split('\n').map(line).join('\n')}\n.fi\n`;
  const notes = `${before}\n\n${after}`.trim();
  return [...(inside === '' ? [] : [preformatted]), ...(notes === '' ? [] : [`.SH NOTES\n${paragraphs(notes)}`])];
}

/** What addHelpText('after', …) adds: what the whole help has more than the command's own. */
function helpAfter(command: Command): string {
  let whole = '';
  command.configureOutput({ writeOut: (text) => (whole += text) });
  command.outputHelp();
  return whole.slice(command.helpInformation().length);
}

const seeAlso = (names: readonly string[]): string[] => [
  `.SH SEE ALSO\n${names.map((name) => `.BR ${escape(name)} (8)`).join(',\n')},\n.BR crm_mon (8),\n.BR pacemaker (7)\n`,
  '.PP\nThe documentation is in /usr/share/doc/vnfha; exit codes are listed in exit\\-codes.md there.\n',
];

const paragraphs = (text: string): string =>
  text
    .split(/\n\n+/)
    .map((paragraph) => `${paragraph.split('\n').map(line).join('\n')}\n`)
    .join('.PP\n');

/** A line that begins with a dot or a quote would be a request. */
const line = (text: string): string => escape(text).replace(/^(?=[.'])/, '\\&');

const escape = (text: string): string => text.replaceAll('\\', '\\e').replaceAll('-', '\\-');
