/** Addresses in a description: what spoils it, and what is said of it. */
import test from 'ava';
import { spoiled } from './spoiled.ts';

test(
  'not an address',
  spoiled,
  [['192.0.2.3', '192.0.2.300']],
  "15:14: error: '192.0.2.300' is not an address (nodes[2].address). Write it as 192.0.2.7 or 2001:db8::7.",
);

test(
  'a node address with a prefix length',
  spoiled,
  [['192.0.2.3', '192.0.2.3/24']],
  "15:14: error: '192.0.2.3/24' has a prefix length, but a node's address stands alone (nodes[2].address). Write 192.0.2.3; the prefix length is the network's.",
);

test(
  'a node outside its network',
  spoiled,
  [['192.0.2.3', '192.0.3.3']],
  "15:14: error: 192.0.3.3 is not in the network 'service' (192.0.2.0/24) (nodes[2].address). Correct the address, or the network.",
);

test(
  'the network address',
  spoiled,
  [['192.0.2.3', '192.0.2.0']],
  "15:14: error: 192.0.2.0 is the network address of 'service' (192.0.2.0/24) (nodes[2].address). Take another address of the network.",
);

test(
  'the broadcast address',
  spoiled,
  [['192.0.2.3', '192.0.2.255']],
  "15:14: error: 192.0.2.255 is the broadcast address of 'service' (192.0.2.0/24) (nodes[2].address). Take another address of the network.",
);

test(
  'the same IPv6 address in two spellings',
  spoiled,
  [["'2001:db8::2'", "'2001:0DB8:0::1'"]],
  "13:43: error: the address 2001:db8::1 is used by the node 'n1' already, in line 11 (nodes[1].addresses.oam). Give each its own address.",
);

test(
  'a VIP that is a node',
  spoiled,
  [
    ['192.0.2.50/24', '192.0.2.3/24'],
    ['of 192.0.2.50 6', 'of 192.0.2.3 6'],
  ],
  "25:10: error: the address 192.0.2.3 is used by the node 'n3' already, in line 15 (vnfcs[0].vip). Give each its own address.",
);

test(
  'two VIPs alike',
  spoiled,
  [['192.0.2.60/24', '192.0.2.50/24']],
  "46:8: error: the address 192.0.2.50 is used by the VNFC 'db' already, in line 25 (loadBalancer.vip). Give each its own address.",
);

test(
  'a VIP without a prefix',
  spoiled,
  [['192.0.2.60/24', '192.0.2.60']],
  '46:8: error: the VIP 192.0.2.60 has no prefix length (loadBalancer.vip). Write 192.0.2.60/24.',
);

test(
  'a VIP with the wrong prefix',
  spoiled,
  [['192.0.2.60/24', '192.0.2.60/32']],
  "46:8: error: the VIP 192.0.2.60/32 has another prefix length than its network 'service' (/24) (loadBalancer.vip). Write 192.0.2.60/24.",
);

test(
  'a VIP in no network',
  spoiled,
  [['192.0.2.60/24', '198.51.100.60/24']],
  '46:8: error: the VIP 198.51.100.60/24 is in none of the networks (loadBalancer.vip). Take an address of 192.0.2.0/24, 2001:db8::/64, or add its network.',
);

test(
  'a VIP that is no address',
  spoiled,
  [['192.0.2.60/24', 'vip.example/24']],
  "46:8: error: 'vip.example/24' is not an address with its prefix length (loadBalancer.vip). Write it as 192.0.2.50/24.",
);

test(
  'a prefix that is too long',
  spoiled,
  [['192.0.2.60/24', '192.0.2.60/33']],
  "46:8: error: '192.0.2.60/33' is not an address with its prefix length (loadBalancer.vip). Write it as 192.0.2.50/24.",
);

test(
  'a VIP in a network that not all its nodes are in',
  spoiled,
  [['vip: 192.0.2.50/24', "vip: '2001:db8::50/64'"]],
  "25:10: error: the VIP 2001:db8::50/64 is in the network 'oam', and n3 is not (vnfcs[0].vip). Give every node of the VNFC 'db' an address in that network, or take other nodes.",
);

test(
  'a network with host bits',
  spoiled,
  [['192.0.2.0/24', '192.0.2.9/24']],
  '6:11: error: 192.0.2.9/24 is an address in a network, not the network (networks[0].cidr). Write 192.0.2.0/24.',
);

test(
  'a network that is none',
  spoiled,
  [['cidr: 192.0.2.0/24', 'cidr: 192.0.2.0']],
  "6:11: error: '192.0.2.0' is not a network (networks[0].cidr). Write the first address and the prefix length, as 192.0.2.0/24 or 2001:db8::/64.",
);

test(
  'networks that overlap',
  spoiled,
  [
    ['2001:db8::/64', '192.0.2.128/25'],
    [", oam: '2001:db8::1'", ''],
    [", oam: '2001:db8::2'", ''],
  ],
  "8:11: error: the network 'oam' overlaps with 'service' (networks[1].cidr). Give each network its own addresses.",
);

test(
  'a loopback network',
  spoiled,
  [
    ['2001:db8::/64', '127.1.0.0/16'],
    [", oam: '2001:db8::1'", ''],
    [", oam: '2001:db8::2'", ''],
  ],
  "8:11: error: the network 127.1.0.0/16 never leaves its node (networks[1].cidr). Write the nodes' network.",
);

test(
  'a zone',
  spoiled,
  [["'2001:db8::2'", "'fe80::2%eth0'"]],
  "13:43: error: 'fe80::2%eth0' is not an address (nodes[1].addresses.oam). Write it as 192.0.2.7 or 2001:db8::7.",
);
