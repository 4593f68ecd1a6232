/** The heartbeat of an instance, as its parameters say. Pure. */
export interface HeartbeatSpec {
  readonly intervalMs: number;
  readonly misses: number;
  /** What is asked, as an operator would say it. */
  readonly name: string;
  readonly port: number;
  /** Whom to ask; undefined: this node, at whichever of its addresses it answers. */
  readonly host: string | undefined;
  readonly tls: boolean;
  /** What is sent on a connection that stays; undefined: that a connection is accepted is the answer. */
  readonly send: string | undefined;
  readonly answer: { readonly is: 'http' } | { readonly is: 'text'; readonly expect: string };
}

/** The heartbeat that is given, or undefined where none is, or none that can be understood. */
export function heartbeatOf(parameters: Readonly<Record<string, string>>): HeartbeatSpec | undefined {
  const { heartbeat_http: http, heartbeat_tcp: tcp } = parameters;
  const intervalMs = Number(parameters.heartbeat_interval ?? 100);
  const misses = Number(parameters.heartbeat_misses ?? 3);
  if (!(intervalMs >= 10) || !Number.isInteger(misses) || misses < 1) return undefined;
  if (http !== undefined) return ofUrl(http, { intervalMs, misses });
  const port = Number(tcp);
  if (tcp === undefined || !Number.isInteger(port) || port < 1 || port > 65535) return undefined;
  const send = unescaped(parameters.heartbeat_send);
  const answer = { is: 'text', expect: unescaped(parameters.heartbeat_expect) ?? '' } as const;
  return { intervalMs, misses, name: `TCP port ${port}`, port, host: undefined, tls: false, send, answer };
}

function ofUrl(text: string, rhythm: Pick<HeartbeatSpec, 'intervalMs' | 'misses'>): HeartbeatSpec | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const tls = url.protocol === 'https:';
  if (!tls && url.protocol !== 'http:') return undefined;
  const port = Number(url.port) || (tls ? 443 : 80);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const send = `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nUser-Agent: vnfha\r\n\r\n`;
  return { ...rhythm, name: text, port, host, tls, send, answer: { is: 'http' } };
}

/** Text in which control characters are written as JSON does; as it is, where that is not so. */
function unescaped(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return text;
  }
}
