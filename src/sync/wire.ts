/** The messages between instances as frames, and back; what isn't one throws. */
import type { Answer, Reign, Sent, StatePart } from './follower.ts';
import { encodeFrame, type Frame } from './frame.ts';
import type { Holding } from './status.ts';
import type { Entry, Operation, Pair, Snapshot, Version } from './types.ts';

/** `whole` comes in parts as well. */
export type WireAnswer = Exclude<Answer, { readonly type: 'whole' }> | WholePart;
export interface WholePart {
  readonly type: 'whole';
  readonly epoch: number;
  readonly part: StatePart;
}

/** A part of a state has so many pairs and bytes, or one pair. */
const partLimits = { pairs: 2000, bytes: 512 * 1024 };

/** A state, cut in parts. */
export function* partsOf({ version, pairs }: Snapshot): Generator<StatePart> {
  let some: Pair[] = [];
  let bytes = 0;
  let first = true;
  for (const pair of pairs) {
    const size = pair.key.length + pair.value.length;
    if (some.length > 0 && (some.length >= partLimits.pairs || bytes + size > partLimits.bytes)) {
      yield { version, first, last: false, pairs: some };
      [some, bytes, first] = [[], 0, false];
    }
    some.push(pair);
    bytes += size;
  }
  yield { version, first, last: true, pairs: some };
}

type Numbers = readonly number[];
const pack = ({ epoch, sequence }: Version): Numbers => [epoch, sequence];

/** `durable`: up to which sequence the writer knew everything to be on the disk; for logs. */
export function encodeEntry(reign: Reign, entry: Entry, durable?: number): Buffer {
  const ops = entry.operations.map((each) => (each.op === 'put' ? [each.key.length, each.value.length] : [each.key.length])); // prettier-ignore
  const body = entry.operations.flatMap((each) => (each.op === 'put' ? [each.key, each.value] : [each.key]));
  return encodeFrame({ type: 'entry', ...reignOf(reign), after: pack(entry.after), version: pack(entry.version), ops, durable }, body); // prettier-ignore
}

export function encodePart(type: 'state' | 'whole', reign: Reign, part: StatePart): Buffer {
  const pairs = part.pairs.map(({ key, value, version }) => [key.length, value.length, ...pack(version)]);
  const { version, first, last } = part;
  const body = part.pairs.flatMap(({ key, value }) => [key, value]);
  return encodeFrame({ type, ...reignOf(reign), version: pack(version), first, last, pairs }, body);
}

const reignOf = ({ epoch, by }: Reign): Reign => ({ epoch, by });

export function encodeSent(sent: Sent): Buffer {
  if (sent.type === 'entry') return encodeEntry(sent, sent.entry);
  if (sent.type === 'state') return encodePart('state', sent, sent.part);
  return encodeFrame({ type: sent.type, ...reignOf(sent) });
}

export function encodeAnswer(answer: Exclude<Answer, { readonly type: 'whole' }>): Buffer {
  const { type, epoch } = answer;
  if (type === 'stale') return encodeFrame({ type, epoch });
  const head = { type, epoch, version: pack(answer.version) };
  return encodeFrame(type === 'promise' ? { ...head, holding: answer.holding } : head);
}

/** @throws Error when it is no message */
export function decodeSent({ head, body }: Frame): Sent & { readonly durable?: number } {
  const fields = record(head);
  const reign = { epoch: whole(fields.epoch), by: text(fields.by) };
  switch (fields.type) {
    case 'begin':
    case 'fetch':
      return { type: fields.type, ...reign };
    case 'state':
      return { type: 'state', ...reign, part: partOf(fields, body) };
    case 'entry': {
      const entry = { after: version(fields.after), version: version(fields.version), operations: operations(fields.ops, body) }; // prettier-ignore
      return { type: 'entry', ...reign, entry, durable: fields.durable === undefined ? 0 : whole(fields.durable) };
    }
    default:
      throw new Error(`no message of this version: ${String(fields.type)}`);
  }
}

/** @throws Error when it is no answer */
export function decodeAnswer({ head, body }: Frame): WireAnswer {
  const fields = record(head);
  const epoch = whole(fields.epoch);
  switch (fields.type) {
    case 'stale':
      return { type: 'stale', epoch };
    case 'ack':
    case 'behind':
      return { type: fields.type, epoch, version: version(fields.version) };
    case 'promise':
      return { type: 'promise', epoch, version: version(fields.version), holding: holdingOf(fields.holding) };
    case 'whole':
      return { type: 'whole', epoch, part: partOf(fields, body) };
    default:
      throw new Error(`no answer of this version: ${String(fields.type)}`);
  }
}

function partOf(fields: Readonly<Record<string, unknown>>, body: Buffer): StatePart {
  const cut = cutter(body);
  const pairs = list(fields.pairs).map((each): Pair => {
    const [key, value, epoch, sequence] = list(each).map(whole);
    return { key: cut(key), value: cut(value), version: { epoch: whole(epoch), sequence: whole(sequence) } };
  });
  return { version: version(fields.version), first: fields.first === true, last: fields.last === true, pairs };
}

function operations(ops: unknown, body: Buffer): Operation[] {
  const cut = cutter(body);
  return list(ops).map((each): Operation => {
    const [key, value] = list(each).map(whole);
    return value === undefined ? { op: 'delete', key: cut(key) } : { op: 'put', key: cut(key), value: cut(value) };
  });
}

/** Each piece has its own memory: a state lives longer than the message that brought it. */
function cutter(body: Buffer): (length: number | undefined) => Buffer {
  let at = 0;
  return (length) => {
    if (length === undefined || at + length > body.length) throw new Error('a message is shorter than it says');
    at += length;
    return Buffer.from(body.subarray(at - length, at));
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new Error('no message');
  return value as Readonly<Record<string, unknown>>;
}
function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error('a list is missing');
  return value;
}
function whole(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new Error('a number is missing');
  return value as number;
}
function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error('a name is missing');
  return value;
}
function version(value: unknown): Version {
  const [epoch, sequence] = list(value);
  return { epoch: whole(epoch), sequence: whole(sequence) };
}
function holdingOf(value: unknown): Holding {
  if (value === 'whole' || value === 'blank' || value === 'new') return value;
  throw new Error('a holding is missing');
}
