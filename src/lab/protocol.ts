/**
 * What the lab's processes say to each other. `Lab` starts the world and writes a WorldConfig on its stdin; the world starts
 * every host (node or client) and writes a HostConfig on its stdin. Everything is one JSON value a line.
 *
 * The world's stdin is also its lifeline: when it ends before `detach` was written to it, the owner is gone, and the world ends.
 */

/** One switch of the lab, with the networks that are on its wires. */
export interface Switch {
  readonly networks: readonly string[];
  readonly bridge: string;
}

/** A host's network interface and the cable from it to a switch. */
export interface Nic {
  readonly networks: readonly string[];
  readonly bridge: string;
  /** The name of the cable's end in the host. */
  readonly cable: string;
  /** The interface's name in the host: the cable's end, or of a hypervisor a bridge with that in it. */
  readonly name: string;
  readonly mac: string;
  /** With their prefix lengths; a hypervisor may have none on a wire of its VMs. */
  readonly addresses: readonly { readonly network: string; readonly address: string }[];
  /** The interface's name at the switch. */
  readonly port: string;
}

export interface LabHost {
  readonly name: string;
  readonly role: 'node' | 'client';
  readonly nics: readonly Nic[];
  /** Whether it runs VMs: it has a libvirtd, and bridges. */
  readonly hypervisor: boolean;
  /** The units of the artefact that are enabled here. */
  readonly units: readonly string[];
}

/** A file that is put on a host's blank disk. */
export interface HostFile {
  readonly path: string;
  readonly content: string;
  /** Octal; default 0644. */
  readonly mode?: number;
  /** Default root. */
  readonly owner?: 'hacluster';
  readonly base64?: boolean;
}

/** A file of this machine that each host has. */
export interface HostCopy {
  readonly from: string;
  readonly to: string;
}

export interface WorldConfig {
  readonly name: string;
  /** The state directory on the real machine: the world makes it, and removes it when it ends by itself. */
  readonly directory: string;
  /** The tree that the hosts are installed from, or undefined when it is installed on this machine. */
  readonly artefact: string | undefined;
  readonly description: string;
  readonly switches: readonly Switch[];
  readonly hosts: readonly LabHost[];
  /** By host name. */
  readonly files: Readonly<Record<string, readonly HostFile[]>>;
  /** Of this machine, to be on every host's disk: for what boots VMs, which is large. */
  readonly copies: readonly HostCopy[];
  /** Directories that the hypervisors share, as the disks of VMs are. */
  readonly shared: readonly string[];
  /** Milliseconds from a fencing to the power being on again. */
  readonly bootDelayMs: number;
}

/** What the world says to its owner while it comes up. */
export type WorldEvent =
  | { readonly event: 'progress'; readonly text: string }
  | { readonly event: 'up' }
  | { readonly event: 'failed'; readonly message: string };

export interface HostConfig {
  readonly host: LabHost;
  /** Mount point, then overlay layers, as the world sees them. */
  readonly root: string;
  readonly lower: readonly string[];
  readonly upper: string;
  readonly work: string;
  readonly fenceSocket: string | undefined;
  /** Directories that the hypervisors share: where it is there, and as the world sees it. */
  readonly shared: readonly { readonly path: string; readonly from: string }[];
  /** Put on the disk before anything starts; empty unless the disk is blank. */
  readonly install: readonly HostFile[] | undefined;
}

export type ServiceAction = 'start' | 'stop' | 'kill';

/** What the world asks of a host's init. */
export type HostRequest =
  | { readonly id: number; readonly do: 'halt' }
  | { readonly id: number; readonly do: 'service'; readonly service: string; readonly action: ServiceAction };

/** What a host's init says: first `hello` (its namespaces exist), then `booted`, then its answers. */
export type HostEvent =
  | { readonly event: 'hello' }
  | { readonly event: 'booted' }
  | { readonly event: 'answer'; readonly id: number; readonly error?: string };

/** What is asked of the world on its socket; one request a connection. */
export type LabRequest =
  | { readonly do: 'status' }
  | { readonly do: 'fenceLog' }
  | { readonly do: 'boot' | 'kill' | 'halt'; readonly host: string }
  | { readonly do: 'plug' | 'unplug'; readonly host: string; readonly network: string | undefined }
  | { readonly do: 'service'; readonly host: string; readonly service: string; readonly action: ServiceAction };

export type LabReply<T = unknown> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

/** A host as the world has it. */
export interface HostStatus {
  readonly name: string;
  readonly role: 'node' | 'client';
  readonly power: 'on' | 'off' | 'booting' | 'halting';
  /** Networks whose cable is pulled. */
  readonly unplugged: readonly string[];
  readonly addresses: Readonly<Record<string, string>>;
  /** Identifies its pid namespace: how its processes are found from outside the lab. */
  readonly pidNamespace: string | undefined;
}

export interface WorldStatus {
  readonly name: string;
  readonly description: string;
  readonly hosts: readonly HostStatus[];
}

/** One request to the power switch. */
export interface Fencing {
  /** Microseconds since the epoch, when the request came. */
  readonly at: number;
  readonly action: 'on' | 'off' | 'reboot';
  readonly node: string;
  /** The node that asked. */
  readonly from: string;
  /** Microseconds until the node was gone (or on), and the answer given. */
  readonly took: number;
  readonly result: string;
}

/** What identifies a running world on this machine; in its state directory. */
export interface WorldIdentity {
  readonly pidNamespace: string;
  /** Start time of its init in clock ticks since boot: namespace numbers are used again. */
  readonly started: string;
}

/** What the fence agent asks of the power switch. */
export interface FenceRequest {
  readonly action: 'list' | 'status' | 'on' | 'off' | 'reboot';
  readonly node?: string;
  readonly from: string;
}

export type FenceReply =
  | { readonly ok: true; readonly nodes?: readonly string[]; readonly on?: boolean }
  | { readonly ok: false; readonly message: string };
