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
