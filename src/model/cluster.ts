/**
 * The cluster as Pacemaker sees it at one moment: what src/pacemaker reads out of `crm_mon --output-as=xml` and what the
 * decisions are made from.
 */
import type { ServersHealth } from './server-health.ts';

export interface ClusterStatus {
  /** Whether the partition that answered has quorum. */
  readonly quorate: boolean;
  /** The node that runs the scheduler, if one is elected. */
  readonly dc: string | undefined;
  readonly maintenance: boolean;
  readonly nodes: readonly NodeStatus[];
  readonly resources: readonly InstanceStatus[];
  /** Per node and resource: failures counted against its migration-threshold. */
  readonly failures: readonly FailureCount[];
  /** Whose instance is healthy and not to be promoted, and why (the node attribute RESOURCE-waits); undefined: none. */
  readonly waits?: readonly { readonly resource: string; readonly node: string; readonly why: string }[];
  /** Active by an election of their own, as their agents say (the node attribute RESOURCE-active); undefined: none is. */
  readonly elected?: readonly { readonly resource: string; readonly node: string }[];
  /** What the load balancer's nodes say of the servers that it manages (server-health.ts); undefined: none says anything. */
  readonly checks?: readonly { readonly backend: string; readonly node: string; readonly servers: ServersHealth }[];
}

export interface NodeStatus {
  readonly name: string;
  readonly id: number;
  readonly online: boolean;
  readonly standby: boolean;
  readonly maintenance: boolean;
  readonly pending: boolean;
  /** Lost, and not yet fenced. */
  readonly unclean: boolean;
}

/** A primitive, or one instance of a cloned one. */
export interface InstanceStatus {
  /** The primitive's id, without any ':0'. */
  readonly id: string;
  readonly agent: string;
  readonly role: 'Started' | 'Stopped' | 'Promoted' | 'Unpromoted' | 'Starting' | 'Stopping' | 'Promoting' | 'Demoting' | 'Migrating'; // prettier-ignore
  readonly active: boolean;
  readonly failed: boolean;
  readonly managed: boolean;
  /** The operation under way, as crm_mon words it ('Starting', 'Stopping', 'Monitoring', …). */
  readonly pending: string | undefined;
  /** Where it is active. */
  readonly nodes: readonly string[];
}

export interface FailureCount {
  readonly resource: string;
  readonly node: string;
  /** 1,000,000 is Pacemaker's INFINITY: never again on this node until cleaned up. */
  readonly failCount: number;
  readonly migrationThreshold: number;
  readonly lastFailure: string | undefined;
}
