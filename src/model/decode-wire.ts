/**
 * Reads what was said in the CPG group (wire.ts) into one typed value. Anybody in the group may be of another version or
 * broken, so nothing is believed unseen, and nothing here throws.
 */
import { type BridgeMessage, type InstanceWord, type PacemakerAlert, wireVersion } from './wire.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The message in `data` (JSON, UTF-8), or undefined when it isn't one of this version: the caller logs it and goes on. */
export function decodeBridgeMessage(data: Buffer | string): BridgeMessage | undefined {
  const fields = parseObject(data);
  if (fields === undefined || fields.v !== wireVersion) return undefined;
  const v = wireVersion;
  switch (fields.type) {
    case 'bridge': {
      const { node } = fields;
      return isName(node) ? { v, type: 'bridge', node } : undefined;
    }
    case 'exclude':
    case 'readmit': {
      const { type, id, vnf, backend, server, at, until } = fields;
      if (!isName(id) || !isName(backend) || !isName(server) || !isNumber(at) || !isNumber(until)) return undefined;
      if (vnf === undefined) return { v, type, id, backend, server, at, until };
      return isName(vnf) ? { v, type, id, vnf, backend, server, at, until } : undefined;
    }
    case 'ack': {
      const { id, node, error } = fields;
      if (!isName(id) || !isName(node)) return undefined;
      if (error === undefined) return { v, type: 'ack', id, node };
      return isText(error) ? { v, type: 'ack', id, node, error } : undefined;
    }
    case 'supervisor':
    case 'checks': {
      const { type, node } = fields;
      return isName(node) ? { v, type, node } : undefined;
    }
    case 'instance': {
      const { node, resource, word, at, since, what } = fields;
      if (!isName(node) || !isName(resource) || !isInstanceWord(word)) return undefined;
      if (!isNumber(at) || !isText(what)) return undefined;
      const known = { v, type: 'instance', node, resource, word, at, what } as const;
      return isNumber(since) ? { ...known, since } : known;
    }
    case 'rotation': {
      const { node, changes } = fields;
      const known = Array.isArray(changes) ? changes.map(decodeChange) : [undefined];
      if (!isName(node) || !known.every((change) => change !== undefined)) return undefined;
      return { v, type: 'rotation', node, changes: known };
    }
    case 'alert': {
      const alert = decodeAlert(fields.alert);
      return alert && { v, type: 'alert', alert };
    }
    default:
      return undefined;
  }
}

function decodeChange(value: unknown) {
  if (!isObject(value)) return undefined;
  const { backend, server, out, at } = value;
  const whole = isName(backend) && isName(server) && typeof out === 'boolean' && isNumber(at);
  return whole ? { backend, server, out, at } : undefined;
}

function decodeAlert(value: unknown): PacemakerAlert | undefined {
  if (!isObject(value)) return undefined;
  const { kind, node, description } = value;
  if (!isName(node)) return undefined;
  switch (kind) {
    case 'resource': {
      const { happened, resource, task, intervalMs, rc, targetRc } = value;
      if (!isName(resource) || !isName(task) || !isText(description)) return undefined;
      if (!isNumber(happened) || !isNumber(intervalMs) || !isNumber(rc) || !isNumber(targetRc)) return undefined;
      return { kind, node, happened, resource, task, intervalMs, rc, targetRc, description };
    }
    case 'node':
      return isText(description) ? { kind, node, description } : undefined;
    case 'fencing': {
      const { task, rc } = value;
      if (!isText(task) || !isNumber(rc) || !isText(description)) return undefined;
      return { kind, node, task, rc, description };
    }
    case 'attribute': {
      const { name, value: setTo } = value;
      return isName(name) && isText(setTo) ? { kind, node, name, value: setTo } : undefined;
    }
    default:
      return undefined;
  }
}

function parseObject(data: Buffer | string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(data.toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isInstanceWord = (value: unknown): value is InstanceWord =>
  value === 'died' || value === 'hung' || value === 'well';
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
