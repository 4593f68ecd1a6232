/**
 * What is said in the CPG group of bridges, supervisors, lb-member agents and alert agents. CPG delivers every message to every member
 * in one total order, the sender included, with the sender's nodeid and pid.
 */
export const wireVersion = 1;

/** A word of the group. `v` is the version: an unknown one is logged and passed over. */
export type BridgeMessage =
  /** A bridge says that it is there, after every change of membership. */
  | { readonly v: 1; readonly type: 'bridge'; readonly node: string }
  /** An lb-member agent's request: sent `at`, for an operation that ends at `until` (ms since the epoch, by its node's clock). */
  | {
      readonly v: 1;
      readonly type: 'exclude' | 'readmit';
      readonly id: string;
      /** Whose bridges are asked: a VNF that runs beside the node's; undefined: those of the node's. */
      readonly vnf?: string;
      readonly backend: string;
      readonly server: string;
      readonly at: number;
      readonly until: number;
    }
  /** A bridge's answer: done in its HAProxy's memory and its file, or why not. */
  | { readonly v: 1; readonly type: 'ack'; readonly id: string; readonly node: string; readonly error?: string }
  /** A supervisor says that it is there, after every change of membership: from now on its silence means something. */
  | { readonly v: 1; readonly type: 'supervisor'; readonly node: string }
  /**
   * A supervisor's word about an instance on its own node, seen `at` (ms since the epoch, by its node's clock). died: proof, the
   * process is gone. hung: suspicion, its heartbeats are missing. well: what was said before holds no more.
   */
  | {
      readonly v: 1;
      readonly type: 'instance';
      readonly node: string;
      /** The primitive in the CIB. */
      readonly resource: string;
      readonly word: InstanceWord;
      readonly at: number;
      /** Of what hung: when the first heartbeat was missed, by the same clock; an older supervisor doesn't say it. */
      readonly since?: number;
      /** One sentence. */
      readonly what: string;
    }
  /** What a bridge's HAProxy has done, told a moment later: for the incidents, of which nothing waits for it. `at` by the clock of `node`. */
  | {
      readonly v: 1;
      readonly type: 'rotation';
      readonly node: string;
      readonly changes: readonly {
        readonly backend: string;
        readonly server: string;
        readonly out: boolean;
        readonly at: number;
      }[];
    }
  /** A bridge has told the cluster something new of HAProxy's checks (server-health.ts): it is worth a look. */
  | { readonly v: 1; readonly type: 'checks'; readonly node: string }
  /** A Pacemaker alert, as the alert agent of the node that saw it passes it on. */
  | { readonly v: 1; readonly type: 'alert'; readonly alert: PacemakerAlert };

export type InstanceWord = 'died' | 'hung' | 'well';

/** The environment that Pacemaker gives to an alert agent, read into one value. */
export type PacemakerAlert =
  | {
      readonly kind: 'resource';
      readonly node: string;
      /** When it happened: ms since the epoch, by the clock of `node`. */
      readonly happened: number;
      readonly resource: string;
      readonly task: string;
      readonly intervalMs: number;
      readonly rc: number;
      readonly targetRc: number;
      readonly description: string;
    }
  | { readonly kind: 'node'; readonly node: string; readonly description: string }
  | {
      readonly kind: 'fencing';
      readonly node: string;
      readonly task: string;
      readonly rc: number;
      readonly description: string;
    }
  | { readonly kind: 'attribute'; readonly node: string; readonly name: string; readonly value: string };
