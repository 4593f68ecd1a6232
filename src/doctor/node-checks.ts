/** What goes wrong on a node. Pure. */
import { besideDirectory, haproxyId, paths, remoteKey, vnfPaths, vnfUnit } from '../model/names.ts';
import { togetherProblems } from '../model/together.ts';
import type { Vnf } from '../model/vnf.ts';
import type { Facts, FileFacts } from './facts.ts';
import { error, type Finding, warning } from './finding.ts';

/** Everything that is wrong with the node that the facts were read on. */
export function nodeFindings(facts: Facts): Finding[] {
  return [
    ...description(facts),
    ...together(facts),
    ...addresses(facts),
    ...versions(facts),
    ...files(facts),
    ...vms(facts),
    ...daemons(facts),
    ...haproxy(facts),
    ...clock(facts),
  ];
}

function description({ node, description: { file, vnf, problem } }: Facts): Finding[] {
  if (vnf === undefined) return [error('description', problem ?? `${file} is wrong`, `Run 'vnfha check ${file}'.`)];
  const names = vnf.nodes.map(({ name }) => name);
  if (names.includes(node)) return [];
  const what = `this node is called '${node}', and ${file} has only ${names.join(', ')}`;
  return [error('node-name', what, "Correct the node's name in the description, or the hostname.")];
}

function together({ others, description: { vnf } }: Facts): Finding[] {
  if (vnf === undefined) return [];
  return togetherProblems([vnf, ...others]).map(({ what, cure }) => error('together', what, cure));
}

function addresses({ moves, description: { file } }: Facts): Finding[] {
  return moves.map(({ vnfc, server, described, address }) => {
    const what = `'${server}' of ${vnfc} is at ${address} since a heal, and ${file} has it at ${described}`;
    return warning('addresses', what, 'Write the address there, on every node; the bridges go by it already.');
  });
}

const needed: Readonly<Record<string, { readonly least: string; readonly where: string }>> = {
  node: { least: '20.19', where: 'Install a nodejs package of 20.19 or later.' },
  pacemaker: { least: '2.1', where: 'Take the packages of Debian 12 or later.' },
  corosync: { least: '3.0', where: 'Take the packages of Debian 12 or later.' },
  haproxy: { least: '2.4', where: 'Take the package of Debian 12 or later.' },
};

function versions(facts: Facts): Finding[] {
  return Object.entries(needed).flatMap(([name, { least, where }]) => {
    const version = facts.here.versions[name];
    if (name === 'haproxy' && !isBalancer(facts)) return [];
    if (version === undefined) return [error('versions', `${name} is not installed here`, where)];
    return isOlder(version, least) ? [error('versions', `${name} ${version} is older than ${least}`, where)] : [];
  });
}

function isOlder(version: string, least: string): boolean {
  const [have, need] = [version, least].map((text) => text.split('.').map(Number));
  const at = need!.findIndex((number, index) => (have![index] ?? 0) !== number);
  return at >= 0 && (have![at] ?? 0) < need![at]!;
}

function files({ here, description: { vnf } }: Facts): Finding[] {
  const there = (file: string): boolean => here.files.get(file) !== undefined;
  const again = 'Install the package vnfha again.';
  const missing = [paths.alertAgent, ...agentFiles(vnf)].filter((file) => here.files.has(file) && !there(file));
  const secrets = [vnf?.vnfm?.auth?.clientSecretFile, '/etc/corosync/authkey'].flatMap((file) => file ?? []);
  return [
    ...missing.map((file) =>
      error(
        'agents',
        `${file} is not there`,
        file.startsWith('/usr/lib/') ? again : 'Install the package that has it.',
      ),
    ),
    ...secrets.flatMap((file) => secret(file, here.files)),
    ...(vnf === undefined || vnf.guests.length === 0 ? [] : guestsKey(here.files.get(remoteKey))),
    ...writable(here.files),
  ];
}

/** A host of VMs needs what starts them; that a guest is well only its start shows. */
function vms({ node, here, description: { vnf } }: Facts): Finding[] {
  const wanted = vmFiles(vnf, node);
  if (wanted.length === 0) return [];
  const virsh = here.versions['virsh'];
  return [
    ...(virsh === undefined
      ? [error('vms', 'this node is to run VMs, and virsh is not installed here', "Install libvirt's daemon and clients, and QEMU.")]
      : []),
    ...wanted
      .filter((file) => here.files.has(file) && here.files.get(file) === undefined)
      .map((file) => error('vms', `${file}, the XML of a VM, is not there`, 'Copy it to every node of the VNFC.')),
  ];
} // prettier-ignore

/** The XMLs of the VMs that may run on `node`. */
export const vmFiles = (vnf: Vnf | undefined, node: string): string[] =>
  [...(vnf?.guests ?? []).map((guest) => ({ hosts: guest.hosts, vms: [guest] })), ...(vnf?.vnfcs ?? [])].flatMap(
    (vms) => ('vms' in vms && vms.hosts.includes(node) ? vms.vms.map(({ config }) => config) : []),
  );

