/** Where something listens, as options and /etc/default/vnfha give it. Pure. */
import { isIP } from 'node:net';

/** Reads [ADDRESS:]PORT: an IP address, IPv6 in brackets, or 'localhost'; without one the loopback. Undefined: it is none. */
export function readListenAddress(text: string): { host: string; port: number } | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]:|([^:]+):)?([0-9]{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? '127.0.0.1';
  const port = Number(digits);
  const good = digits !== undefined && port >= 1 && port <= 65_535 && (isIP(host) !== 0 || host === 'localhost');
  return good ? { host, port } : undefined;
}
