/** The sidecar's requests: docs/sync.md lists them. */
import type { Handler, Request } from './http.ts';
import type { Instance } from './instance.ts';
import { bad, levelOf, objectOf, operationsOf, pairJson } from './json.ts';
import type { SyncLimits } from './limits.ts';
import { type Operation, type Pair, Refusal } from './types.ts';
import { percentDecoded } from './percent.ts';
import { watch, writeSnapshot, writeValue } from './watch.ts';

/** For the VNFC. */
export function vnfcApi(instance: Instance, limits: SyncLimits): Handler {
  return async (request) => {
    const { method, path } = request;
    const called = `${method} ${path.startsWith('/v1/keys/') ? '/v1/keys/KEY' : path}`;
    switch (called) {
      case 'GET /v1/status':
        return instance.status();
      case 'GET /v1/keys/KEY':
        return getValue(instance, request);
      case 'PUT /v1/keys/KEY':
        return write(instance, request, [
          { op: 'put', key: keyOf(request), value: await request.body(limits.valueBytes) },
        ]);
      case 'DELETE /v1/keys/KEY':
        return write(instance, request, [{ op: 'delete', key: keyOf(request) }]);
      case 'GET /v1/keys':
        return list(instance, request);
      case 'POST /v1/batch':
        // base64 and the words around it
        return write(
          instance,
          request,
          operationsOf(await request.body(2 * limits.batchBytes + 200 * limits.batchOperations)),
        );
      case 'GET /v1/snapshot':
        return stream(instance, request, (prefix) =>
          writeSnapshot(request.response, instance.store.snapshot(), prefix),
        );
      case 'GET /v1/watch':
        return stream(instance, request, (prefix) => watch(request.response, instance.store, prefix));
      default:
        throw unknown(called);
    }
  };
}

/** For the agent and the operator. */
export function controlApi(instance: Instance): Handler {
  return async (request) => {
    const { method, path } = request;
    if (method === 'GET' && path === '/v1/status') return instance.status();
    if (method !== 'POST' || path !== '/v1/role') throw unknown(`${method} ${path}`);
    const { role, epoch, unsure } = objectOf(await request.body(10_000));
    if (unsure !== undefined && unsure !== 'wait' && unsure !== 'promote')
      throw bad("'unsure' is neither 'wait' nor 'promote'");
    if (role === 'standby') await instance.rest();
    else if (role !== 'active') throw bad("'role' is neither 'active' nor 'standby'");
    else if (!Number.isSafeInteger(epoch) || (epoch as number) < 1) throw bad("'epoch' is no whole number above 0");
    else await instance.activate(epoch as number, unsure);
    return instance.status();
  };
}

const unknown = (called: string): Refusal =>
  new Refusal('not-found', `there is no ${called}`, 'docs/sync.md lists the requests.');

function keyOf({ path }: Request): Buffer {
  const key = percentDecoded(path.slice('/v1/keys/'.length));
  if (key === undefined) throw bad('the key is not percent-encoded');
  return key;
}

async function write(instance: Instance, { query }: Request, operations: readonly Operation[]): Promise<object> {
  const level = levelOf(query);
  return { version: await instance.write(operations, level), level };
}

function assertFresh(instance: Instance, { query }: Request): void {
  if (instance.role === 'active' || query.get('stale') === 'true') return;
  throw new Refusal(
    'not-active',
    `this instance is not active (${instance.role}): its state may be old`,
    "Ask the active instance, or say '?stale=true'.",
  );
}

function getValue(instance: Instance, request: Request): undefined {
  assertFresh(instance, request);
  const pair = instance.store.get(keyOf(request));
  if (pair === undefined) throw new Refusal('not-found', 'there is no such key', 'GET /v1/keys lists what there is.');
  writeValue(request.response, pair.value, pair.version);
  return undefined;
}

function list(instance: Instance, request: Request): object {
  assertFresh(instance, request);
  const limit = Number(request.query.get('limit') ?? 100);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw bad("'limit' is no number from 1 to 1000");
  const [prefix, after] = ['prefix', 'after'].map((name) => request.query.get(name));
  const pairs = instance.store.list(Buffer.from(prefix ?? ''), after ? Buffer.from(after) : undefined, limit);
  return {
    version: instance.store.version,
    pairs: pairs.map((pair: Pair) => pairJson(pair)),
    more: pairs.length === limit,
  };
}

async function stream(
  instance: Instance,
  request: Request,
  body: (prefix: Buffer) => Promise<void>,
): Promise<undefined> {
  assertFresh(instance, request);
  request.response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  await body(Buffer.from(request.query.get('prefix') ?? ''));
  return undefined;
}
