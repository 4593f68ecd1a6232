/**
 * What an operator (or his installer) would put on a node before it starts for the first time. Pure, but for the key.
 */
import { randomBytes } from 'node:crypto';
import { paths, remoteKey, vnfPaths } from '../model/names.ts';
import type { Vnf } from '../model/vnf.ts';
import { fenceAgent } from './description.ts';
import type { LabPlan } from './plan.ts';
import type { HostFile } from './protocol.ts';

/** The client secret that a lab's nodes have for the VNFM, where the description names a file for it. */
const labClientSecret = 'vnfha-lab';

/** A description as the nodes get it. */
export interface LabDescription {
  readonly text: string;
  readonly vnf: Vnf;
}

interface InstallOptions {
  /** The description's text, as it goes to the nodes. */
  readonly description: string;
  /** Of VNFs that run beside it. */
  readonly beside?: readonly LabDescription[];
  readonly corosyncConf: string;
  /** Seed the CIB with the fence device, for a cluster that no description is applied to. */
  readonly seedFencing: boolean;
  /** Of its VMs, for the nodes that may run them; default: none. */
  readonly onHypervisors?: readonly HostFile[];
  readonly extra: readonly HostFile[];
}

/** The files of each host's blank disk, by host name. */
export function installFiles(vnf: Vnf, plan: LabPlan, options: InstallOptions): Record<string, HostFile[]> {
  const hosts: HostFile = { path: '/etc/hosts', content: hostsFile(plan) };
  const beside = options.beside ?? [];
  const secrets = new Set(
    [vnf, ...beside.map((one) => one.vnf)].flatMap(({ vnfm }) => vnfm?.auth?.clientSecretFile ?? []),
  );
  const onNodes: HostFile[] = [
    { path: '/etc/corosync/corosync.conf', content: options.corosyncConf },
    {
      path: '/var/lib/pacemaker/cib/cib.xml',
      content: seedCib(vnf, options.seedFencing),
      mode: 0o600,
      owner: 'hacluster',
    },
    { path: paths.description, content: options.description },
    ...beside.map((one) => ({ path: vnfPaths(one.vnf).description, content: one.text })),
    ...(wantsKey(options.corosyncConf) ? [authkey()] : []),
    ...(vnf.guests.length > 0 ? [guestsKey()] : []),
    ...[...secrets].map((secret) => ({ path: secret, content: `${labClientSecret}\n`, mode: 0o600 })),
    ...options.extra,
  ];
  return Object.fromEntries(
    plan.hosts.map((host) => [
      host.name,
      [
        hosts,
        { path: '/etc/hostname', content: `${host.name}\n` },
        ...(host.role === 'node' ? onNodes : []),
        ...(host.hypervisor ? (options.onHypervisors ?? []) : []),
      ],
    ]),
  );
}

function hostsFile(plan: LabPlan): string {
  const lines = plan.hosts.flatMap((host) =>
    host.nics
      .flatMap(({ addresses }) => addresses)
      .slice(0, 1)
      .map(({ address }) => `${address.split('/')[0]} ${host.name}`),
  );
  return ['127.0.0.1 localhost', '::1 localhost', ...lines, ''].join('\n');
}

const wantsKey = (conf: string): boolean =>
  /^\s*secauth\s*:\s*on\b/m.test(conf) || /^\s*crypto_(cipher|hash)\s*:\s*(?!none\b)\S/m.test(conf);

const authkey = (): HostFile => ({
  path: '/etc/corosync/authkey',
  content: randomBytes(256).toString('base64'),
  base64: true,
  mode: 0o400,
});

/** Pacemaker reads it as hacluster. */
const guestsKey = (): HostFile => ({
  path: remoteKey,
  content: randomBytes(256).toString('base64'),
  base64: true,
  mode: 0o640,
  owner: 'hacluster',
});

/** A blank cluster waits dc-deadtime (20 s by default) for a DC to show up before it elects one. */
function seedCib(vnf: Vnf, fencing: boolean): string {
  const device = `<primitive id="lab-fencing" class="stonith" type="${fenceAgent}"/>`;
  return `<?xml version="1.0"?>
<cib validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0">
  <configuration>
    <crm_config>
      <cluster_property_set id="cib-bootstrap-options">
        <nvpair id="cib-bootstrap-options-dc-deadtime" name="dc-deadtime" value="1s"/>
      </cluster_property_set>
    </crm_config>
    <nodes>
${vnf.nodes.map((node) => `      <node id="${node.id}" uname="${node.name}"/>`).join('\n')}
    </nodes>
    <resources>${fencing ? device : ''}</resources>
    <constraints/>
  </configuration>
  <status/>
</cib>
`;
}
