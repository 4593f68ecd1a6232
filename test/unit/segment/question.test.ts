/** "Who has this address?", byte by byte as the standards have it. */
import test from 'ava';
import { ownerBy, questionFor } from '../../../src/segment/question.ts';

const own = Buffer.from('525400000001', 'hex');
const other = Buffer.from('525400000002', 'hex');

test('IPv4: an ARP probe, in nobody’s name', (t) => {
  const { protocol, packet, to } = questionFor('192.0.2.50', own);
  t.is(protocol, 0x0806);
  t.is(to.toString('hex'), 'ffffffffffff');
  t.is(packet.toString('hex'), '0001080006040001' + '525400000001' + '00000000' + '000000000000' + 'c0000232');
});

test('IPv6: a neighbour solicitation as duplicate address detection sends it, with a checksum that adds up', (t) => {
  const { protocol, packet, to } = questionFor('2001:db8::12:3456', own);
  t.is(protocol, 0x86dd);
  t.is(to.toString('hex'), '3333ff123456');
  t.is(packet.subarray(8, 24).toString('hex'), '0'.repeat(32), 'from ::');
  t.is(packet.subarray(24, 40).toString('hex'), 'ff0200000000000000000001ff123456');
  t.is(packet[7], 255);
  t.is(packet[40], 135);
  t.is(packet.subarray(48).toString('hex'), '20010db8000000000000000000123456');
  const whole = Buffer.concat([packet.subarray(8, 40), Buffer.from([0, 0, 0, 24, 0, 0, 0, 58]), packet.subarray(40)]);
  let sum = 0;
  for (let at = 0; at < whole.length; at += 2) sum += whole.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  t.is(sum, 0xffff);
});

const arp = (operation: number, sender: Buffer, address: string): Buffer =>
  Buffer.concat([
    Buffer.from([0, 1, 8, 0, 6, 4, 0, operation]),
    sender,
    Buffer.from(address.split('.').map(Number)),
    Buffer.alloc(10),
  ]);

test('whoever speaks for the IPv4 address has it, by an answer or an announcement; who asks for it has not', (t) => {
  t.deepEqual(ownerBy(arp(2, other, '192.0.2.50'), other, '192.0.2.50'), other);
  t.deepEqual(ownerBy(arp(1, other, '192.0.2.50'), other, '192.0.2.50'), other);
  t.is(ownerBy(arp(2, other, '192.0.2.51'), other, '192.0.2.50'), undefined);
  t.is(ownerBy(questionFor('192.0.2.50', other).packet, other, '192.0.2.50'), undefined);
  t.is(ownerBy(Buffer.alloc(3), other, '192.0.2.50'), undefined);
});

test('a neighbour advertisement of the IPv6 address is an answer; one from beyond a router, or of another, is none', (t) => {
  const address = '2001:db8::50';
  const advertisement = (type: number, hops: number, last: number): Buffer => {
    const packet = Buffer.alloc(64);
    packet[0] = 0x60;
    packet[6] = 58;
    packet[7] = hops;
    packet[40] = type;
    Buffer.from('20010db8000000000000000000000000', 'hex').copy(packet, 48);
    packet[63] = last;
    return packet;
  };
  t.deepEqual(ownerBy(advertisement(136, 255, 0x50), other, address), other);
  t.is(ownerBy(advertisement(136, 64, 0x50), other, address), undefined);
  t.is(ownerBy(advertisement(135, 255, 0x50), other, address), undefined);
  t.is(ownerBy(advertisement(136, 255, 0x51), other, address), undefined);
  t.is(ownerBy(Buffer.alloc(10), other, address), undefined);
});
