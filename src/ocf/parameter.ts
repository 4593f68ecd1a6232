/** The parameters of an agent: declared once, they are its metadata, its types, and the check of what Pacemaker passes in. */
import { parseAddress } from '../model/address.ts';
import { splitCommand } from '../model/argv.ts';
import type { Argv } from '../model/vnf.ts';
import { ocf, OcfError } from './codes.ts';

export interface Parameter<T> {
  readonly type: 'string' | 'integer';
  readonly shortdesc: string;
  readonly longdesc: string;
  readonly required: boolean;
  readonly default: string | undefined;
  /** A change of it is taken up by a running instance (reload-agent), which need not be restarted. */
  readonly reloadable: boolean;
  /** Reads the text, or throws an Error that says what it must be. Undefined: not given, and no default. */
  readonly parse: (text: string | undefined) => T;
}

export type Parameters = Readonly<Record<string, Parameter<unknown>>>;
export type Values<P extends Parameters> = { readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never };

/** Parameters as texts, those that were given only, in the order of the declaration. */
export type Given = Readonly<Record<string, string>>;

interface Declared {
  readonly shortdesc: string;
  readonly longdesc: string;
  readonly required?: true;
  readonly default?: string;
  readonly reloadable?: true;
}
type Read<S, T> = S extends { required: true } | { default: string } ? T : T | undefined;

const kind =
  <T>(type: Parameter<T>['type'], read: (text: string) => T) =>
  <const S extends Declared>(declared: S): Parameter<Read<S, T>> => ({
    type,
    shortdesc: declared.shortdesc,
    longdesc: declared.longdesc,
    required: declared.required ?? false,
    default: declared.default,
    reloadable: declared.reloadable ?? false,
    parse: (text) => (text === undefined ? undefined : read(text)) as Read<S, T>,
  });

/** Any text. */
export const text = kind('string', (value) => value);
/** Words between white space. */
export const words = kind('string', (value) => value.trim().split(/\s+/));
/** A command: a JSON array of strings, or a text that is split on white space outside quotes. No shell sees it. */
export const command = kind('string', readCommand);
/** An absolute path. */
export const path = kind('string', (value) => {
  if (!value.startsWith('/')) throw new Error('must be an absolute path');
  return value;
});
/** An http or https URL. */
export const url = kind('string', (value) => {
  if (!/^https?:$/.test(URL.canParse(value) ? new URL(value).protocol : '')) throw new Error('must be a http(s) URL');
  return value;
});
/** The name of a libvirt domain: what is safe as an argument, a file name and in QEMU's command line. */
export const domainName = kind('string', (value) => {
  if (!/^[A-Za-z0-9][\w.+-]{0,63}$/.test(value)) {
    throw new Error('must be of letters, digits and . _ + -, at most 64, beginning with a letter or a digit');
  }
  return value;
});
/** One of `words`. */
export const choice = <const W extends string>(words: readonly W[]) =>
  kind('string', (value): W => {
    const word = words.find((one) => one === value);
    if (word === undefined) throw new Error(`must be one of ${words.join(', ')}`);
    return word;
  });
/** An IPv4 or IPv6 address. */
export const ipAddress = kind('string', (value) => {
  if (parseAddress(value) === undefined) throw new Error('must be an IPv4 or IPv6 address, without its prefix');
  return value;
});
/** IP addresses between white space. */
export const ipAddresses = kind('string', (value) => {
  const all = value.trim().split(/\s+/);
  if (!all.every((one) => parseAddress(one) !== undefined)) throw new Error('must be IP addresses, blanks between');
  return all;
});
/** The name of a network interface, as the kernel allows it and a shell can't misread it. */
export const networkInterface = kind('string', (value) => {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.:@-]{0,14}$/.test(value)) throw new Error('must be the name of a network interface');
  return value;
});
/** A port number. */
export const port = kind('integer', (value) => {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < 1 || number > 65535) throw new Error('must be a port, 1 to 65535');
  return number;
});

/** A host (a name, an IPv4 address, or an IPv6 address in brackets) and a port, with a colon between. */
export const hostAndPort = kind('string', (value) => {
  const [, bracketed, plain, digits] = /^(?:\[([^[\]]+)\]|([^\s:[\]]+)):(\d{1,5})$/.exec(value) ?? [];
  const [host, number] = [bracketed ?? plain, Number(digits)];
  if (host === undefined || number < 1 || number > 65535) throw new Error('must be HOST:PORT');
  return { host, port: number };
});

/** A count or a time in milliseconds, from 1. */
export const positive = kind('integer', (value) => {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new Error('must be a whole number from 1');
  return Number(value);
});
/** A whole number from 0. */
export const count = kind('integer', (value) => {
  if (!/^\d{1,15}$/.test(value)) throw new Error('must be a whole number');
  return Number(value);
});
/** Text in which control characters are written with JSON's escapes: `PING\r\n` is PING, CR, LF. */
export const escapedText = kind('string', (value) => {
  try {
    return JSON.parse(`"${value.replace(/\\.|"/g, (part) => (part === '"' ? '\\"' : part))}"`) as string;
  } catch {
    throw new Error("must be a text with JSON's escapes, such as PING\\r\\n");
  }
});

/** OCF_RESKEY_* of `env`. An empty one is not given. */
export function givenParameters(parameters: Parameters, env: NodeJS.ProcessEnv): Given {
  const texts = Object.keys(parameters).map((name) => [name, env[`OCF_RESKEY_${name}`] ?? ''] as const);
  return Object.fromEntries(texts.filter(([, value]) => value !== ''));
}

/**
 * Reads what was given. Every problem is in the one reason.
 * @throws OcfError errConfigured
 */
export function readParameters<P extends Parameters>(parameters: P, given: Given): Values<P> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    const value = given[name] ?? parameter.default;
    if (value === undefined && parameter.required) problems.push(`the parameter ${name} is missing`);
    try {
      values[name] = parameter.parse(value);
    } catch (error) {
      problems.push(`the parameter ${name} ${(error as Error).message} (it is '${value}')`);
    }
  }
  if (problems.length > 0) throw new OcfError(ocf.errConfigured, problems.join('; '));
  return values as Values<P>;
}

function readCommand(value: string): Argv {
  const result = splitCommand(value.trimStart().startsWith('[') ? readArray(value) : value);
  if ('error' in result) throw new Error(result.error);
  return result.argv;
}

function readArray(value: string): string[] {
  let array: unknown;
  try {
    array = JSON.parse(value);
  } catch {
    array = undefined;
  }
  if (!Array.isArray(array) || !array.every((item) => typeof item === 'string')) {
    throw new Error('must be a JSON array of strings, or a command without a leading [');
  }
  return array;
}
