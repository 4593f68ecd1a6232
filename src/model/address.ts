/**
 * IPv4 and IPv6 addresses and networks as numbers, so that two spellings of one address are the same.
 */
import { isIP } from 'node:net';

export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** An address with the prefix length of its network, as 192.0.2.7/24. */
export interface Prefixed extends Address {
  readonly prefix: number;
}

/** The address; undefined if it is none (zones, as in fe80::1%eth0, are not part of an address here). */
export function parseAddress(text: string): Address | undefined {
  const family = text.includes('%') ? 0 : isIP(text);
  if (family === 4) return { family: 4, value: ipv4Value(text) };
  return family === 6 ? { family: 6, value: ipv6Value(text) } : undefined;
}

/** Address and prefix length; undefined if either is missing or impossible. */
export function parsePrefixed(text: string): Prefixed | undefined {
  const [, ip, digits] = /^([^/]+)\/([0-9]{1,3})$/.exec(text) ?? [];
  const address = ip === undefined ? undefined : parseAddress(ip);
  const prefix = Number(digits);
  return address === undefined || prefix > bits(address) ? undefined : { ...address, prefix };
}

/** The one spelling: dotted decimals, or RFC 5952. */
export function formatAddress(address: Address): string {
  if (address.family === 4) {
    return [24n, 16n, 8n, 0n].map((shift) => (address.value >> shift) & 255n).join('.');
  }
  const groups = Array.from({ length: 8 }, (_, at) => (address.value >> BigInt(112 - 16 * at)) & 0xffffn);
  const words = groups.map((group) => group.toString(16)).join(':');
  const zeros = [...words.matchAll(/(?<![^:])0(?::0)+(?![^:])/g)].sort((a, b) => b[0].length - a[0].length)[0];
  if (zeros === undefined) return words;
  const before = words.slice(0, zeros.index).replace(/:$/, '');
  const after = words.slice(zeros.index + zeros[0].length).replace(/^:/, '');
  return `${before}::${after}`;
}

/** As in a URL: 192.0.2.7:80, [2001:db8::7]:80. */
export const hostPort = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

/** The network that `address` is in, as 192.0.2.0/24. */
export const formatNetwork = (address: Prefixed): string =>
  `${formatAddress({ ...address, value: networkOf(address) })}/${address.prefix}`;

/** Whether the address is one of the network's. */
export function contains(network: Prefixed, address: Address): boolean {
  return address.family === network.family && networkOf({ ...address, prefix: network.prefix }) === networkOf(network);
}

/** The first address of the network that `address` is in. */
export function networkOf(address: Prefixed): bigint {
  const host = BigInt(bits(address) - address.prefix);
  return (address.value >> host) << host;
}

/** Why no interface can have this address of the network: 'network' or 'broadcast'. */
export function reservedAs(network: Prefixed, address: Address): 'network' | 'broadcast' | undefined {
  if (network.family !== 4 || network.prefix > 30) return undefined;
  if (address.value === networkOf(network)) return 'network';
  const last = networkOf(network) + (1n << BigInt(32 - network.prefix)) - 1n;
  return address.value === last ? 'broadcast' : undefined;
}

const bits = (address: Address): number => (address.family === 4 ? 32 : 128);

const ipv4Value = (text: string): bigint => text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);

function ipv6Value(text: string): bigint {
  const dotted = /[^:]*\.[^:]*$/.exec(text)?.[0];
  const tail = dotted === undefined ? undefined : ipv4Value(dotted);
  const hex =
    dotted === undefined
      ? text
      : text.slice(0, -dotted.length) + `${(tail! >> 16n).toString(16)}:${(tail! & 0xffffn).toString(16)}`;
  const [left = '', right] = hex.split('::');
  const head = left === '' ? [] : left.split(':');
  const rest = right === undefined || right === '' ? [] : right.split(':');
  const groups = [...head, ...Array<string>(8 - head.length - rest.length).fill('0'), ...rest];
  return groups.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
}
