/** Keys and values in JSON: as text (`key`, `value`) or, where they are no text, as base64 (`key64`, `value64`). */
import { isUtf8 } from 'node:buffer';
import { levels, type Level, type Operation, type Pair, Refusal } from './types.ts';

export const bad = (message: string, cure = 'docs/sync.md has the requests.'): Refusal =>
  new Refusal('bad-request', message, cure);

/** One field of bytes. */
const bytesField = (name: 'key' | 'value', bytes: Buffer): object =>
  isUtf8(bytes) ? { [name]: bytes.toString() } : { [`${name}64`]: bytes.toString('base64') };

export const pairJson = ({ key, value, version }: Pair): object => ({
  ...bytesField('key', key),
  ...bytesField('value', value),
  version,
});

export const operationJson = (each: Operation): object => ({
  op: each.op,
  ...bytesField('key', each.key),
  ...(each.op === 'put' ? bytesField('value', each.value) : {}),
});

/** @throws Refusal for what is no JSON object */
export function objectOf(body: Buffer): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    throw bad('the body is no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad('the body is no JSON object');
  return value as Readonly<Record<string, unknown>>;
}

/** The operations of a batch. @throws Refusal with the number of the one that is wrong */
export function operationsOf(body: Buffer): Operation[] {
  const { operations } = objectOf(body);
  if (!Array.isArray(operations)) throw bad("the body has no list 'operations'");
  return operations.map((each: unknown, at) => {
    if (typeof each !== 'object' || each === null) throw bad(`operation ${at + 1} is no object`);
    const fields = each as Readonly<Record<string, unknown>>;
    const key = bytesOf(fields, 'key', at);
    if (fields.op === 'delete') return { op: 'delete', key };
    if (fields.op === 'put') return { op: 'put', key, value: bytesOf(fields, 'value', at) };
    throw bad(`operation ${at + 1} has neither 'op': 'put' nor 'op': 'delete'`);
  });
}

function bytesOf(fields: Readonly<Record<string, unknown>>, name: 'key' | 'value', at: number): Buffer {
  const [text, base64] = [fields[name], fields[`${name}64`]];
  if (typeof text === 'string') return Buffer.from(text);
  if (typeof base64 === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return Buffer.from(base64, 'base64');
  throw bad(`operation ${at + 1} has no '${name}' (text) or '${name}64' (base64)`);
}

export function levelOf(query: URLSearchParams): Level {
  const level = query.get('level') ?? 'standby';
  if ((levels as readonly string[]).includes(level)) return level as Level;
  throw bad(`the level '${level}' is none of ${levels.join(', ')}`);
}
