/** The VNFM in a description: what spoils it, and what is said of it. */
import test from 'ava';
import { spoiled } from './spoiled.ts';

test(
  'heal without a VNFM',
  spoiled,
  [
    ['restarts: 2', 'heal: true'],
    ['vnfm:\n  url: https://vnfm.example\n', ''],
  ],
  "35:13: error: 'heal: true' asks a VNFM to heal, and there is none (vnfcs[0].recovery.heal). Add 'vnfm' with its url, or remove 'heal'.",
);

test(
  'heal without an instanceId',
  spoiled,
  [['  instanceId: 0d9f5c2e\n', '']],
  "1:1: error: the VNFM can't be asked to heal a VNF whose 'instanceId' isn't known (vnf). Add 'instanceId': the vnfInstanceId that the VNFM gave it.",
);

test(
  'a URL with a password',
  spoiled,
  [['https://vnfm.example', 'https://me:secret@vnfm.example']],
  "48:8: error: the URL holds a user or a password (vnfm.url). Remove it; use 'auth' with a file for the secret.",
);

test(
  'a URL of another protocol',
  spoiled,
  [['https://vnfm.example', 'ftp://vnfm.example']],
  "48:8: error: 'ftp://vnfm.example' does not fit (vnfm.url). Write a URL that begins with 'http://' or 'https://' and has no spaces.",
);

test(
  'half an auth',
  spoiled,
  [['https://vnfm.example', 'https://vnfm.example\n  auth: { clientId: x, clientSecretFile: secret }']],
  "49:3: error: the field 'tokenUrl' is missing (vnfm.auth). Add 'tokenUrl': OAuth 2.0 token endpoint (client credentials).",
  "49:42: error: 'secret' does not fit (vnfm.auth.clientSecretFile). Write the whole path of the file; it begins with '/'.",
);

const auth = (url: string, tokenUrl: string): string =>
  `${url}\n  auth: { tokenUrl: "${tokenUrl}", clientId: x, clientSecretFile: /s }`;

test(
  'a token and a secret in clear text',
  spoiled,
  [['https://vnfm.example', auth('http://vnfm.example', 'http://127.example/token')]],
  '48:8: warning: the token goes over the network in clear text, for everybody there to take (vnfm.url). Write https://; http:// is for a lab.',
  '49:21: warning: the client secret goes over the network in clear text, for everybody there to take (vnfm.auth.tokenUrl). Write https://; http:// is for a lab.',
);

test('clear text without auth holds no secret', spoiled, [['https://vnfm.example', 'http://vnfm.example']]);

for (const host of ['127.0.0.1:9890', 'localhost', '[::1]:9890']) {
  test(`a secret in clear text that does not leave the node: ${host}`, spoiled, [
    ['https://vnfm.example', auth(`http://${host}`, `http://${host}/token`)],
  ]);
}

test(
  'rules of heals that make no sense',
  spoiled,
  [
    [
      'https://vnfm.example',
      'https://vnfm.example\n  type: webhook\n  heals: { onFailedTemp: retry, storm: { within: 2h, pause: 500ms },' +
        " maintenance: [{ from: '02:00', to: '02:00' }] }",
    ],
  ],
  "50:26: error: a webhook has no FAILED_TEMP to 'retry' (vnfm.heals.onFailedTemp). Remove it.",
  "50:50: error: it is not between 1 s and 1 h (vnfm.heals.storm.within). Write a time like '60s'.",
  "50:61: error: it is not between 1 s and 1 h (vnfm.heals.storm.pause). Write a time like '60s'.",
  "50:105: error: 'from' and 'to' are the same: no heal would be begun on the whole day (vnfm.heals.maintenance[0].to). Write another 'to'; to have nothing healed, write 'heal: false' at the VNFC's recovery.",
);

test(
  'a time of day that is none',
  spoiled,
  [['https://vnfm.example', "https://vnfm.example\n  heals: { maintenance: [{ from: '25:00', to: '26:00' }] }"]],
  "49:34: error: '25:00' does not fit (vnfm.heals.maintenance[0].from). Write hours and minutes, in UTC, as '22:00'.",
  "49:47: error: '26:00' does not fit (vnfm.heals.maintenance[0].to). Write hours and minutes, in UTC, as '22:00'.",
);

test(
  'windows without a gap, more at once than within an hour, a storm of more than there are',
  spoiled,
  [
    [
      'https://vnfm.example',
      'https://vnfm.example\n  heals: { atOnce: 5, perHour: 2, storm: { incidents: 99 },' +
        " maintenance: [{ from: '00:00', to: '12:00' }, { from: '12:00', to: '00:00' }] }",
    ],
  ],
  "49:20: error: 5 heals at once are more than the 2 within an hour ('perHour') (vnfm.heals.atOnce). Write 2 or less, or a larger 'perHour'.",
  '49:55: warning: there are 6 instances: there is never a storm of 99 (vnfm.heals.storm.incidents). Write 6 or less.',
  "49:74: error: these windows leave no time between them: no heal would ever be begun (vnfm.heals.maintenance). Make one of them shorter; to have nothing healed, write 'dryRun: true'.",
);

test('windows with a gap of a minute on one day', spoiled, [
  [
    'https://vnfm.example',
    "https://vnfm.example\n  heals: { maintenance: [{ from: '00:00', to: '12:00' }, { from: '12:00', to: '00:00', days: [mon, tue, wed, thu, fri, sat] }," +
      " { from: '12:00', to: '23:59', days: [sun] }] }",
  ],
]);

test(
  'a dry run is said',
  spoiled,
  [['https://vnfm.example', 'https://vnfm.example\n  heals: { dryRun: true }']],
  "49:20: warning: the VNFM is asked for no heal (vnfm.heals.dryRun). Remove 'dryRun' when you have seen that it would do the right thing.",
);

test(
  'an escalation that nothing comes after',
  spoiled,
  [
    ['restarts: 2', 'restarts: 2\n      escalate: node'],
    ['vnfm:\n  url: https://vnfm.example\n', ''],
  ],
  "36:17: error: 'escalate: node' comes before the VNFM is told, which it never is (vnfcs[0].recovery.escalate). Add 'vnfm' with its url and leave 'heal' out, or remove 'escalate'.",
);

test(
  'a probation time that outlasts the memory',
  spoiled,
  [['restarts: 2', 'escalate: node\n      within: 2h']],
  "36:15: error: 'escalate: node' restarts a node once within this time, and what is longer than an hour ago may be forgotten (vnfcs[0].recovery.within). Write '1h' or less.",
);

test(
  'a node that is healed while it restarts',
  spoiled,
  [['https://vnfm.example', 'https://vnfm.example\n  heals: { lostNodes: 30s }']],
  '49:23: warning: a node that is being restarted may be away for longer than that, and would be made anew (vnfm.heals.lostNodes). Write more than the restart of a node takes.',
);
