/** The shape and syntax of a description: what spoils it, and what is said of it. */
import test from 'ava';
import { spoiled } from './spoiled.ts';

test(
  'unknown fields',
  spoiled,
  [
    ['tcp: 6379', 'tpc: 6379'],
    ['url: https', 'uri: https'],
  ],
  "29:7: error: the field 'tpc' is unknown (vnfcs[0].check.tpc). Did you mean 'tcp'?",
  "47:1: error: the field 'url' is missing (vnfm). Add 'url': the VNFM’s API root, before /vnflcm; of a webhook: where heals are posted.",
  "48:3: error: the field 'uri' is unknown (vnfm.uri). Did you mean 'url'?",
);

test(
  'a field that is nothing like any',
  spoiled,
  [['token: 1s', 'colour: red']],
  "17:3: error: the field 'colour' is unknown (cluster.colour). Remove it; the fields here are name, links, token, consensus, heartbeat.",
);

test(
  'an empty group',
  spoiled,
  [['      tcp: 6379\n      interval: 5s\n', '']],
  '28:5: error: a value is missing: a group of fields is needed (vnfcs[0].check). Give it (how the health of an instance is seen; without any of tcp, http, command: its process is there), or remove the field.',
);

test(
  'a list in place of a group',
  spoiled,
  [['    program:\n      run: nginx\n', '    program: [nginx]\n']],
  '42:14: error: a list is not a group of fields (vnfcs[1].program). Write a group of fields: how an instance is started and stopped: run, or start and stop.',
);

test(
  'a word in place of a list',
  spoiled,
  [['[n1, n2]', 'n1']],
  "45:10: error: 'n1' is not a list (loadBalancer.nodes). Write it in brackets: [n1].",
);

test(
  'an empty list',
  spoiled,
  [['[n1, n2]', '[]']],
  '45:10: error: the list is empty (loadBalancer.nodes). Add an entry, or remove the field.',
);

test(
  'repeated fields',
  spoiled,
  [
    ['restarts: 2', 'restarts: 2\n      restarts: 3'],
    ['token: 1s', 'token: 1s\n  token: 2s'],
  ],
  "18:3: error: the field 'token' is written twice here. Remove one of the two.",
  "37:7: error: the field 'restarts' is written twice here. Remove one of the two.",
);

test(
  'a tab',
  spoiled,
  [['  token: 1s', '\ttoken: 1s']],
  '17:1: error: this is not YAML: tabs are not allowed as indentation. Indent with spaces.',
);

test(
  'a bracket that is never closed',
  spoiled,
  [['[n1, n2]', '[n1, n2']],
  '46:3: error: this is not YAML: flow sequence in block collection must be sufficiently indented and end with a ]. Indent the fields of one thing alike.',
);

test(
  'an unknown alias',
  spoiled,
  [['restarts: 2', 'restarts: *x']],
  "35:17: error: nothing above is marked '&x'. Mark what is meant with '&x', or write the value out; text that begins with * needs quotes.",
);

test(
  'an unknown tag',
  spoiled,
  [['restarts: 2', 'restarts: !x 2']],
  '35:17: warning: unresolved tag: !x. Remove it; text that begins with ! needs quotes.',
  "35:20: error: '2' is not a whole number (vnfcs[0].recovery.restarts). Write the number without quotes.",
);

test(
  'a value of many lines where one is needed',
  spoiled,
  [['name: web', "name: 'w\n\n      eb'"]],
  "37:11: error: 'w eb' does not fit (vnfcs[1].name). Begin it with a letter and use only letters a-z and A-Z, digits, - and _, at most 48 of them.",
);

test(
  'two documents',
  spoiled,
  [['vnfm:\n', '---\nvnfm:\n']],
  "47:1: error: a second document begins here. Keep one description in a file, without further '---'.",
);

test(
  'a recovery target that is none, or half of one',
  spoiled,
  [['cluster:\n', 'recovery: SAL4\ncluster:\n']],
  "16:11: error: 'SAL4' is none of sub-second, SAL1, SAL2, SAL3 (recovery). Did you mean 'SAL1'?",
);

test(
  'recovery times of one’s own have the problems of a group',
  spoiled,
  [['cluster:\n', 'recovery: { detect: fast, recovr: 5s }\ncluster:\n']],
  "16:1: error: the field 'recover' is missing (recovery). Add 'recover': within which the service is to be there again.",
  "16:21: error: 'fast' does not fit (recovery.detect). Write a duration as a whole number and its unit: '500ms', '10s', '5min' or '1h'.",
  "16:27: error: the field 'recovr' is unknown (recovery.recovr). Did you mean 'recover'?",
);
