/**
 * The Debian package: built twice for the same bytes, approved by lintian, and installed, upgraded, rolled back, removed and purged on a
 * node that runs systemd, Corosync, Pacemaker and a VNFC.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { until } from '../../lab/wait.ts';
import { BootedNode } from './booted.ts';

const project = path.resolve(import.meta.dirname, '../../..');
const place = mkdtempSync(path.join(project, 'dist/.package-test-'));
const sources = [
  ...['agents', 'cib-templates', 'docs', 'examples', 'monitoring', 'scripts', 'src', 'systemd'],
  ...['CHANGELOG.md', 'LICENSE', 'README.md', 'package-lock.json', 'package.json', 'tsconfig.json'],
];
const units = ['vnfha-supervisor', 'vnfha-bridge', 'vnfha-notifier'];
let node: BootedNode;
let deb: string;
let younger: string;

/** Builds the package of a copy of this project, with another version number if one is given. */
function build(name: string, options: { env?: Record<string, string>; umask?: string; version?: string } = {}): string {
  const copy = path.join(place, name);
  for (const part of sources) cpSync(path.join(project, part), path.join(copy, part), { recursive: true });
  const modules = path.join(project, 'node_modules');
  const parts = readdirSync(modules).filter((part) => part !== '.cache'); // other tests write and remove there
  mkdirSync(path.join(copy, 'node_modules'));
  execFileSync('cp', ['-al', ...parts.map((part) => path.join(modules, part)), path.join(copy, 'node_modules')]);
  const file = path.join(copy, 'package.json');
  const before = readFileSync(file, 'utf8');
  const version = options.version ?? (JSON.parse(before) as { version: string }).version;
  writeFileSync(file, before.replace(/"version": ".*"/, `"version": "${version}"`));
  const env = { ...process.env, SOURCE_DATE_EPOCH: '1700000000', ...options.env };
  execFileSync('sh', ['-c', `umask ${options.umask ?? '022'}; npm run -s package`], { cwd: copy, env });
  const architecture = execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim();
  return path.join(copy, `dist/vnfha_${version}_${architecture}.deb`);
}

test.before('the package, and its next version', async () => {
  deb = build('a');
  younger = build('next', { version: '99.0.0' });
  node = await BootedNode.boot();
});
test.afterEach.always('what the node says when a test fails', (t) => {
  if (!t.passed) t.log(node.run('crm_mon -1rf; journalctl --no-pager -o cat -n 60').said);
});
test.after.always('nothing stays', async () => {
  await node?.down();
  rmSync(place, { recursive: true, force: true });
});

const description = `
vnf: { name: solo, instanceId: 6fd7f6a4-1f0c-4d60-a7c5-6f2a1f3a9d11 }
networks: [{ name: service, cidr: 10.77.0.0/24, interface: eth0 }]
nodes: [{ name: node1, address: 10.77.0.1 }, { name: node2, address: 10.77.0.2 }, { name: node3, address: 10.77.0.3 }]
fencing: [{ name: none, agent: fence_none }]
vnfcs:
  - name: store
    redundancy: active-active
    service: { port: 6379, mode: tcp, frontend: 6380 }
    program: { run: redis-server --port 6379 }
    check: { tcp: 6379, interval: 2s }
loadBalancer: { nodes: [node1, node2], vip: 10.77.0.60/24 }
vnfm:
  url: http://10.77.0.1:9890
  auth: { tokenUrl: 'http://10.77.0.1:9890/token', clientId: vnfha, clientSecretFile: /etc/vnfha/secret }
`;
const corosyncConf = `totem {
  version: 2
  cluster_name: solo
  transport: knet
}
nodelist {
  node {
    name: node1
    nodeid: 1
    ring0_addr: 10.77.0.1
  }
}
quorum {
  provider: corosync_votequorum
  expected_votes: 1
}
system {
  move_to_root_cgroup: no
}
logging {
  to_syslog: yes
}
`;

const properties = (unit: string, ...names: string[]): string[] =>
  names.map((name) => node.must(`systemctl show --value -p ${name} ${unit}`).trim());
const redis = (): string => node.must('pgrep -x redis-server').trim();
const failures = (): string => node.must(`crm_mon -1 --output-as=xml | xmllint --xpath 'count(//failure)' -`).trim();
const throughHaproxy = (): boolean => node.run('redis-cli -h 10.77.0.60 -p 6380 ping').said === 'PONG\n';

