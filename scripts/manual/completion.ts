/** Completion for bash, from the CLI's own definition. It needs nothing but bash. */
import type { Command, Option } from 'commander';

/** The script that `/usr/share/bash-completion/completions/vnfha` holds. */
export function bashCompletion(program: Command): string {
  const all = [program, ...descendants(program)];
  return `# completion of ${program.name()}(8) for bash: made from the program's own definition
_${program.name()}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} at='' word options='' words='' files=''
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$at $word" in
      ${all
        .slice(1)
        .map((command) => `'${pathOf(command)}'`)
        .join(' | ')}) at="$at $word" ;;
    esac
  done
  case "$at $prev" in
${all.flatMap((command) => command.options.flatMap((option) => valueCase(command, option))).join('')}  esac
  case "$at" in
${all.map(commandCase).join('')}  esac
  if [[ $cur == -* ]]; then words=$options; files=''; fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur"; [[ -z $files ]] || compgen -f -- "$cur")
}
complete -o filenames -F _${program.name()} ${program.name()}
`;
}

const descendants = (command: Command): Command[] =>
  command.commands.flatMap((child) => [child, ...descendants(child)]);

/** ' lab up'; '' for the program itself. */
const pathOf = (command: Command): string =>
  command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`;

/** After an option that wants a value: its choices, or a file, or nothing that could be known. */
function valueCase(command: Command, option: Option): string[] {
  if (!option.required && !option.optional) return [];
  const patterns = [option.long, option.short].filter(Boolean).map((flag) => `'${pathOf(command)} ${flag}'`);
  const wantsFile = /<(file|dir|path)>/i.test(option.flags);
  const action =
    option.argChoices !== undefined
      ? `mapfile -t COMPREPLY < <(compgen -W '${option.argChoices.join(' ')}' -- "$cur"); return`
      : wantsFile
        ? 'mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return'
        : 'return';
  return [`    ${patterns.join(' | ')}) ${action} ;;\n`];
}

function commandCase(command: Command): string {
  const flags = command.options.filter(({ hidden }) => !hidden).flatMap(({ long, short }) => long ?? short ?? []);
  const children = command.commands.map((child) => child.name());
  const files = command.registeredArguments.some((argument) => /file/i.test(argument.name())) ? ' files=1' : '';
  return `    '${pathOf(command)}') options='${[...flags, '--help'].join(' ')}' words='${children.join(' ')}'${files} ;;\n`;
}
