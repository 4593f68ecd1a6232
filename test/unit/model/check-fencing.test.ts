/** Fencing in a description: what spoils it, and what is said of it. */
import test from 'ava';
import { spoiled } from './spoiled.ts';

test(
  'no fencing',
  spoiled,
  [
    [
      'fencing:\n  - name: power\n    agent: fence_ipmilan\n    parameters: { passwd_script: /etc/p, port: 623, lanplus: true }\n',
      '',
    ],
  ],
  "1:1: error: there is no fencing: a lost node may still hold its addresses and state, so nothing could safely take over. Add 'fencing' with a device that can power every node off.",
);

test(
  'a node that nothing can fence, and one that is not there',
  spoiled,
  [['agent: fence_ipmilan', 'agent: fence_ipmilan\n    nodes: [n1, n2, m3]']],
  "14:11: error: no fence device can fence the node 'n3' (nodes[2].name). Add it to the 'nodes' of a device in 'fencing', or add a device for it.",
  "21:21: error: there is no node 'm3' (fencing[0].nodes[2]). Did you mean 'n3'?",
);

test(
  'a password in the CIB',
  spoiled,
  [['passwd_script: /etc/p', 'passwd: hunter2']],
  "21:19: error: 'passwd' would put a secret into the CIB, which every user of the group haclient can read (fencing[0].parameters.passwd). Use 'passwd_script' with a program, mode 0700, that prints it; or the agent's own file of credentials.",
);

test(
  'an agent with its directory',
  spoiled,
  [['fence_ipmilan', '/usr/sbin/fence_ipmilan']],
  "20:12: error: '/usr/sbin/fence_ipmilan' does not fit (fencing[0].agent). Write the fence agent's name without its directory, as 'fence_ipmilan'.",
);

test(
  'parameters that are no values',
  spoiled,
  [['port: 623', 'port: [1]']],
  '21:48: error: a list is not text, a number, true or false (fencing[0].parameters.port). Write one value.',
);

test(
  'a parameter name that does not fit',
  spoiled,
  [['port: 623', '"a b": 623']],
  '21:42: error: the name \'a b\' does not fit (fencing[0].parameters["a b"]). Begin it with a letter and use only letters a-z and A-Z, digits, - and _.',
);

test(
  'a parameter value that Pacemaker garbles',
  spoiled,
  [['port: 623', 'port: "bü<ro"']],
  "21:48: error: the value of 'port' has the character \"ü\", which doesn't pass Pacemaker's programs unharmed (fencing[0].parameters.port). Use printable ASCII only; what else is needed goes into a file of the agent.",
);
