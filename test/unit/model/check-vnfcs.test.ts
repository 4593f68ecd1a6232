/** VNFCs in a description: what spoils it, and what is said of it. */
import test from 'ava';
import { spoiled } from './spoiled.ts';

test(
  'active-standby without VIP and role',
  spoiled,
  [
    ['    vip: 192.0.2.50/24\n', ''],
    ['    role:\n      promote: redis-cli replicaof no one\n      demote: redis-cli replicaof 192.0.2.50 6379\n', ''],
  ],
  "24:17: error: the VNFC 'db' is active-standby, but has no 'role' (vnfcs[0].redundancy). Add 'role': how it is told its role.",
  "24:17: error: the VNFC 'db' is active-standby, but has no 'vip' (vnfcs[0].redundancy). Add 'vip': the address that follows the active instance.",
);

test(
  'active-standby with a service',
  spoiled,
  [['    vip: 192.0.2.50/24\n', '    vip: 192.0.2.50/24\n    service: { port: 1 }\n']],
  "26:5: error: the VNFC 'db' is active-standby, and 'service' is for active-active VNFCs (vnfcs[0].service). Remove it, or write 'redundancy: active-active'.",
);

test(
  'active-active without a service, with VIP and role',
  spoiled,
  [
    [
      '    service:\n      port: 8080\n      frontend: 80\n',
      '    vip: 192.0.2.51/24\n    role: { promote: a, demote: b }\n',
    ],
  ],
  "38:17: error: the VNFC 'web' is active-active, but has no 'service' (vnfcs[1].redundancy). Add 'service': its port behind the load balancer.",
  "39:5: error: the VNFC 'web' is active-active, and 'vip' is for active-standby VNFCs (vnfcs[1].vip). Remove it, or write 'redundancy: active-standby'.",
  "40:5: error: the VNFC 'web' is active-active, and 'role' is for active-standby VNFCs (vnfcs[1].role). Remove it, or write 'redundancy: active-standby'.",
);

test(
  'a service without a load balancer',
  spoiled,
  [['loadBalancer:\n  nodes: [n1, n2]\n  vip: 192.0.2.60/24\n', '']],
  "39:5: error: the VNFC 'web' has a service, but there is no load balancer in front of it (vnfcs[1].service). Add 'loadBalancer' with the VIP that outside modules see.",
);

test(
  'a misspelt redundancy',
  spoiled,
  [['active-active', 'activ-active']],
  "38:17: error: 'activ-active' is none of active-standby, active-active (vnfcs[1].redundancy). Did you mean 'active-active'?",
);

test(
  'nothing to start',
  spoiled,
  [['      run: nginx\n', '      user: www-data\n']],
  "42:5: error: the VNFC 'web' has no way to be started (vnfcs[1].program). Add 'run' with a program that stays in the foreground; or 'start', 'stop' and a 'check'.",
);

test(
  'run and start',
  spoiled,
  [['run: nginx', 'run: nginx\n      start: nginx']],
  "44:7: error: the VNFC 'web' has both 'run' and 'start' (vnfcs[1].program.start). Keep 'run' for a program that stays in the foreground, or 'start' and 'stop' for one that manages itself.",
);

test(
  'start without stop and check',
  spoiled,
  [['run: nginx', 'start: nginx']],
  "42:5: error: the VNFC 'web' has 'start' without 'stop' (vnfcs[1].program). Add 'stop': the command that stops it.",
  "42:5: error: the VNFC 'web' has 'start', and without a check nobody could tell whether it runs (vnfcs[1].program). Add a 'check' with tcp, http or command.",
);

test(
  'an open quote',
  spoiled,
  [['run: nginx', 'run: nginx -g "daemon off;']],
  '43:12: error: the command has a double quote that is never closed (vnfcs[1].program.run). Write the program and its arguments, each in quotes that holds spaces or quotes, or a list of them.',
);

test(
  'an empty command',
  spoiled,
  [['run: nginx', 'run: "  "']],
  '43:12: error: the command names no program (vnfcs[1].program.run). Write the program and its arguments, each in quotes that holds spaces or quotes, or a list of them.',
);

test(
  'a command of numbers',
  spoiled,
  [['run: nginx', 'run: [nginx, 8080]']],
  '43:12: error: a list is not a command (vnfcs[1].program.run). Write it on one line, or as a list of its arguments, each in quotes.',
);

