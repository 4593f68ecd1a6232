/**
 * One HTTP exchange with the VNFM: JSON both ways, SOL003's headers, a bearer token, bounds on time and size. Never throws: what went
 * wrong on the way is an answer too.
 */
import { readFileSync } from 'node:fs';
import { Agent, type Dispatcher, request } from 'undici';
import { Failure, messageOf } from '../process/failure.ts';
import type { Answer } from '../model/answer.ts';
import type { TokenSource } from './token.ts';

/** What the VNFM said. */
export interface Reply {
  readonly status: number;
  readonly location: string | undefined;
  /** The next page of a list. */
  readonly next: string | undefined;
  readonly retryAfterMs: number | undefined;
  /** Parsed; undefined when there is none or when it isn't JSON. */
  readonly body: unknown;
}

export interface ClientOptions {
  readonly dispatcher: Dispatcher;
  readonly token: TokenSource | undefined;
  readonly timeoutMs: number;
}

/** `key`: the same for every sending of one request. */
export type Client = (method: 'GET' | 'POST', url: string, body?: object, key?: string) => Promise<Answer<Reply>>;

/** Speaks SOL003 v2 through `dispatcher`. A 401 gets one try with a new token. An 'ok' is a reply of any status. */
export function createClient({ dispatcher, token, timeoutMs }: ClientOptions): Client {
  const exchange = async (
    method: 'GET' | 'POST',
    url: string,
    bearer: string | undefined,
    body?: object,
    key?: string,
  ) => {
    try {
      const response = await request(url, {
        method,
        dispatcher,
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          version: '2.0.0',
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(key === undefined ? {} : { 'idempotency-key': `"${key}"` }),
          ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { kind: 'ok', value: await readReply(response) } as const;
    } catch (error) {
      return { kind: 'retry', detail: `${method} ${url}: ${wordsOf(error)}` } as const;
    }
  };
  return async (method, url, body, key) => {
    if (token === undefined) return exchange(method, url, undefined, body, key);
    const first = await token.get();
    if (first.kind !== 'ok') return first;
    const answer = await exchange(method, url, first.value, body, key);
    if (answer.kind !== 'ok' || answer.value.status !== 401) return answer;
    token.forget(first.value);
    const second = await token.get();
    return second.kind === 'ok' ? exchange(method, url, second.value, body, key) : second;
  };
}

/**
 * The connections to a VNFM, verified by the CA in `ca` (default: the system's).
 * @throws Failure 'missing' or 'permission' when the CA file cannot be read
 */
export function createDispatcher(ca: string | undefined): Dispatcher {
  // No keep-alive: requests are rare, and one on a connection that just died is of unknown fate.
  return new Agent({
    pipelining: 0,
    maxResponseSize: 16 * 1024 * 1024,
    connect: { timeout: 5_000, ...(ca === undefined ? {} : { ca: readCa(ca) }) },
  });
}

/** What a reply that isn't the hoped-for one means. */
export function refusalOf(reply: Reply, what: string): Exclude<Answer<never>, { kind: 'ok' }> {
  const detail = `${what}: ${reply.status}${problemOf(reply.body)}`;
  if (reply.status === 409) return { kind: 'busy', detail };
  const passing = reply.status >= 500 || [401, 408, 425, 429].includes(reply.status);
  if (passing) return { kind: 'retry', detail, afterMs: reply.retryAfterMs };
  if (reply.status < 300) return { kind: 'retry', detail: `${detail}, but not what it should say` };
  return { kind: 'refused', detail, status: reply.status };
}

/** ProblemDetails (RFC 7807), in one line. */
function problemOf(body: unknown): string {
  if (typeof body !== 'object' || body === null) return '';
  const { title, detail } = body as { readonly title?: unknown; readonly detail?: unknown };
  const words = [title, detail].filter((word) => typeof word === 'string' && word !== '');
  return words.length === 0 ? '' : ` ${words.join(': ').slice(0, 300)}`;
}

async function readReply({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<Reply> {
  const text = await body.text();
  const header = (name: string) => [headers[name]].flat()[0];
  const seconds = Number(header('retry-after'));
  return {
    status: statusCode,
    location: header('location'),
    next: /<([^>]+)>\s*;[^,]*\brel="?next"?/.exec(header('link') ?? '')?.[1],
    retryAfterMs: seconds > 0 ? Math.min(seconds, 3600) * 1000 : undefined,
    body: parse(text),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** undici hides the reason of some errors in their cause, and Node those of several addresses in their list. */
export function wordsOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return wordsOf(error.errors[0]);
  if (error instanceof Error && error.cause !== undefined) return `${error.message} (${messageOf(error.cause)})`;
  return messageOf(error) || 'the connection failed';
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new Failure(missing ? 'missing' : 'permission', `the VNFM’s CA file cannot be read: ${messageOf(error)}`, {
      cure: 'Put the CA certificate (PEM) there, or correct vnfm.ca in the description.',
      cause: error,
    });
  }
}
