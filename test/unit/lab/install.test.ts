import test from 'ava';
import { installFiles } from '../../../src/lab/install.ts';
import { planLab } from '../../../src/lab/plan.ts';
import { readDescription } from '../../../src/model/load.ts';

const text = `
vnf: { name: v, instanceId: i }
networks: [{ name: n, cidr: 192.0.2.0/24 }]
nodes: [{ name: a, address: 192.0.2.1 }, { name: b, address: 192.0.2.2 }]
fencing: [{ name: f, agent: fence_vnfha_lab }]
loadBalancer: { vip: 192.0.2.6/24 }
vnfm:
  url: http://192.0.2.100
  auth: { tokenUrl: "http://192.0.2.100/token", clientId: c, clientSecretFile: /etc/vnfha/secret }
vnfcs:
  - { name: web, redundancy: active-active, service: { port: 80 }, program: { run: web } }
`;
const vnf = readDescription(text, 'test').vnf!;
const files = (seedFencing: boolean, corosyncConf = 'crypto_cipher: none\ncrypto_hash: none\n') =>
  installFiles(vnf, planLab(vnf), {
    description: text,
    corosyncConf,
    seedFencing,
    extra: [{ path: '/etc/extra', content: 'x' }],
  });
const named = (path: string, seedFencing = false) => files(seedFencing)['a']!.find((file) => file.path === path);

test('a node gets its cluster’s configuration, the description and the secret; the client its names only', (t) => {
  t.deepEqual(
    files(false)['client']!.map((file) => file.path),
    ['/etc/hosts', '/etc/hostname'],
  );
  t.is(named('/etc/vnfha/vnf.yaml')?.content, text);
  t.is(named('/etc/vnfha/secret')?.mode, 0o600);
  t.is(named('/etc/hostname')?.content, 'a\n');
  t.is(named('/etc/extra')?.content, 'x');
  t.regex(named('/etc/hosts')!.content, /^192\.0\.2\.100 client\n192\.0\.2\.1 a\n192\.0\.2\.2 b$/m);
  t.regex(named('/etc/corosync/corosync.conf')!.content, /crypto_cipher: none/);
});

test('the blank CIB waits a second only, and has a fence device where asked', (t) => {
  const cib = named('/var/lib/pacemaker/cib/cib.xml')!;
  t.deepEqual([cib.mode, cib.owner], [0o600, 'hacluster']);
  t.regex(cib.content, /name="dc-deadtime" value="1s"/);
  t.notRegex(cib.content, /stonith/);
  t.regex(named(cib.path, true)!.content, /class="stonith" type="fence_vnfha_lab"/);
});

test('a key, the same on every node, where corosync.conf wants one', (t) => {
  const keys = (conf: string) => {
    const { a, b, client } = files(false, conf);
    return [a, b, client].map((host) => host!.find((file) => file.path === '/etc/corosync/authkey'));
  };
  t.deepEqual(keys('totem {\n  crypto_cipher: none\n  crypto_hash: none\n}'), [undefined, undefined, undefined]);
  for (const conf of ['  crypto_cipher: aes256\n', '  crypto_hash: sha256\n', 'secauth: on\n']) {
    const [a, b, client] = keys(conf);
    t.is(a, b);
    t.is(client, undefined);
    t.deepEqual([a?.mode, Buffer.from(a!.content, 'base64').length], [0o400, 256]);
  }
});

test('a VNF beside it has its description on every node, and both have the secrets that they name', (t) => {
  const other = text.replace('name: v,', 'name: w, beside: true,').replace('/etc/vnfha/secret', '/etc/vnfha/other');
  const beside = [{ text: other, vnf: readDescription(other, 'test').vnf! }];
  const all = installFiles(vnf, planLab(vnf), {
    description: text,
    beside,
    corosyncConf: '',
    seedFencing: false,
    extra: [],
  });
  const found = (file: string) => all['b']!.find((one) => one.path === file)?.content;
  t.is(found('/etc/vnfha/vnf.yaml'), text);
  t.is(found('/etc/vnfha/vnf.d/w.yaml'), other);
  t.is(found('/etc/vnfha/other'), found('/etc/vnfha/secret'));
});
