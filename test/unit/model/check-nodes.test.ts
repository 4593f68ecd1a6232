/** Nodes and Corosync in a description: what spoils it, and what is said of it. */
import test from 'ava';
import { spoiled } from './spoiled.ts';

test(
  'one node',
  spoiled,
  [
    [
      "  - name: n2\n    addresses: { service: 192.0.2.2, oam: '2001:db8::2' }\n  - name: n3\n    address: 192.0.2.3\n",
      '',
    ],
    [', n2: db-2, n3: db-3', ''],
    ['[n1, n2]', '[n1]'],
  ],
  '9:1: error: one node is no cluster: nothing is left when it dies (nodes). Add nodes: three or more, so that a majority is left.',
);

test(
  'two nodes',
  spoiled,
  [
    ['  - name: n3\n    address: 192.0.2.3\n', ''],
    [', n3: db-3', ''],
  ],
  '9:1: warning: with two nodes the quorum is a compromise (two_node): either goes on alone, and fencing alone decides which (nodes). Add a third node if you can.',
);

test(
  'ids of corosync that are none',
  spoiled,
  [
    ['name: n1', 'name: n1\n    id: 0'],
    ['name: n2', 'name: n2\n    id: 1.5'],
  ],
  "11:9: error: '0' is too small (nodes[0].id). Write 1 or more.",
  "14:9: error: '1.5' is not a whole number (nodes[1].id). Write a whole number: corosync’s nodeid; default: its place in this list.",
);

test(
  'a node id twice',
  spoiled,
  [
    ['name: n1', 'name: n1\n    id: 7'],
    ['name: n2', 'name: n2\n    id: 7'],
  ],
  "14:9: error: the node id 7 is that of 'n1' already (nodes[1].id). Give each node its own.",
);

test(
  'a node id that is the place of another',
  spoiled,
  [['name: n1', 'name: n1\n    id: 3']],
  "15:5: error: the node id 3, by its place in the list, is that of 'n1' already (nodes[2]). Give this node an 'id', too.",
);

test(
  'a node without an address',
  spoiled,
  [['    address: 192.0.2.3\n', '']],
  "14:5: error: the node 'n3' has no address (nodes[2]). Give it an 'address' in the network 'service', or 'addresses' by network.",
);

test(
  'a node in an unknown network',
  spoiled,
  [['address: 192.0.2.3', 'addresses: { servise: 192.0.2.3 }']],
  "15:27: error: there is no network 'servise' (nodes[2].addresses.servise). Did you mean 'service'?",
);

test(
  'a node with two addresses in a network',
  spoiled,
  [['address: 192.0.2.3', 'address: 192.0.2.3\n    addresses: { service: 192.0.2.4 }']],
  "16:27: error: the node 'n3' has two addresses in the network 'service' (nodes[2].addresses.service). Keep one of 'address' and 'addresses'.",
);

test(
  'nodes without a common network',
  spoiled,
  [
    ["service: 192.0.2.1, oam: '2001:db8::1'", "oam: '2001:db8::1'"],
    ["192.0.2.2, oam: '2001:db8::2'", '192.0.2.2'],
    ['[n1, n2]', '[n2, n3]'],
    ['active-active', 'active-active\n    nodes: [n2, n3]'],
    ['24\n    program', '24\n    nodes: [n2, n3]\n    program'],
    ['n1: db-1, ', ''],
  ],
  '9:1: error: there is no network that all nodes are in, so Corosync has no way between them (nodes). Give every node an address in one and the same network.',
);

test(
  'corosync on an unknown network and on one that not all are in',
  spoiled,
  [['token: 1s', 'links: [oam, data]']],
  "17:11: error: Corosync cannot speak on 'oam': n3 is not in it (cluster.links[0]). Give every node an address there, or take a network that all are in.",
  "17:16: error: there is no network 'data' (cluster.links[1]). There are: service, oam.",
);

test(
  'a link twice',
  spoiled,
  [['token: 1s', 'links: [service, service]']],
  "17:20: error: the network 'service' is listed twice (cluster.links[1]). Remove one of the two.",
);

test(
  'a token that is too short',
  spoiled,
  [['token: 1s', 'token: 299ms']],
  '17:10: error: a token timeout of 299 ms is shorter than the pauses of a healthy network and machine (cluster.token). Write 300ms or more; 1000ms suits most.',
);
