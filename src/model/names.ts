/**
 * What things are called in the CIB, in HAProxy and on disk. One place, so that generator, agents, bridge and notifier agree.
 * Every id begins with the VNF's name, so that the CIB holds several VNFs side by side. Files, sockets and groups are the node's; a VNF
 * that runs beside another one (`beside`) has its own.
 */
import type { LoadBalancer, Vip, Vnf, Vnfc } from './vnf.ts';

/** The primitive of a VNFC. */
export const resourceId = (vnf: string, vnfc: string): string => `${vnf}-${vnfc}`;
/** The clone around a primitive. */
export const cloneId = (resource: string): string => `${resource}-clone`;
/** The address that follows an active instance, or the load balancer. */
export const vipId = (vnf: string, owner: string): string => `${vnf}-${owner}-vip`;
/** The addresses of a load balancer, in the order of the description. */
export const lbVips = (vnf: string, { name, vips }: Pick<LoadBalancer, 'name' | 'vips'>): { id: string; vip: Vip }[] =>
  vips.map((vip, at) => ({ id: lbVipId(vnf, name, at), vip }));
export const lbVipId = (vnf: string, lb: string, at: number): string => `${vipId(vnf, lb)}${at === 0 ? '' : at + 1}`;
/** The constraint that keeps the addresses of a load balancer apart. */
export const apartId = (vnf: string, lb: string): string => `${vipId(vnf, lb)}s-apart`;
/** The file system with the state of a VNFC, mounted where it is active. */
export const mountId = (vnf: string, vnfc: string): string => `${vnf}-${vnfc}-mount`;
/** The primitive that stands for an instance's place in the load balancer. */
export const memberId = (vnf: string, vnfc: string): string => `${vnf}-${vnfc}-member`;
/** The primitive of a VM, and the one that stands for its place in the load balancer. */
export const vmId = (vnf: string, vnfc: string, vm: string): string => resourceId(vnf, `${vnfc}-${vm}`);
export const vmMemberId = (vnf: string, vnfc: string, vm: string): string => memberId(vnf, `${vnfc}-${vm}`);
/** The constraint that keeps the VMs of a VNFC apart. */
export const spreadId = (vnf: string, vnfc: string): string => `${resourceId(vnf, vnfc)}-spread`;
/** The primitive of a guest's VM. Its name as a node is the guest's own. */
export const guestId = (vnf: string, guest: string): string => `${vnf}-guest-${guest}`;
/** The primitive that says of each guest that it is up, and the node attribute by which it does. */
export const guestsUpId = (vnf: string): string => `${vnf}-guests-up`;
/** The constraint that keeps the guests of a VNFC apart. */
export const guestsApartId = (vnf: string, vnfc: string): string => `${resourceId(vnf, vnfc)}-guests-apart`;
/** The primitive of HAProxy. */
export const haproxyId = (vnf: string, lb: string): string => `${vnf}-${lb}`;
/** The stonith resource of a fence device. */
export const fenceId = (vnf: string, device: string): string => `${vnf}-fence-${device}`;
/** The alert that wakes the bridges. */
export const alertId = (vnf: string): string => `${vnf}-alert`;
/** The Pacemaker tag that lists what a description owns in the CIB. */
export const ownerTag = (vnf: string): string => `vnfha-${vnf}`;

/** HAProxy's backend of an active/active VNFC; its servers are called as their nodes, or as their VMs. */
export const backendName = (vnf: string, vnfc: string): string => `${vnf}-${vnfc}`;

/** Whether a backend is of a VNFC that the load balancer manages by itself. */
export const isManaged = ({ name, loadBalancer }: Vnf, backend: string): boolean =>
  loadBalancer?.manages.some((managed) => backendName(name, managed.name) === backend) ?? false;

/** The backends of the VNFCs that the load balancer manages by itself. */
export const managedBackends = ({ name, loadBalancer }: Vnf): string[] =>
  (loadBalancer?.manages ?? []).map((managed) => backendName(name, managed.name));

/** The addresses that a VNFC has besides its nodes'. */
export function ownAddresses(vnfc: Vnfc): readonly string[] {
  switch (vnfc.redundancy) {
    case 'active-standby':
      return [vnfc.vip.ip];
    case 'active-active':
      return [];
    case 'active-active-vms':
      return vnfc.vms.map(({ address }) => address);
  }
}

/** A server of a backend: the instance of a VNFC on a node, or a VM. */
export interface ServerPlace {
  readonly backend: string;
  readonly server: string;
  readonly vnfc: string;
  /** Undefined: it is a VM, wherever the cluster runs that. */
  readonly node: string | undefined;
  readonly address: string;
  readonly port: number;
  /** The ids of the primitive of the instance or VM, and of its lb-member's. */
  readonly vnfcResource: string;
  readonly memberResource: string;
}

/** Every place in the load balancer that the cluster has, in the order of the description. */
export function serverPlaces(vnf: Vnf): ServerPlace[] {
  const addresses = new Map(vnf.nodes.map((node) => [node.name, node.addresses]));
  return vnf.vnfcs.flatMap((vnfc) => placesOf(vnf.name, vnfc, addresses));
}

function placesOf(vnf: string, vnfc: Vnfc, addresses: ReadonlyMap<string, Readonly<Record<string, string>>>): ServerPlace[] {
  const backend = backendName(vnf, vnfc.name);
  switch (vnfc.redundancy) {
    case 'active-standby':
      return [];
    case 'active-active': {
      const { network, port } = vnfc.service;
      const common = { backend, vnfc: vnfc.name, port, vnfcResource: resourceId(vnf, vnfc.name), memberResource: memberId(vnf, vnfc.name) }; // prettier-ignore
      return vnfc.nodes.map((node) => ({ ...common, server: node, node, address: addresses.get(node)![network]! }));
    }
    case 'active-active-vms':
      return vnfc.vms.map(({ name: server, address }) => ({
        ...{ backend, server, vnfc: vnfc.name, node: undefined, address, port: vnfc.service.port },
        vnfcResource: vmId(vnf, vnfc.name, server),
        memberResource: vmMemberId(vnf, vnfc.name, server),
      }));
  }
} // prettier-ignore

