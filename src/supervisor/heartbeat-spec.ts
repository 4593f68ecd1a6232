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

/** The parameters of ocf:vnfha:vnfc that say it. */
export interface HeartbeatParameters {
  readonly heartbeat_interval: number;
  readonly heartbeat_misses: number;
  readonly heartbeat_http: string | undefined;
  readonly heartbeat_tcp: number | undefined;
  readonly heartbeat_send: string | undefined;
  readonly heartbeat_expect: string | undefined;
}

/** The heartbeat that is asked for, or undefined where none is. */
export function heartbeatOf(parameters: HeartbeatParameters): HeartbeatSpec | undefined {
  const { heartbeat_http: http, heartbeat_tcp: port, heartbeat_send: send, heartbeat_expect: expect } = parameters;
  const rhythm = { intervalMs: parameters.heartbeat_interval, misses: parameters.heartbeat_misses };
  if (http !== undefined) return ofUrl(new URL(http), rhythm);
  if (port === undefined) return undefined;
  const answer = { is: 'text', expect: expect ?? '' } as const;
  return { ...rhythm, name: `TCP port ${port}`, port, host: undefined, tls: false, send, answer };
}

function ofUrl(url: URL, rhythm: Pick<HeartbeatSpec, 'intervalMs' | 'misses'>): HeartbeatSpec {
  const tls = url.protocol === 'https:';
  const port = Number(url.port) || (tls ? 443 : 80);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const send = `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nUser-Agent: vnfha\r\n\r\n`;
  return { ...rhythm, name: url.href, port, host, tls, send, answer: { is: 'http' } };
}