/** The agents that the description needs on this node. */
export function agentFiles(vnf: Vnf | undefined): string[] {
  const ours = ['vnfc', 'vnfc-vm', 'lb-member', 'haproxy', 'vip'].map(
    (name) => `/usr/lib/ocf/resource.d/vnfha/${name}`,
  );
  return [...ours, ...(vnf?.fencing ?? []).map(({ agent }) => `/usr/sbin/${agent}`)];
}

function secret(file: string, known: Facts['here']['files']): Finding[] {
  const found = known.get(file);
  if (!known.has(file)) return [];
  if (found === undefined) {
    // a cluster without encryption has no key
    return file.endsWith('authkey') ? [] : [error('secrets', `${file} is not there`, 'Copy it to every node.')];
  }
  const open = (found.mode & 0o077) !== 0 || found.uid !== 0;
  return open
    ? [error('secrets', `${file} can be read by others than root`, `Run 'chown root ${file} && chmod 0600 ${file}'.`)]
    : [];
}

/** What guests and nodes know each other by; Pacemaker reads it as hacluster. */
function guestsKey(found: FileFacts | undefined): Finding[] {
  const right = `Run 'chown root:haclient ${remoteKey} && chmod 0640 ${remoteKey}'.`;
  if (found === undefined) {
    const cure = `Make one (docs/install.md), the same on every node and in every guest. ${right}`;
    return [error('guests', `${remoteKey} is not there: Pacemaker can't speak to the guests`, cure)];
  }
  if ((found.mode & 0o440) !== 0o440) return [error('guests', `${remoteKey} can't be read by Pacemaker`, right)];
  return (found.mode & 0o037) === 0 ? [] : [error('secrets', `${remoteKey} is open to others than haclient`, right)];
}

/** Who may write here may make us do what they like. */
function writable(known: Facts['here']['files']): Finding[] {
  return ['/etc/vnfha', besideDirectory, '/run/vnfha', '/var/lib/vnfha', paths.description].flatMap((file) => {
    const found = known.get(file);
    if (found === undefined || ((found.mode & 0o022) === 0 && found.uid === 0)) return [];
    const what = `${file} can be written by others than root`;
    return [error('permissions', what, `Run 'chown root:root ${file} && chmod go-w ${file}'.`)];
  });
}

/** Elsewhere than on the load balancer's nodes a bridge idles, and doesn't listen. */
function daemons(facts: Facts): Finding[] {
  const { vnf } = facts.description;
  if (facts.here.bridgeAnswers || vnf === undefined || !isBalancer(facts)) return [];
  const unit = vnfUnit('bridge', vnf);
  const what = `the bridge does not run on this node: nothing answers at ${vnfPaths(vnf).bridgeSocket}`;
  return [error('daemons', what, `Run 'systemctl enable --now ${unit}', and look at 'journalctl -u ${unit}'.`)];
}

function isBalancer({ node, description: { vnf } }: Facts): boolean {
  return vnf?.loadBalancer?.nodes.includes(node) ?? false;
}

function haproxy(facts: Facts): Finding[] {
  const { vnf } = facts.description;
  if (vnf === undefined || !isBalancer(facts)) return [];
  const { haproxyConfig, haproxyServiceEnabled, haproxyAnswers } = facts.here;
  const socket = vnfPaths(vnf).haproxySocket;
  const sockets = haproxyConfig === undefined || haproxyConfig.includes(`stats socket ${socket}`);
  return [
    ...(sockets
      ? []
      : [
          error(
            'haproxy',
            `the haproxy.cfg in ${paths.localTemplates} has no 'stats socket ${socket}': nothing could be excluded`,
            "Take the line over from the shipped template, in 'global'.",
          ),
        ]),
    ...(haproxyServiceEnabled
      ? [
          warning(
            'haproxy',
            "the distribution's own haproxy.service is enabled: at boot it would start an HAProxy beside Pacemaker's",
            "Run 'systemctl disable --now haproxy'.",
          ),
        ]
      : []),
    ...(haproxyAnswers || !runsHere(facts, vnf)
      ? []
      : [
          error(
            'haproxy',
            `Pacemaker says that HAProxy runs here, and nothing answers at ${socket}`,
            "Look at /var/log/vnfha, then run 'crm_resource --restart' for it.",
          ),
        ]),
  ];
}

const runsHere = ({ node, cluster }: Facts, { name, loadBalancer }: Vnf): boolean =>
  cluster?.status.resources.some(
    ({ id, active, nodes }) => id === haproxyId(name, loadBalancer?.name ?? '') && active && nodes.includes(node),
  ) ?? false;

function clock({ here }: Facts): Finding[] {
  if (here.clockSynchronised !== false) return [];
  const what = 'the clock of this node is not synchronised: times in logs and incidents, and certificates, go wrong';
  return [warning('clock', what, 'Install chrony, or systemd-timesyncd.')];
}
