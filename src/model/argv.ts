/**
 * A command as an argument vector. No shell ever sees it: words are split on white space, and quotes only hold one argument
 * together. Nothing is expanded.
 */
import type { Argv } from './vnf.ts';

type ArgvResult = { readonly argv: Argv } | { readonly error: string };

/**
 * Splits `redis-server --save "" --port 6379` into its arguments; an array is taken as it is.
 * Inside double quotes `\"` and `\\` stand for `"` and `\`; elsewhere a backslash is a backslash.
 */
export function splitCommand(command: string | readonly string[]): ArgvResult {
  if (typeof command !== 'string') {
    return command[0] === undefined || command[0] === '' ? { error: 'names no program' } : { argv: [...command] };
  }
  const argv: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < command.length; at++) {
    const char = command[at]!;
    if (quote !== undefined) {
      if (char === quote) quote = undefined;
      else if (quote === '"' && char === '\\' && /["\\]/.test(command[at + 1] ?? '')) word += command[++at]!;
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== undefined) argv.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + char;
    }
  }
  if (quote !== undefined) return { error: `has a ${quote === '"' ? 'double' : 'single'} quote that is never closed` };
  if (word !== undefined) argv.push(word);
  return argv[0] === undefined || argv[0] === '' ? { error: 'names no program' } : { argv };
}
