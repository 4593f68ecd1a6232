/**
 * OAuth 2.0 client credentials (RFC 6749 §4.4), with HTTP Basic at the token endpoint. A token is kept until shortly before it expires.
 */
import { readFile, stat } from 'node:fs/promises';
import { type Dispatcher, request } from 'undici';
import type { Vnfm } from '../model/vnf.ts';
import { Failure, messageOf } from '../process/failure.ts';
import type { Answer } from '../model/answer.ts';
import { wordsOf } from './client.ts';

export interface TokenSource {
  /** A token that should be good; the one at hand, or a new one. */
  get(): Promise<Answer<string>>;
  /** Says that `token` was not accepted: the next `get` fetches another. */
  forget(token: string): void;
}

type Auth = NonNullable<Vnfm['auth']>;

interface TokenOptions {
  readonly dispatcher: Dispatcher;
  readonly timeoutMs: number;
  /** ms since the epoch */
  readonly now: () => number;
}

/** A token is renewed when it has less than this left, or less than a tenth of its life. */
const marginMs = 30_000;

export function createTokenSource(auth: Auth, options: TokenOptions): TokenSource {
  let held: { readonly token: string; readonly until: number } | undefined;
  let fetching: Promise<Answer<string>> | undefined;
  const renew = async (): Promise<Answer<string>> => {
    const answer = await fetchToken(auth, options);
    if (answer.kind !== 'ok') return answer;
    const lifeMs = answer.value.expiresIn * 1000;
    held = { token: answer.value.token, until: options.now() + Math.max(lifeMs - marginMs, lifeMs * 0.9) };
    return { kind: 'ok', value: held.token };
  };
  return {
    async get() {
      if (held !== undefined && options.now() < held.until) return { kind: 'ok', value: held.token };
      fetching ??= renew().finally(() => (fetching = undefined));
      return fetching;
    },
    forget(token) {
      if (held?.token === token) held = undefined;
    },
  };
}

/**
 * The client secret, without the newline at its end.
 * @throws Failure 'missing', 'permission' (unreadable, or readable for others than its owner), 'input' (empty)
 */
export async function readSecret(file: string): Promise<string> {
  const failure = (kind: 'missing' | 'permission', error: unknown) =>
    new Failure(kind, `the VNFM’s client secret cannot be read: ${messageOf(error)}`, {
      cure: `Put the client secret in ${file}: owner root, mode 0600.`,
      cause: error,
    });
  let mode: number;
  let text: string;
  try {
    mode = (await stat(file)).mode;
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw failure((error as NodeJS.ErrnoException).code === 'ENOENT' ? 'missing' : 'permission', error);
  }
  if ((mode & 0o077) !== 0) {
    const octal = (mode & 0o777).toString(8).padStart(4, '0');
    throw new Failure('permission', `the VNFM’s client secret in ${file} is open to others (mode ${octal})`, {
      cure: `chmod 600 ${file}`,
    });
  }
  const secret = text.trim();
  if (secret === '') throw new Failure('input', `the VNFM’s client secret in ${file} is empty`);
  return secret;
}

async function fetchToken(auth: Auth, options: TokenOptions): Promise<Answer<{ token: string; expiresIn: number }>> {
  const what = `POST ${auth.tokenUrl}`;
  try {
    const secret = await readSecret(auth.clientSecretFile);
    const basic = Buffer.from(`${encodeURIComponent(auth.clientId)}:${encodeURIComponent(secret)}`).toString('base64');
    const { statusCode, body } = await request(auth.tokenUrl, {
      method: 'POST',
      dispatcher: options.dispatcher,
      signal: AbortSignal.timeout(options.timeoutMs),
      headers: {
        authorization: `Basic ${basic}`,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: 'grant_type=client_credentials',
    });
    const text = await body.text();
    // Not one word of the reply in the detail: it may hold the token.
    if (statusCode !== 200) return { kind: 'retry', detail: `no token: ${what} answers ${statusCode}` };
    return readToken(text) ?? { kind: 'retry', detail: `no token: ${what} answers without a bearer token` };
  } catch (error) {
    return { kind: 'retry', detail: error instanceof Failure ? error.message : `no token: ${what}: ${wordsOf(error)}` };
  }
}

function readToken(text: string): Answer<{ token: string; expiresIn: number }> | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const { access_token: token, token_type: type, expires_in: expires } = parsed as Record<string, unknown>;
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) return undefined;
  if (type !== undefined && !(typeof type === 'string' && type.toLowerCase() === 'bearer')) return undefined;
  const seconds = Number(expires);
  return { kind: 'ok', value: { token, expiresIn: seconds > 0 ? seconds : 300 } };
}
