/**
 * OAuth 2.0 client credentials (RFC 6749 §4.4), with HTTP Basic at the token endpoint. A token is kept until shortly before it expires.
 */
import { type Dispatcher, request } from 'undici';
import type { Vnfm } from '../model/vnf.ts';
import { readSecret } from '../process/secret.ts';
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

/** Reads the secret, once. @throws Failure, see src/process/secret.ts */
export async function tokenSource(auth: Auth, options: TokenOptions): Promise<TokenSource> {
  const secret = await readSecret(auth.clientSecretFile, 'the VNFM’s client secret');
  let held: { readonly token: string; readonly until: number } | undefined;
  let fetching: Promise<Answer<string>> | undefined;
  const renew = async (): Promise<Answer<string>> => {
    const answer = await fetchToken(auth, secret, options);
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

async function fetchToken(
  auth: Auth,
  secret: string,
  options: TokenOptions,
): Promise<Answer<{ token: string; expiresIn: number }>> {
  const what = `POST ${auth.tokenUrl}`;
  try {
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
    return { kind: 'retry', detail: `no token: ${what}: ${wordsOf(error)}` };
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