test.serial('another directory, umask, time zone and language: the same bytes', (t) => {
  const other = build('some/where else', { umask: '077', env: { TZ: 'Asia/Tokyo', LC_ALL: 'C', LANG: 'C' } });
  t.true(readFileSync(deb).equals(readFileSync(other)));
});

test.serial('lintian has nothing to say', (t) => {
  const { status, stdout } = spawnSync('lintian', ['--allow-root', '--fail-on=error,warning', deb], {
    encoding: 'utf8',
  });
  t.is(status, 0, stdout);
});

test.serial('it depends on what it needs, and is for this architecture', (t) => {
  const control = execFileSync('dpkg-deb', ['--field', deb], { encoding: 'utf8' });
  t.regex(control, /^Depends: .*nodejs \(>= 20\.19\).*\bcorosync\b.*\bpacemaker\b/m);
  t.notRegex(control, /^Architecture: all$/m);
});

test.serial('it says what it is made of: every library of its lock file, and nothing of another architecture', (t) => {
  const text = execFileSync('sh', [
    '-c',
    `dpkg-deb --fsys-tarfile ${deb} | tar -xO ./usr/share/doc/vnfha/sbom.cdx.json`,
  ]);
  const { components, serialNumber } = JSON.parse(String(text)) as {
    components: { name: string; version: string }[];
    serialNumber?: string;
  };
  const { dependencies } = JSON.parse(readFileSync(path.join(project, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const named = components.map(({ name, version }) => [name, version].join('@'));
  for (const [name, version] of Object.entries(dependencies)) t.true(named.some((each) => each.endsWith(`${name.replace(/^@.*\//, '')}@${version}`)), name); // prettier-ignore
  t.is(serialNumber, undefined);
  t.deepEqual(named.filter((each) => /koffi-(darwin|win32|linux-arm)/.test(each)), []); // prettier-ignore
});

test.serial('npm installs the command line into an empty folder, where it works by itself', (t) => {
  const folder = path.join(place, 'by-npm');
  const tarball = deb.replace(/vnfha_([^_]+)_.*$/, 'vnfha-$1.tgz');
  execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefer-offline', '--global', '--prefix', folder, tarball]); // prettier-ignore
  const vnfha = (...argv: string[]): string =>
    execFileSync(path.join(folder, 'bin/vnfha'), argv, { cwd: '/', encoding: 'utf8' });
  t.regex(vnfha('--version'), /^\d+\.\d+\.\d+\n$/);
  const example = path.join(folder, 'lib/node_modules/vnfha/usr/share/vnfha/examples/two-node.yaml');
  t.regex(vnfha('check', example), /0 errors/);
  t.regex(vnfha('generate', example), /<cib /);
  t.false(readdirSync(path.join(folder, 'lib/node_modules/vnfha/node_modules')).includes('pg'), 'it is in the bundles');
});

test.serial('it installs; nothing is enabled or started', (t) => {
  node.write('/tmp/vnfha.deb', readFileSync(deb));
  node.write('/tmp/younger.deb', readFileSync(younger));
  node.must('dpkg --ignore-depends=nodejs --install /tmp/vnfha.deb');
  for (const unit of units) t.deepEqual(properties(unit, 'UnitFileState', 'ActiveState'), ['disabled', 'inactive']);
  for (const daemon of ['bridge', 'notifier'])
    t.regex(
      node.must(`systemctl cat vnfha-${daemon}@other`),
      new RegExp(`^ExecStart=/usr/sbin/vnfha ${daemon} --vnf %i$`, 'm'),
    );
  t.regex(node.must('vnfha --version'), /^\d+\.\d+\.\d+\n$/);
  t.is(
    node.must('stat -c "%a %U" /run/vnfha /var/lib/vnfha /var/log/vnfha /etc/vnfha'),
    '755 root\n755 root\n750 root\n755 root\n',
  );
  t.is(node.must('dpkg --verify vnfha'), '');
});

test.serial('each command has its manual page, and bash completes', (t) => {
  const commands = [...node.must('vnfha --help').matchAll(/^ {2}([a-z-]+)(?: \[.*\])?(?: <.*>)? {2,}/gm)].map(
    ([, name]) => name!,
  );
  t.true(commands.length > 8, commands.join());
  for (const name of commands.filter((each) => each !== 'help'))
    t.regex(node.must(`man vnfha-${name}`), /^EXAMPLES$/m, name);
  t.regex(node.must('MANWIDTH=100 man vnfha-generate'), /--format/);
  const completed = (words: string) =>
    node.must(
      `bash --norc -c '. /usr/share/bash-completion/completions/vnfha; COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _vnfha; echo "\${COMPREPLY[@]}"'`,
    );
  t.is(completed('vnfha gen'), 'generate\n');
  t.regex(completed('vnfha generate --format ""'), /^cib pcs crm haproxy corosync/);
  t.is(completed('vnfha lab un'), 'unplug\n');
  t.is(completed('vnfha check /etc/vnf'), '/etc/vnfha\n');
});

test.serial('pcs and crm know the agents', (t) => {
  t.is(node.must('crm_resource --list-agents ocf:vnfha'), 'haproxy\nlb-member\nvip\nvnfc\nvnfc-vm\n');
  t.regex(node.must('pcs resource describe ocf:vnfha:vnfc'), /^ocf:vnfha:vnfc - /); // and no warning before it
  t.regex(node.must('crm ra info ocf:vnfha:vnfc'), /check_tcp/);
});

test.serial('the daemons run, confined as their units say, and do their work', async (t) => {
  node.write('/etc/vnfha/vnf.yaml', description);
  node.must('umask 077; echo geheim > /etc/vnfha/secret');
  node.write('/etc/corosync/corosync.conf', corosyncConf);
  node.must('systemctl start corosync pacemaker');
  await until('a DC', () => node.run('crm_mon -1').said.includes('with quorum'));
  node.must('pcs property set stonith-enabled=false');
  node.must(`systemctl enable --now ${units.join(' ')}`);
  t.regex(bridgeState(), /"node":"node1"/); // systemctl came back when it listened
  node.must('ip address add 10.77.0.60/24 dev eth0');
  const simulator = 'vnfha vnfm-sim --listen 10.77.0.1:9890 --client vnfha --secret geheim --log /tmp/vnfm.log';
  node.must(`systemd-run --unit vnfm ${simulator}`);
  const store = "name=store run='redis-server --port 6379 --protected-mode no' check_tcp=6379";
  node.must('pcs resource create solo-lb ocf:vnfha:haproxy clone');
  node.must(`pcs resource create solo-store ocf:vnfha:vnfc ${store} meta migration-threshold=1 clone`);
  node.must('pcs resource create solo-store-member ocf:vnfha:lb-member backend=solo-store lb_nodes=node1 clone');
  node.must('pcs constraint order solo-store-clone then solo-store-member-clone');
  node.must('pcs alert create path=/usr/lib/vnfha/alert');
  await until('a client is answered through HAProxy', throughHaproxy);
  for (const unit of units) t.deepEqual(properties(unit, 'ActiveState', 'NRestarts'), ['active', '0']);
});

test.serial(
  'a dead VNFC that Pacemaker may not restart is excluded, healed by the VNFM, and re-admitted',
  async (t) => {
    node.must('kill -9 $(pgrep -x redis-server)');
    await until('the VNFM is asked', () => node.run('cat /tmp/vnfm.log').said.includes('heal-accepted'));
    await until('a client is answered again', throughHaproxy);
    await until('the incident is closed', () =>
      /"kind":"closed"/.test(node.run('cat /var/lib/vnfha/notifier/incidents.jsonl').said),
    );
    t.is(properties('vnfha-bridge', 'NRestarts')[0], '0');
  },
);

/** Installs `file` over what is there, and sees that this stopped nothing. */
async function changeVersion(file: string): Promise<void> {
  const before = {
    redis: redis(),
    haproxy: node.must('pgrep -x haproxy'),
    daemons: units.map((unit) => properties(unit, 'MainPID')[0]),
  };
  node.must(`dpkg --ignore-depends=nodejs --install ${file}`);
  for (const [index, unit] of units.entries()) {
    await until(`${unit} is a new one`, () => {
      const [pid, state] = properties(unit, 'MainPID', 'ActiveState');
      return pid !== '0' && pid !== before.daemons[index] && state === 'active';
    });
  }
  // longer than the interval of every monitor, so that each agent has been called in its new version
  await until('the bridge has settled', () => /"settled":true/.test(bridgeState()));
  node.must('sleep 12');
  const after = { redis: redis(), haproxy: node.must('pgrep -x haproxy') };
  if (after.redis !== before.redis || after.haproxy !== before.haproxy) throw new Error('something was stopped');
  if (failures() !== '0') throw new Error(node.must('crm_mon -1rf'));
  if (!throughHaproxy()) throw new Error('no answer through HAProxy');
}

const bridgeState = (): string => node.run('curl -s --unix-socket /run/vnfha/bridge.sock http://bridge/state').said;

test.serial(
  'an upgrade while a VNFC runs stops nothing, restarts the daemons, and keeps what is enabled',
  async (t) => {
    node.must('systemctl disable vnfha-notifier');
    await changeVersion('/tmp/younger.deb');
    t.is(node.must('vnfha --version'), '99.0.0\n');
    t.deepEqual(units.map((unit) => properties(unit, 'UnitFileState')[0]), ['enabled', 'enabled', 'disabled']); // prettier-ignore
  },
);

test.serial('so does the way back', async (t) => {
  await changeVersion('/tmp/vnfha.deb');
  t.not(node.must('vnfha --version'), '99.0.0\n');
});

test.serial('a daemon that hangs is killed and comes back', async (t) => {
  node.must('mkdir -p /run/systemd/system/vnfha-bridge.service.d');
  node.write('/run/systemd/system/vnfha-bridge.service.d/watchdog.conf', '[Service]\nWatchdogSec=6s\n');
  node.must('systemctl daemon-reload && systemctl restart vnfha-bridge');
  const [before] = properties('vnfha-bridge', 'MainPID');
  node.must('sleep 15');
  t.deepEqual(properties('vnfha-bridge', 'MainPID'), [before!]); // it says in time that it lives
  node.must(`kill -STOP ${before}`);
  await until('another one answers', () => properties('vnfha-bridge', 'MainPID')[0] !== before && bridgeState() !== '');
  t.deepEqual(properties('vnfha-bridge', 'NRestarts'), ['1']);
  node.must('rm -r /run/systemd/system/vnfha-bridge.service.d && systemctl daemon-reload');
});

test.serial('without a cluster the daemons start all the same, and wait for it', async (t) => {
  node.must('systemctl stop pacemaker && systemctl stop corosync vnfha-bridge vnfha-notifier');
  node.must('systemctl mask --runtime corosync');
  node.must('timeout 30 systemctl start vnfha-bridge vnfha-notifier');
  for (const unit of ['vnfha-bridge', 'vnfha-notifier']) t.is(properties(unit, 'ActiveState')[0], 'active');
  node.must('systemctl unmask --runtime corosync');
  node.must('systemctl start corosync pacemaker');
  await until('a client is answered again', throughHaproxy);
});

test.serial(
  'it is not removed from under a cluster with its resources: nothing is stopped, and it says what to do',
  (t) => {
    const { code, said } = node.run('dpkg --remove vnfha');
    t.not(code, 0);
    t.regex(said, /Take the VNF out first \(vnfha remove VNF\), or stop the cluster here/);
    t.regex(said, /would fence the node/);
    for (const unit of units) t.is(properties(unit, 'ActiveState')[0], 'active');
    t.true(throughHaproxy());
  },
);

test.serial('where the cluster is stopped, it is removed, and what the operator wrote stays', (t) => {
  node.must('systemctl stop pacemaker corosync');
  node.must('dpkg --remove vnfha');
  for (const unit of units) t.deepEqual(properties(unit, 'ActiveState', 'LoadState'), ['inactive', 'not-found']);
  t.is(node.run('ls -d /usr/sbin/vnfha /usr/lib/vnfha /usr/lib/ocf/resource.d/vnfha 2>/dev/null').said, '');
  t.is(node.must('ls /etc/vnfha'), 'README\nsecret\nvnf.yaml\n');
});

test.serial('purged, nothing of it is left', (t) => {
  node.must('dpkg --purge vnfha');
  t.is(node.run('dpkg-query -W vnfha 2>/dev/null').said, '');
  t.is(node.must("find /etc /usr /var/lib /var/log /run -xdev -name '*vnfha*' -newer /tmp/vnfha.deb"), '');
});
