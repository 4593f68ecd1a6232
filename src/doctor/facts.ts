/** What the checks are made from: everything that was read of this node and its cluster. Undefined: it could not be read. */
import type { Move } from '../decide/adoption.ts';
import type { ClusterStatus } from '../model/cluster.ts';
import type { Vnf } from '../model/vnf.ts';
import type { Element } from '../process/xml.ts';

export interface Facts {
  /** As `uname -n` says. */
  readonly node: string;
  readonly description: { readonly file: string; readonly vnf: Vnf | undefined; readonly problem: string | undefined };
  /** The other VNFs that this node has descriptions of. */
  readonly others: readonly Vnf[];
  /** The servers that a heal has put elsewhere than the description says. */
  readonly moves: readonly Move[];
  readonly here: NodeFacts;
  readonly cluster: ClusterFacts | undefined;
  /** Why there is no `cluster`. */
  readonly clusterProblem: string | undefined;
}

export interface NodeFacts {
  /** 'node', 'pacemaker', 'corosync', 'haproxy', 'virsh' -> '2.1.5' */
  readonly versions: Readonly<Record<string, string | undefined>>;
  /** Of the files that matter, by path; undefined: it is not there. */
  readonly files: ReadonlyMap<string, FileFacts | undefined>;
  readonly bridgeAnswers: boolean;
  /** Whether HAProxy's runtime socket answers. */
  readonly haproxyAnswers: boolean;
  /** Whether the distribution's own haproxy.service would start an HAProxy at boot. */
  readonly haproxyServiceEnabled: boolean;
  /** By systemd's word; undefined where it has none to say. */
  readonly clockSynchronised: boolean | undefined;
  /** The HAProxy configuration that the templates here make. */
  readonly haproxyConfig: string | undefined;
  /** The guests that this node reaches at pacemaker_remote's port. */
  readonly guestsAnswer: ReadonlySet<string>;
}

export interface FileFacts {
  readonly mode: number;
  readonly uid: number;
}

export interface ClusterFacts {
  readonly cib: Element;
  readonly status: ClusterStatus;
  /** What is different between the live CIB and the description; undefined: they could not be compared. */
  readonly differences: number | undefined;
  /** Corosync's, in use. */
  readonly tokenMs: number | undefined;
  /** The members of CPG groups, by the group's name. */
  readonly members: ReadonlyMap<string, readonly Member[]> | undefined;
}

export interface Member {
  readonly nodeId: number;
  readonly pid: number;
}
