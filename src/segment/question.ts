/**
 * The question "who has this address?" as it goes over an Ethernet segment, and its answers: ARP for IPv4 (RFC 826; as a probe, RFC 5227
 * 1.1), neighbour discovery for IPv6 (RFC 4861 4.3 and 4.4; as duplicate address detection asks, RFC 4862 5.4). Pure. It is asked in
 * nobody's name, so that no neighbour learns anything wrong by it.
 */
import { parseAddress } from '../model/address.ts';

export interface Question {
  /** EtherType. */
  readonly protocol: number;
  readonly packet: Buffer;
  /** The Ethernet address that it goes to. */
  readonly to: Buffer;
}

const etherTypes = { arp: 0x0806, ipv6: 0x86dd } as const;

/** Asked by the host with the Ethernet address `own`. */
export const questionFor = (address: string, own: Buffer): Question =>
  isIpv6(address) ? solicitation(address) : arpProbe(address, own);

/** The Ethernet address of the host that `packet`, which came from `from`, shows to have `address`. */
export const ownerBy = (packet: Buffer, from: Buffer, address: string): Buffer | undefined =>
  isIpv6(address) ? advertiser(packet, from, address) : arpSender(packet, address);

const arpEthernetIpv4 = Buffer.from('0001080006040001', 'hex');

function arpProbe(address: string, own: Buffer): Question {
  const nobody = Buffer.alloc(4);
  const packet = Buffer.concat([arpEthernetIpv4, own, nobody, Buffer.alloc(6), bytesOf(address)]);
  return { protocol: etherTypes.arp, packet, to: Buffer.alloc(6, 0xff) };
}

/** Whoever sends anything by ARP in the name of an address has it, or means to. */
function arpSender(packet: Buffer, address: string): Buffer | undefined {
  if (packet.length < 28 || !packet.subarray(0, 6).equals(arpEthernetIpv4.subarray(0, 6))) return undefined;
  return packet.subarray(14, 18).equals(bytesOf(address)) ? Buffer.from(packet.subarray(8, 14)) : undefined;
}

const icmpv6 = 58;
const neighborSolicitation = 135;
const neighborAdvertisement = 136;

function solicitation(address: string): Question {
  const target = bytesOf(address);
  const group = Buffer.concat([Buffer.from('ff0200000000000000000001ff', 'hex'), target.subarray(13)]);
  const message = Buffer.concat([Buffer.from([neighborSolicitation, 0, 0, 0, 0, 0, 0, 0]), target]);
  const header = Buffer.alloc(40);
  header[0] = 0x60;
  header.writeUInt16BE(message.length, 4);
  header[6] = icmpv6;
  header[7] = 255; // from farther away it would be less, and not be taken (RFC 4861 7.1.1)
  group.copy(header, 24);
  message.writeUInt16BE(checksum(header, message), 2);
  const to = Buffer.concat([Buffer.from('3333', 'hex'), group.subarray(12)]);
  return { protocol: etherTypes.ipv6, packet: Buffer.concat([header, message]), to };
}

function advertiser(packet: Buffer, from: Buffer, address: string): Buffer | undefined {
  if (packet.length < 64 || packet[6] !== icmpv6 || packet[7] !== 255) return undefined;
  if (packet[40] !== neighborAdvertisement) return undefined;
  return packet.subarray(48, 64).equals(bytesOf(address)) ? Buffer.from(from) : undefined;
}

/** RFC 8200 8.1: over both addresses, the length, the protocol and the message. */
function checksum(header: Buffer, message: Buffer): number {
  const pseudo = Buffer.concat([header.subarray(8, 40), Buffer.from([0, 0, 0, message.length, 0, 0, 0, icmpv6])]);
  let sum = 0;
  for (const part of [pseudo, message]) {
    for (let at = 0; at < part.length; at += 2) sum += part.readUInt16BE(at);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

const isIpv6 = (address: string): boolean => address.includes(':');

/** @throws Error for what is no address: it was checked before */
function bytesOf(address: string): Buffer {
  const parsed = parseAddress(address);
  if (parsed === undefined) throw new Error(`'${address}' is no address`);
  return Buffer.from(parsed.value.toString(16).padStart(parsed.family === 4 ? 8 : 32, '0'), 'hex');
}
