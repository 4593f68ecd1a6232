/** The token endpoint: client credentials, HTTP Basic. */
import { randomBytes } from 'node:crypto';

type Client = { readonly id: string; readonly secret: string };

export class Tokens {
  readonly #client: Client | undefined;
  readonly #valid = new Map<string, number>();

  constructor(client: Client | undefined) {
    this.#client = client;
  }

  /** A new token, or undefined for wrong credentials. `authorization`: the header. */
  issue(authorization: string | undefined, expiresIn: number): { token: string } | undefined {
    const encoded = /^Basic (.+)$/.exec(authorization ?? '')?.[1] ?? '';
    const [id, secret] = Buffer.from(encoded, 'base64').toString().split(':').map(decode);
    if (this.#client !== undefined && (id !== this.#client.id || secret !== this.#client.secret)) return undefined;
    const token = randomBytes(18).toString('base64url');
    this.#valid.set(token, Date.now() + expiresIn * 1000);
    return { token };
  }

  accepts(authorization: string | undefined): boolean {
    if (this.#client === undefined) return true;
    const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? '';
    return (this.#valid.get(token) ?? 0) > Date.now();
  }

  /** Every token given out is worth nothing from now on. */
  expireAll(): void {
    this.#valid.clear();
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