test(
  'more instances than nodes',
  spoiled,
  [['frontend: 80', 'frontend: 80\n    instances: 4']],
  "42:16: error: 4 instances are more than the 3 nodes of the VNFC 'web', and a node runs one (vnfcs[1].instances). Write 3 or less, or add nodes.",
);

test(
  'one instance',
  spoiled,
  [['redundancy: active-active', 'redundancy: active-active\n    instances: 1']],
  "39:16: warning: the VNFC 'web' has one instance: its service is gone until another is started (vnfcs[1].instances). Write 2 or more.",
);

test(
  'one node of a VNFC',
  spoiled,
  [['redundancy: active-active', 'redundancy: active-active\n    nodes: [n3]']],
  "39:5: warning: the VNFC 'web' has one node: nothing takes over when it dies (vnfcs[1].nodes). Give it two nodes or more.",
);

test(
  'a misspelt node',
  spoiled,
  [['redundancy: active-active', 'redundancy: active-active\n    nodes: [n1, n2, node3]']],
  "39:21: error: there is no node 'node3' (vnfcs[1].nodes[2]). There are: n1, n2, n3.",
);

test(
  'a node twice',
  spoiled,
  [['redundancy: active-active', 'redundancy: active-active\n    nodes: [n1, n2, n1]']],
  "39:21: error: the node 'n1' is listed twice (vnfcs[1].nodes[2]). Remove one of the two.",
);

test(
  'instance ids of other nodes, twice, and missing',
  spoiled,
  [['n2: db-2, n3: db-3', 'n2: db-1, n4: db-3']],
  "36:5: warning: the instance of the VNFC 'db' on n3 cannot be named to the VNFM (vnfcs[0].vnfcInstanceIds). Add a vnfcInstanceId for each of its nodes.",
  "36:38: error: the vnfcInstanceId 'db-1' is another instance's already, in line 36 (vnfcs[0].vnfcInstanceIds.n2). Give each instance its own.",
  "36:48: error: there is no node 'n4' (vnfcs[0].vnfcInstanceIds.n4). Did you mean 'n1'?",
);

test(
  'an interval of part seconds',
  spoiled,
  [['interval: 5s', 'interval: 2500ms']],
  '30:17: error: Pacemaker counts intervals in whole seconds, and below 2 s it does little but check (vnfcs[0].check.interval). Write 3s; failures that are seen by events do not wait for it.',
);

test(
  'an interval below 2 s',
  spoiled,
  [['interval: 5s', 'interval: 1s']],
  '30:17: error: Pacemaker counts intervals in whole seconds, and below 2 s it does little but check (vnfcs[0].check.interval). Write 2s; failures that are seen by events do not wait for it.',
);

test(
  'no time and too much',
  spoiled,
  [
    ['interval: 5s', 'timeout: 0s'],
    ['restarts: 2', 'within: 9999h'],
  ],
  "30:16: error: '0s' is no time at all (vnfcs[0].check.timeout). Write a longer duration, or remove the field.",
  "35:15: error: '9999h' is too long (vnfcs[0].recovery.within). Write 24 days (576h) or less.",
);

test(
  'a duration without a unit',
  spoiled,
  [['interval: 5s', 'interval: 5']],
  "30:17: error: '5' is not a duration (vnfcs[0].check.interval). Write a duration as a whole number and its unit: '500ms', '10s', '5min' or '1h'.",
);

test(
  'a duration with an unknown unit',
  spoiled,
  [['interval: 5s', 'interval: 5 m']],
  "30:17: error: '5 m' does not fit (vnfcs[0].check.interval). Write a duration as a whole number and its unit: '500ms', '10s', '5min' or '1h'.",
);

test(
  'fewer than no restarts',
  spoiled,
  [['restarts: 2', 'restarts: -1']],
  "35:17: error: '-1' is too small (vnfcs[0].recovery.restarts). Write 0 or more.",
);

test(
  'a check of something else than a URL',
  spoiled,
  [['tcp: 6379', 'http: "http://[::1/"']],
  "29:13: error: 'http://[::1/' is not a URL (vnfcs[0].check.http). Write it as http://127.0.0.1:8080/health.",
);
