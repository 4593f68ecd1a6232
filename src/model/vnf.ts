/**
 * The VNF as the rest of the code sees it: the description with every default filled in, every reference resolved and every
 * time in milliseconds. Made by normalise.ts only.
 */
import type { HealRules } from './heals.ts';

export interface Vnf {
  readonly name: string;
  /** Another VNF has the node's own files, sockets and groups. */
  readonly beside: boolean;
  readonly instanceId: string | undefined;
  readonly networks: readonly Network[];
  /** Of the cluster: members of Corosync. */
  readonly nodes: readonly ClusterNode[];
  /** VMs on them that VNFCs run in, by pacemaker_remote: nodes for Pacemaker, no members of Corosync. */
  readonly guests: readonly Guest[];
  readonly cluster: {
    readonly name: string;
    readonly links: readonly string[];
    readonly tokenMs: number;
    readonly consensusMs: number;
    /** From every node to those of the load balancer, by UDP. */
    readonly heartbeat: { readonly intervalMs: number; readonly misses: number; readonly port: number };
  };
  /** What was asked for; undefined: nothing. */
  readonly recovery: RecoveryTarget | undefined;
  /** Gratuitous ARPs where a VIP comes up. */
  readonly arp: { readonly count: number; readonly intervalMs: number };
  readonly fencing: readonly FenceDevice[];
  readonly vnfcs: readonly Vnfc[];
  readonly loadBalancer: LoadBalancer | undefined;
  readonly vnfm: Vnfm | undefined;
}

export interface Network {
  readonly name: string;
  readonly cidr: string;
  readonly interface: string | undefined;
}

export interface ClusterNode {
  readonly name: string;
  readonly id: number;
  /** network name -> address; in the order of Vnf.networks */
  readonly addresses: Readonly<Record<string, string>>;
}

export interface Guest {
  readonly name: string;
  /** network name -> address; in the order of Vnf.networks. Pacemaker speaks to it at the first. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly domain: string;
  /** The file with its domain's XML. */
  readonly config: string;
  /** The nodes that may run it. */
  readonly hosts: readonly string[];
  readonly ownerFile: string | undefined;
  readonly startTimeoutMs: number;
  readonly stopTimeoutMs: number;
}

