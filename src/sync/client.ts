/** The sidecar for programs in Node: one typed function a request. Needs nothing but Node. */
import { Agent, type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { percentEncoded } from './percent.ts';
import type { InstanceStatus, Unsure } from './status.ts';
import type { Level, Operation, RefusalCode, Version } from './types.ts';

/** What the sidecar refused, or (code `unanswered`) didn't answer: then a write may have been done or not. */
export class SyncError extends Error {
  readonly code: RefusalCode | 'unexpected' | 'unanswered';
  readonly cure: string | undefined;
  /** With `stale-epoch`: the newest that was heard of. */
  readonly epoch: number | undefined;

  constructor(code: SyncError['code'], message: string, cure?: string, epoch?: number) {
    super(message);
    this.name = 'SyncError';
    this.code = code;
    this.cure = cure;
    this.epoch = epoch;
  }
}

type Bytes = Buffer | string;

export interface SyncClient {
  /** Every write resolves once its level (default `standby`) is reached. @throws SyncError, as every function here */
  put(key: Bytes, value: Bytes, level?: Level): Promise<Version>;
  delete(key: Bytes, level?: Level): Promise<Version>;
  /** All of the operations or none. */
  batch(operations: readonly Operation[], level?: Level): Promise<Version>;
  /** undefined: there is no such key. `stale`: also from an instance that isn't active. */
  get(key: Bytes, options?: { readonly stale?: boolean }): Promise<Buffer | undefined>;
  /** All pairs of one version. */
  snapshot(options?: { readonly prefix?: string; readonly stale?: boolean }): Promise<Map<string, Buffer>>;
  /** The state and then its changes, as objects (docs/sync.md); ends when the sidecar ends it. */
  watch(prefix?: string): AsyncGenerator<unknown>;
  status(): Promise<InstanceStatus>;
  /** At the control socket only. */
  role(role: 'standby' | 'active', epoch?: number, unsure?: Unsure): Promise<InstanceStatus>;
  close(): void;
}

/** A connection without a request is ended by this end, well before the sidecar would (src/sync/http.ts), so that no request meets that. */
const idleMs = 4000;

/** `socket`: the path; a request is given up after `timeoutMs`. */
export function createSyncClient(socket: string, timeoutMs = 10_000): SyncClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 64, timeout: idleMs });

  function open(method: string, path: string, body?: Buffer): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const fail = (error: NodeJS.ErrnoException): void => {
        // a connection that was kept, and that the sidecar ended meanwhile: with EPIPE it didn't get the whole request, and has done
        // nothing; otherwise nobody knows, and only what reads may be asked again
        const untold = error.code === 'EPIPE' || (method === 'GET' && error.code === 'ECONNRESET');
        if (sent.reusedSocket && untold) resolve(open(method, path, body));
        else reject(new SyncError('unanswered', `${socket}: ${error.message}`));
      };
      const sent = request({ socketPath: socket, agent, method, path, timeout: timeoutMs }, resolve);
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)));
      sent.on('error', fail);
      sent.end(body);
    });
  }

  async function call(method: string, path: string, body?: Buffer): Promise<{ status: number; body: Buffer }> {
    const response = await open(method, path, body);
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      return { status: response.statusCode!, body: Buffer.concat(chunks) };
    } catch (error) {
      throw new SyncError('unanswered', `${socket}: ${(error as Error).message}`);
    }
  }

  async function json<T>(method: string, path: string, body?: Buffer): Promise<T> {
    const answer = await call(method, path, body);
    if (answer.status !== 200) throw errorOf(answer.body);
    return JSON.parse(answer.body.toString()) as T;
  }

  const keyPath = (key: Bytes): string => `/v1/keys/${percentEncoded(Buffer.from(key))}`;
  const version = async (done: Promise<{ version: Version }>): Promise<Version> => (await done).version;

  async function* lines(path: string): AsyncGenerator<unknown> {
    const response = await open('GET', path);
    if (response.statusCode !== 200) {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      throw errorOf(Buffer.concat(chunks));
    }
    response.setTimeout(0);
    try {
      for await (const line of createInterface(response)) yield JSON.parse(line);
    } finally {
      response.destroy();
    }
  }

  return {
    put: (key, value, level = 'standby') => version(json('PUT', `${keyPath(key)}?level=${level}`, Buffer.from(value))),
    delete: (key, level = 'standby') => version(json('DELETE', `${keyPath(key)}?level=${level}`)),
    batch(operations, level = 'standby') {
      const list = operations.map((each) =>
        each.op === 'put'
          ? { op: each.op, key64: each.key.toString('base64'), value64: each.value.toString('base64') }
          : { op: each.op, key64: each.key.toString('base64') },
      );
      return version(json('POST', `/v1/batch?level=${level}`, Buffer.from(JSON.stringify({ operations: list }))));
    },
    async get(key, { stale = false } = {}) {
      const { status, body } = await call('GET', `${keyPath(key)}${stale ? '?stale=true' : ''}`);
      if (status === 200) return body;
      const error = errorOf(body);
      if (error.code === 'not-found') return undefined;
      throw error;
    },
    async snapshot({ prefix = '', stale = false } = {}) {
      const pairs = new Map<string, Buffer>();
      for await (const line of lines(`/v1/snapshot?prefix=${encodeURIComponent(prefix)}&stale=${stale}`)) {
        const { key, key64, value, value64, end } = line as Record<string, string | undefined>;
        if (end) return pairs;
        const name = key ?? (key64 === undefined ? undefined : Buffer.from(key64, 'base64').toString('latin1'));
        if (name !== undefined) pairs.set(name, value === undefined ? Buffer.from(value64!, 'base64') : Buffer.from(value)); // prettier-ignore
      }
      throw new SyncError('unanswered', `${socket}: the snapshot has no end`);
    },
    watch: (prefix = '') => lines(`/v1/watch?prefix=${encodeURIComponent(prefix)}`),
    status: () => json('GET', '/v1/status'),
    role: (role, epoch, unsure) => json('POST', '/v1/role', Buffer.from(JSON.stringify({ role, epoch, unsure }))),
    close: () => agent.destroy(),
  };
}

function errorOf(body: Buffer): SyncError {
  try {
    const { error } = JSON.parse(body.toString()) as {
      error: { code: RefusalCode; message: string; cure?: string; epoch?: number };
    };
    return new SyncError(error.code, error.message, error.cure, error.epoch);
  } catch {
    return new SyncError('unexpected', 'the answer is not one of the sidecar');
  }
}