/** The key that a cluster's nodes and its guests share, and the port of pacemaker_remote. */
export const remoteKey = '/etc/pacemaker/authkey';
export const remotePort = 3121;

/** Files and sockets of a node; an operator finds the same in docs/install.md. */
export const paths = {
  description: '/etc/vnfha/vnf.yaml',
  /** Templates here go before the shipped ones of the same name. */
  localTemplates: '/etc/vnfha/templates',
  haproxyConfig: '/var/lib/vnfha/haproxy.cfg',
  /** What HAProxy's checks said last of the servers that it manages; a file for each backend. */
  haproxyStates: '/var/lib/vnfha/haproxy-states',
  haproxySocket: '/run/vnfha/haproxy.sock',
  haproxyMaster: '/run/vnfha/haproxy-master.sock',
  bridgeSocket: '/run/vnfha/bridge.sock',
  incidentJournal: '/var/lib/vnfha/notifier/incidents.jsonl',
  agentState: '/run/vnfha/agents',
  /** What the supervisor saw of each instance, for the agents' recurring monitors: see docs/supervisor.md. */
  sights: '/run/vnfha/sights',
  /** Main processes that the supervisor saw end, with all that came of them: see docs/supervisor.md. */
  gone: '/run/vnfha/gone',
  supervisorLock: '/run/vnfha/supervisor.lock',
  /** What the alert agent left for the supervisor, and the sign that one is there; as in agents/alert.sh. */
  alerts: '/run/vnfha/alerts',
  supervisorPid: '/run/vnfha/supervisor.pid',
  /** Which recurring monitors may answer by these: see src/ocf/fast-path.ts. */
  passes: '/run/vnfha/passes',
  alertAgent: '/usr/lib/vnfha/alert',
} as const;

/** Whose files, sockets and groups: those of the node's VNF, or those of one beside it. */
export type Whose = Pick<Vnf, 'name' | 'beside'>;

/** The descriptions of the VNFs that run beside the node's. */
export const besideDirectory = '/etc/vnfha/vnf.d';

/** What each VNF of a node has for itself. */
export interface VnfPaths {
  readonly description: string;
  readonly haproxyConfig: string;
  /** What HAProxy's checks said last of the servers that it manages; a file for each backend. */
  readonly haproxyStates: string;
  readonly haproxySocket: string;
  /** HAProxy's master's. */
  readonly haproxyMaster: string;
  readonly bridgeSocket: string;
  readonly incidentJournal: string;
}

export const vnfPaths = ({ name, beside }: Whose): VnfPaths =>
  beside
    ? {
        description: `${besideDirectory}/${name}.yaml`,
        haproxyConfig: `/var/lib/vnfha/vnf/${name}/haproxy.cfg`,
        haproxyStates: `/var/lib/vnfha/vnf/${name}/haproxy-states`,
        haproxySocket: `/run/vnfha/vnf/${name}/haproxy.sock`,
        haproxyMaster: `/run/vnfha/vnf/${name}/haproxy-master.sock`,
        bridgeSocket: `/run/vnfha/vnf/${name}/bridge.sock`,
        incidentJournal: `/var/lib/vnfha/vnf/${name}/notifier/incidents.jsonl`,
      }
    : paths;

/** What the members of the bridges' group call a VNF when they ask its bridges: nothing, the node's. */
export const askedName = ({ name, beside }: Whose): string | undefined => (beside ? name : undefined);

/** The systemd unit of a VNF's bridge or notifier. */
export const vnfUnit = (daemon: 'bridge' | 'notifier', { name, beside }: Whose): string =>
  beside ? `vnfha-${daemon}@${name}` : `vnfha-${daemon}`;

/** What the sidecars of a VNFC are called on a node and among each other. A description's names have no dot. */
export const syncName = ({ name, beside }: Whose, vnfc: string): string => (beside ? `${name}.${vnfc}` : vnfc);

/** Where the sidecar of a VNFC is met, and what it must not forget: docs/sync.md. */
export const syncPaths = (vnf: Whose, vnfc: string) => ({
  socket: `/run/vnfha/sync/${syncName(vnf, vnfc)}.sock`,
  control: `/run/vnfha/sync/${syncName(vnf, vnfc)}.control`,
  epochFile: `/var/lib/vnfha/sync/${syncName(vnf, vnfc)}.epoch`,
});

/** What the description leaves out of `sync`. */
export const syncDefaults = {
  port: 7410,
  ca: '/etc/vnfha/sync/ca.pem',
  certificate: '/etc/vnfha/sync/node.pem',
  key: '/etc/vnfha/sync/node.key',
} as const;

/** The systemd unit of a VNFC's sidecar. */
export const syncUnit = (vnf: Whose, vnfc: string): string => `vnfha-sync@${syncName(vnf, vnfc)}`;

/** CPG group of bridges, supervisors, lb-member agents and alert agents. */
export const bridgeGroup = 'vnfha';
/** CPG group of a VNF's notifiers. */
export const notifierGroup = ({ name, beside }: Whose): string =>
  beside ? `vnfha-notifier@${name}` : 'vnfha-notifier';

/** The load balancer's nodes, or none. */
export const lbNodes = (lb: LoadBalancer | undefined): readonly string[] => lb?.nodes ?? [];