interface FenceDevice {
  readonly name: string;
  readonly agent: string;
  readonly nodes: readonly string[];
  /** How long it takes until a node is known to be off. */
  readonly takesMs: number;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Within these times, at worst, a failure is to be noticed, and the service to be there again. */
export interface RecoveryTarget {
  readonly detectMs: number;
  readonly recoverMs: number;
  /** What an operator calls it, as 'SAL1'. */
  readonly name: string;
}

/** An address with its prefix length, and the interface it goes on where the description says. */
export interface Vip {
  readonly ip: string;
  readonly prefix: number;
  readonly interface: string | undefined;
}

interface VnfcBase {
  readonly name: string;
  readonly vdu: string | undefined;
  readonly recovery: Recovery;
}

/** Its instances run on nodes of the cluster, or in guests, one on each. */
interface NodesVnfcBase extends VnfcBase {
  readonly nodes: readonly string[];
  readonly instances: number;
  readonly program: Program;
  readonly check: Check;
  /** Undefined: a hang is found by the check. */
  readonly heartbeat: Heartbeat | undefined;
  readonly vnfcInstanceIds: Readonly<Record<string, string>>;
}

export interface ActiveStandbyVnfc extends NodesVnfcBase {
  readonly redundancy: 'active-standby';
  readonly vip: Vip;
  /** Who puts the VIP where it belongs: scheme A1, and the two ways of A2. */
  readonly vipBy: 'cluster' | 'vnfc' | 'election';
  /** Undefined: by an election nobody is told a role. */
  readonly role: Role | undefined;
  /** Undefined: it has its state on the standby by its own means. */
  readonly sync: Sync | undefined;
}

export interface ActiveActiveVnfc extends NodesVnfcBase {
  readonly redundancy: 'active-active';
  readonly service: Service;
}

/** Scheme B3: active/active, each instance a VM, which the cluster runs on any of `hosts`. */
export interface VmsVnfc extends VnfcBase {
  readonly redundancy: 'active-active-vms';
  readonly hosts: readonly string[];
  readonly vms: readonly Vm[];
  readonly service: Balanced;
  readonly check: Pick<Check, 'intervalMs' | 'timeoutMs'>;
  readonly guestAgent: boolean;
  readonly migrate: { readonly uri: string | undefined; readonly address: string | undefined } | undefined;
  readonly startTimeoutMs: number;
  readonly stopTimeoutMs: number;
}

export interface Vm {
  readonly name: string;
  readonly domain: string;
  readonly address: string;
  /** The file with its domain's XML. */
  readonly config: string;
  readonly ownerFile: string | undefined;
  readonly vnfcInstanceId: string | undefined;
  /** At its own address. */
  readonly check: {
    /** HOST:PORT */
    readonly tcp: string | undefined;
    readonly http: string | undefined;
    readonly command: Argv | undefined;
  };
}

/** Whose instances run on nodes of the cluster. */
export type NodesVnfc = ActiveStandbyVnfc | ActiveActiveVnfc;
export type Vnfc = NodesVnfc | VmsVnfc;

/** The guests that a VNFC may run in. */
export const guestsOf = ({ guests }: Vnf, { nodes }: Pick<NodesVnfc, 'nodes'>): readonly Guest[] =>
  guests.filter(({ name }) => nodes.includes(name));

/** Commands are argument vectors: nothing is ever given to a shell. */
export type Argv = readonly string[];

interface Program {
  readonly run: Argv | undefined;
  readonly start: Argv | undefined;
  readonly stop: Argv | undefined;
  readonly user: string | undefined;
  readonly startTimeoutMs: number;
  readonly stopTimeoutMs: number;
}

interface Check {
  readonly tcp: number | undefined;
  readonly http: string | undefined;
  readonly command: Argv | undefined;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** Has either `http` or `tcp`; `send` and `expect` belong to `tcp`. */
export interface Heartbeat {
  readonly intervalMs: number;
  readonly misses: number;
  readonly http: string | undefined;
  readonly tcp: number | undefined;
  readonly send: string | undefined;
  /** How the answer begins. */
  readonly expect: string | undefined;
}

interface Role {
  readonly promote: Argv;
  readonly demote: Argv;
  readonly query: Argv | undefined;
  readonly timeoutMs: number;
}

/** How the standby has the state: docs/sync.md. */
export interface Sync {
  readonly channel: SyncChannel;
  readonly unsure: 'wait' | 'promote';
}

/** One case for each channel of src/sync, and one of a VNFC that needs none. */
export type SyncChannel =
  | {
      readonly type: 'direct';
      readonly network: string;
      readonly port: number;
      readonly ca: string;
      readonly certificate: string;
      readonly key: string;
    }
  | { readonly type: 'messages' }
  | { readonly type: 'shared-storage'; readonly folder: string; readonly mount?: Mount }
  | (Store & { readonly type: 'checkpoint-redis'; readonly user?: string })
  | (Store & { readonly type: 'checkpoint-postgresql'; readonly user: string; readonly database: string })
  /** By its own means: it only says how far it is, and how far behind is too far. */
  | { readonly type: 'own'; readonly standing: Argv; readonly lag: number };

/** Whether a sidecar carries its state on `node`. */
export const hasSidecar = (vnfc: Vnfc, node: string): vnfc is ActiveStandbyVnfc =>
  vnfc.redundancy === 'active-standby' &&
  vnfc.sync !== undefined &&
  vnfc.sync.channel.type !== 'own' &&
  vnfc.nodes.includes(node);

/** A file system that the cluster mounts where the VNFC is active. */
export interface Mount {
  readonly device: string;
  readonly directory: string;
  readonly fstype: string;
  readonly options?: string;
}

/** A store of checkpoints; passwords and keys are in files. */
interface Store {
  /** HOST:PORT, or the path of a unix socket. */
  readonly address: string;
  readonly passwordFile?: string;
  readonly tls?: {
    readonly ca: string;
    readonly certificate?: string;
    readonly key?: string;
    readonly serverName?: string;
  };
}

interface Recovery {
  readonly restarts: number;
  readonly withinMs: number;
  readonly heal: boolean;
  /** The wider fault zone, before the VNFM. */
  readonly escalate: 'node' | undefined;
}

/** What HAProxy is told of a service. */
export interface Balanced {
  readonly port: number;
  readonly frontend: number;
  readonly mode: 'http' | 'tcp';
  readonly balance: 'roundrobin' | 'leastconn' | 'source';
  readonly check: {
    readonly http: string | undefined;
    readonly interMs: number;
    readonly fall: number;
    readonly rise: number;
    /** How long HAProxy's check waits for an answer on a connection that it has. */
    readonly answerMs: number;
  };
}

interface Service extends Balanced {
  /** The network on which the load balancer reaches the instances. */
  readonly network: string;
}

export interface LoadBalancer {
  readonly name: string;
  readonly nodes: readonly string[];
  /** Each on one of its nodes; several: on different ones as long as there are enough. */
  readonly vips: readonly [Vip, ...Vip[]];
  /** Scheme B2: those that it manages without the cluster. */
  readonly manages: readonly ManagedVnfc[];
}

/** A VNFC whose only manager is the load balancer: HAProxy's checks are its heartbeat. */
export interface ManagedVnfc {
  readonly name: string;
  readonly vdu: string | undefined;
  readonly servers: readonly ManagedServer[];
  readonly service: Balanced & { readonly slowStartMs: number };
  readonly heal: boolean;
}

interface ManagedServer {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** The active/standby VNFC whose VIP the address is: the cluster recovers it. */
  readonly pair: string | undefined;
  readonly vnfcInstanceId: string | undefined;
}

export interface Vnfm {
  readonly type: 'sol' | 'webhook';
  readonly url: string;
  readonly alarms: string | undefined;
  readonly ca: string | undefined;
  readonly auth:
    { readonly tokenUrl: string; readonly clientId: string; readonly clientSecretFile: string } | undefined;
  readonly heals: HealRules;
}
