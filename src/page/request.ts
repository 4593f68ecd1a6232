/**
 * What a request to the status page wants, or why it gets nothing. Pure. The page has no password: what it must not be is a way by which another
 * site, open in the operator's browser, reads it (its name made to resolve to 127.0.0.1, "DNS rebinding") or holds its streams.
 */
import { isLoopback } from './address.ts';

export interface Asked {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export type Wanted =
  | { readonly type: 'file'; readonly name: PageFile }
  | { readonly type: 'status' | 'events' }
  | { readonly type: 'incident'; readonly id: string }
  | { readonly type: 'refused'; readonly status: 400 | 403 | 404 | 405; readonly why: string };

/** The page's own files, by their paths. */
const files = {
  '/': 'index.html',
  '/page.css': 'page.css',
  '/page.js': 'page.js',
  '/icon.svg': 'icon.svg',
} as const;
export type PageFile = (typeof files)[keyof typeof files];

const incidents = '/incidents/';

/** Never throws, whatever was sent. */
export function wantedBy({ method, url, headers }: Asked): Wanted {
  if (!isOurName(headers['host'])) return refused(403, 'the page is met as localhost, 127.0.0.1 or [::1] only');
  if (method !== 'GET') return refused(405, 'the page only shows: GET');
  const path = url?.split('?', 1)[0] ?? '';
  if (Object.hasOwn(files, path)) return { type: 'file', name: files[path as keyof typeof files] };
  if (path === '/status.json' || path === '/events') {
    if (isForeign(headers['sec-fetch-site'])) return refused(403, 'another site may not ask for this');
    return { type: path === '/events' ? 'events' : 'status' };
  }
  if (!path.startsWith(incidents)) return refused(404, `there is no such page here`);
  const id = decoded(path.slice(incidents.length));
  return id === undefined || id === '' ? refused(400, 'this is no id of an incident') : { type: 'incident', id };
}

const refused = (status: 400 | 403 | 404 | 405, why: string): Wanted => ({ type: 'refused', status, why });

/**
 * Whether a Host header names the loopback itself. The port may be any: at the other end of an SSH tunnel it is another, and rebinding
 * needs a name of the attacker's, which no port makes ours.
 */
function isOurName(host: string | string[] | undefined): boolean {
  if (typeof host !== 'string') return false;
  const [, bracketed, plain] = /^(?:\[([0-9a-f:]+)\]|([a-z0-9.]+))(?::[0-9]{1,5})?$/i.exec(host) ?? [];
  return bracketed === '::1' || plain?.toLowerCase() === 'localhost' || (plain !== undefined && isLoopback(plain));
}

/** As browsers say it, which no script can. */
const isForeign = (site: string | string[] | undefined): boolean =>
  site !== undefined && site !== 'same-origin' && site !== 'none';

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
