/** Services and the load balancer in a description: what spoils it, and what is said of it. */
import test from 'ava';
import { base, edited, problemsOf } from './base.ts';
import { spoiled } from './spoiled.ts';

test(
  'a frontend port twice',
  spoiled,
  [
    [
      'loadBalancer:',
      '  - name: api\n    redundancy: active-active\n    service: { port: 8081, frontend: 80 }\n    program: { run: api }\nloadBalancer:',
    ],
  ],
  "46:38: error: port 80 of the load balancer's VIP is used by the VNFC 'web' already (vnfcs[2].service.frontend). Give each VNFC its own 'frontend' port.",
);

test(
  'a service port twice on a node',
  spoiled,
  [
    [
      'loadBalancer:',
      '  - name: api\n    redundancy: active-active\n    service: { port: 8080, frontend: 81 }\n    program: { run: api }\nloadBalancer:',
    ],
  ],
  "46:22: error: port 8080 of the node 'n1' is used by the VNFC 'web' already (vnfcs[2].service.port). Give each VNFC of a node its own port, or its own nodes.",
);

test(
  "a service port that is the load balancer's on a shared node",
  spoiled,
  [['      frontend: 80\n', '']],
  "40:13: warning: on 'n1' HAProxy serves port 8080 at the VIP, and the VNFC 'web' the same port: where it binds all addresses, one of them will not start (vnfcs[1].service.port). Take another 'port' or 'frontend', or let the program bind its node's address only.",
);

test(
  'no clash of ports on other nodes',
  spoiled,
  [
    ['      frontend: 80\n', ''],
    ['redundancy: active-active', 'redundancy: active-active\n    nodes: [n2, n3]'],
    ['[n1, n2]', '[n1]'],
  ],
  '45:3: warning: the load balancer has one node: all its services die with it (loadBalancer.nodes). Give it two nodes or more.',
);

test(
  'a service in a network that not all are in',
  spoiled,
  [['frontend: 80', 'network: oam']],
  "40:13: warning: on 'n1' HAProxy serves port 8080 at the VIP, and the VNFC 'web' the same port: where it binds all addresses, one of them will not start (vnfcs[1].service.port). Take another 'port' or 'frontend', or let the program bind its node's address only.",
  "41:16: error: the load balancer cannot reach the VNFC 'web' on 'oam': n3 is not in it (vnfcs[1].service.network). Take a network that its nodes and those of the load balancer are all in.",
);

test(
  'a service in an unknown network',
  spoiled,
  [['frontend: 80', 'frontend: 80\n      network: services']],
  "42:16: error: there is no network 'services' (vnfcs[1].service.network). Did you mean 'service'?",
);

test(
  'a load balancer with nothing behind it',
  spoiled,
  [
    [
      '  - name: web\n    redundancy: active-active\n    service:\n      port: 8080\n      frontend: 80\n    program:\n      run: nginx\n',
      '',
    ],
  ],
  "37:1: warning: nothing is behind the load balancer (loadBalancer). Remove it, or add an active-active VNFC, or one that it 'manages'.",
);

test(
  'a load balancer without an address',
  spoiled,
  [['  vip: 192.0.2.60/24\n', '']],
  "44:1: error: the load balancer has no address (loadBalancer). Add 'vip': the address, with prefix length, that outside modules see.",
);

test(
  'a load balancer with an address and a list of them',
  spoiled,
  [['  vip: 192.0.2.60/24\n', '  vip: 192.0.2.60/24\n  vips: [192.0.2.61/24]\n']],
  "46:3: error: the load balancer has both 'vip' and 'vips' (loadBalancer.vip). Remove 'vip'; write its address in 'vips'.",
);

test(
  'a load balancer with VIPs of which one is no address, one is a node’s, one in no network',
  spoiled,
  [['vip: 192.0.2.60/24', 'vips: [192.0.2.60, 192.0.2.1/24, 198.51.100.60/24]']],
  '46:3: warning: the load balancer has 3 VIPs for 2 nodes (loadBalancer.vips). Each node serves with one VIP: give it more nodes, or remove what is too many.',
  '46:10: error: the VIP 192.0.2.60 has no prefix length (loadBalancer.vips[0]). Write 192.0.2.60/24.',
  "46:22: error: the address 192.0.2.1 is used by the node 'n1' already, in line 11 (loadBalancer.vips[1]). Give each its own address.",
  '46:36: error: the VIP 198.51.100.60/24 is in none of the networks (loadBalancer.vips[2]). Take an address of 192.0.2.0/24, 2001:db8::/64, or add its network.',
);

test(
  'a load balancer on one node, another misspelt',
  spoiled,
  [['[n1, n2]', '[n1, m2]']],
  '45:3: warning: the load balancer has one node: all its services die with it (loadBalancer.nodes). Give it two nodes or more.',
  "45:15: error: there is no node 'm2' (loadBalancer.nodes[1]). Did you mean 'n2'?",
);

test(
  'a port that is none',
  spoiled,
  [['port: 8080', 'port: 808080']],
  "40:13: error: '808080' is too large (vnfcs[1].service.port). Write 65535 or less.",
);

test(
  'a port in quotes',
  spoiled,
  [['port: 8080', "port: '8080'"]],
  "40:13: error: '8080' is not a whole number (vnfcs[1].service.port). Write the number without quotes.",
);

for (const [path, what] of [
  ['/health\\n\\tserver\\tevil\\t192.0.2.9:80', 'a line of HAProxy’s'],
  ['/health#now', 'a comment of HAProxy’s'],
  ["/it's", 'an open quote'],
] as const) {
  test(`a path of a check that would be ${what}`, (t) => {
    const text = edited(base, ['      frontend: 80\n', `      frontend: 80\n      check: { http: "${path}" }\n`]);
    t.regex(
      problemsOf(text).join(),
      /^42:22: error: .* does not fit \(vnfcs\[1\]\.service\.check\.http\)\. Write a path/s,
    );
  });
}
