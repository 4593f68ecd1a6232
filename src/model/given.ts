/** The texts of a checked description, read: whatever isn't right in one was told before (check.ts). Pure. */
import { formatAddress, parseAddress, parsePrefixed, type Prefixed } from './address.ts';
import { splitCommand } from './argv.ts';
import { durationMs } from './duration.ts';
import type { Argv } from './vnf.ts';

/** A duration in milliseconds. @throws Error for what was not checked, as all of these */
export function ms(text: string | undefined, fallback: number): number {
  return text === undefined ? fallback : must(durationMs(text), text);
}

/** A command as an argument vector. */
export function argvOf(command: string | readonly string[] | undefined): Argv | undefined {
  if (command === undefined) return undefined;
  const result = splitCommand(command);
  return must('argv' in result ? result.argv : undefined, String(command));
}

/** An address with its prefix length. */
export const prefixed = (text: string): Prefixed => must(parsePrefixed(text), text);
/** An address in its one spelling. */
export const spelled = (text: string): string => formatAddress(must(parseAddress(text), text));

/** @param text what was not checked, for the error */
export function must<T>(value: T | undefined, text: string): T {
  if (value === undefined) throw new Error(`normalise was given a description that was not checked: '${text}'`);
  return value;
}
