/**
 * Writes .lab/ (or OUT), from which `vagrant up` makes the machines: the plan of the hosts, and for each the very files that the namespace lab would put
 * on its disk (src/lab/install.ts). `npx tsx vagrant/prepare.ts [DESCRIPTION [OUT]]`, after a build.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isMap, isSeq, parseDocument } from 'yaml';
import { renderCorosyncConfig } from '../src/cib/render.ts';
import { loadTemplates } from '../src/cib/templates.ts';
import { installFiles } from '../src/lab/install.ts';
import { planLab } from '../src/lab/plan.ts';
import type { HostFile } from '../src/lab/protocol.ts';
import { readDescription } from '../src/model/load.ts';
import { formatProblem } from '../src/model/problem.ts';
import { Failure } from '../src/process/failure.ts';

const here = import.meta.dirname;
const root = path.resolve(here, '..');
const fenceKey = '/etc/cluster/fence_xvm.key';
/** Of the machine that runs the VMs, in each of the lab's networks; and of the store. */
const last = { host: 254, store: 101 };

const [description = path.join(root, 'examples/sipcore.yaml'), out = path.join(here, '.lab')] = process.argv.slice(2);
const text = forVms(readFileSync(description, 'utf8'));
const { vnf, problems } = readDescription(text, description);
if (vnf === undefined) throw new Failure('input', problems.map(formatProblem).join('\n'));
const plan = planLab(vnf);
const key: HostFile = { path: fenceKey, content: randomBytes(512).toString('base64'), base64: true, mode: 0o600 };
const files = installFiles(vnf, plan, {
  description: text,
  corosyncConf: renderCorosyncConfig(vnf, await loadTemplates()),
  seedFencing: false,
  extra: [key],
});

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { mode: 0o700 });
for (const { name, role, units } of plan.hosts) {
  const kept = files[name]!.filter((file) => file.path !== '/etc/hostname'); // Vagrant's own
  for (const file of kept) {
    const at = path.join(out, name, 'files', file.path);
    mkdirSync(path.dirname(at), { recursive: true });
    writeFileSync(at, file.base64 === true ? Buffer.from(file.content, 'base64') : file.content, { mode: 0o600 });
  }
  const line = ({ path, mode = 0o644, owner }: HostFile): string => `${mode.toString(8)} ${owner ?? 'root'} ${path}\n`;
  writeFileSync(path.join(out, name, 'manifest'), kept.map(line).join(''));
  const running = role === 'node' ? ['corosync', 'pacemaker', ...units] : [];
  writeFileSync(path.join(out, name, 'units'), running.map((unit) => `${unit}\n`).join(''));
}
const store = { name: 'store', role: 'store', nics: plan.hosts[0]!.nics.map((nic) => ({ ...nic, addresses: nic.addresses.map(({ network, address }) => ({ network, address: address.replace(/\d+\//, `${last.store}/`) })) })) }; // prettier-ignore
mkdirSync(path.join(out, 'store', 'files'), { recursive: true });
for (const empty of ['manifest', 'units']) writeFileSync(path.join(out, 'store', empty), '');
const hosts = [...plan.hosts, store].map(({ name, role, nics }) => ({
  name,
  role,
  // the store is for what the description may put there: `vagrant up store` when it does
  autostart: role !== 'store',
  memory: role === 'node' ? 768 : 512,
  nics: nics
    .flatMap(({ addresses }) => addresses)
    .map(({ network, address }) => {
      const [ip, prefix] = address.split('/') as [string, string];
      return { network, ip, netmask: netmask(Number(prefix)), hostIp: ip.replace(/\d+$/, String(last.host)) };
    }),
}));
writeFileSync(path.join(out, 'plan.json'), `${JSON.stringify({ vnf: vnf.name, hosts }, undefined, 2)}\n`);
writeFileSync(path.join(out, 'fence_xvm.key'), Buffer.from(key.content, 'base64'), { mode: 0o600 });

const built = readdirSync(path.join(root, 'dist')).find((file) => /^vnfha-.*\.tar\.gz$/.test(file));
if (built === undefined) throw new Failure('missing', 'vnfha is not built', { cure: "Run 'npm run build' first." });
copyFileSync(path.join(root, 'dist', built), path.join(out, 'vnfha.tar.gz'));
copyFileSync(process.execPath, path.join(out, 'node'));
execFileSync('tar', ['-C', out, '-czf', path.join(out, 'common.tar.gz'), 'vnfha.tar.gz', 'node']);
process.stdout.write(`prepare: ${hosts.map(({ name }) => name).join(', ')} in ${path.relative(process.cwd(), out)}\n`);

/** The description for VMs: fenced through fence_virtd, and the interfaces found by their addresses, for they are named as the box likes. */
function forVms(given: string): string {
  const document = parseDocument(given);
  const networks = document.get('networks');
  for (const network of isSeq(networks) ? networks.items : []) if (isMap(network)) network.delete('interface');
  const first = String(document.getIn(['networks', 0, 'cidr'])).replace(/\d+\/\d+$/, String(last.host));
  const parameters = { ipaddr: first, ipport: '1229', key_file: fenceKey };
  document.set('fencing', document.createNode([{ name: 'virt', agent: 'fence_virt', takes: '5s', parameters }]));
  if (process.env.VNFHA_ACCEL === 'tcg') giveTime(document);
  return document.toString({ lineWidth: 0 });
}

/** An emulated machine has a tenth of the speed, and shares its processor: what is late there is not dead. */
function giveTime(document: ReturnType<typeof parseDocument>): void {
  document.setIn(['cluster', 'token'], '15s');
  document.setIn(['cluster', 'heartbeat'], document.createNode({ interval: '1s', misses: 10 }));
  const vnfcs: unknown = document.get('vnfcs');
  for (const vnfc of isSeq(vnfcs) ? vnfcs.items : []) {
    if (!isMap(vnfc)) continue;
    for (const [field, time] of [['interval', '20s'], ['timeout', '60s']] as const) vnfc.setIn(['check', field], time); // prettier-ignore
    for (const [field, time] of [['startTimeout', '120s'], ['stopTimeout', '60s']] as const) vnfc.setIn(['program', field], time); // prettier-ignore
    if (vnfc.has('role')) vnfc.setIn(['role', 'timeout'], '60s');
    if (vnfc.has('heartbeat')) for (const [field, value] of [['interval', '2s'], ['misses', 10]] as const) vnfc.setIn(['heartbeat', field], value); // prettier-ignore
  }
}

function netmask(prefix: number): string {
  const bits = (0xffffffff << (32 - prefix)) >>> 0;
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.');
}
