/** Where the status page is served: on the loopback, and nowhere else. Pure. */
import { isIP } from 'node:net';
import { Failure } from '../process/failure.ts';
import { readListenAddress } from '../process/listen-address.ts';

export interface PageAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads [ADDRESS:]PORT; without an address 127.0.0.1.
 * @throws Failure 'usage' for what is no address, and for one that others than this node could reach
 */
export function pageAddress(text: string): PageAddress {
  const address = readListenAddress(text);
  const cure = 'Write a port, as 9770, or one of the loopback, as [::1]:9770. From elsewhere: ssh -L 9770:127.0.0.1:9770 NODE.';
  if (address === undefined) throw new Failure('usage', `'${text}' is no place to serve the status page at`, { cure });
  const host = address.host === 'localhost' ? '127.0.0.1' : address.host;
  if (isLoopback(host)) return { host, port: address.port };
  throw new Failure('usage', `the status page is served on the loopback only, and '${host}' is not on it`, { cure });
} // prettier-ignore

/** Of addresses in their usual spelling: a name is none, whatever it resolves to. */
export const isLoopback = (address: string): boolean =>
  address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
