/**
 * The values that the decision about HAProxy's rotation is made of. Times are milliseconds; `at` is when the event was seen here.
 */
import type { ClusterStatus } from '../model/cluster.ts';
import type { ServerPlace } from '../model/names.ts';
import type { InstanceWord, PacemakerAlert } from '../model/wire.ts';

/** 'backend/server', as HAProxy's runtime socket and renderHaproxyConfig write it. */
export type ServerKey = `${string}/${string}`;

export const keyOf = (backend: string, server: string): ServerKey => `${backend}/${server}`;

export interface RotationPolicy {
  /** The cluster is asked at least this often. */
  readonly statusIntervalMs: number;
  /** When nothing was heard for so long, and no snapshot changed anything, it is asked every `quietIntervalMs`. */
  readonly quietAfterMs: number;
  readonly quietIntervalMs: number;
  /** From one question to the next, and from the first news of something to the question that it leads to. */
  readonly askGapMs: number;
  /** A snapshot begun sooner than this after an alert, or after a node's return, may not know of it yet. */
  readonly settleMs: number;
  /** A death that a supervisor saw outranks crm_mon until that agrees, but no longer than this. */
  readonly untoldMs: number;
  /** Bounds on how long an agent's request outranks crm_mon, whatever the agent's clock says. */
  readonly minHoldMs: number;
  readonly maxHoldMs: number;
}

export interface Host {
  readonly name: string;
  /** Corosync's. */
  readonly id: number;
}

/** A place in the load balancer. */
export interface RotationPlace extends ServerPlace {
  /** Its node; of a VM every node. */
  readonly hosts: readonly Host[];
}

/** As people say it: 'VNFC web', 'VM web1'. */
export const subjectOf = ({ node, vnfc, server }: RotationPlace): string =>
  node === undefined ? `VM ${server}` : `VNFC ${vnfc}`;

/** What the cluster's word says should be with a server. */
export interface Wanted {
  readonly out: boolean;
  readonly cut: boolean;
  readonly reason: string;
}

/** Why something may be failing: no proof, so it drains a server, within bounds, and is taken back at once. */
export interface Suspicion {
  readonly at: number;
  readonly what: string;
}

export interface Server {
  readonly place: RotationPlace;
  /** Where it runs: its node; of a VM where the last snapshot had it, or its lb-member spoke. Undefined: nowhere, or nobody knows. */
  readonly host: Host | undefined;
  /** What the cluster's word made of it last, suspicions aside; undefined: it had none yet. */
  readonly word: Wanted | undefined;
  readonly out: boolean;
  /** Its sessions are cut, because it cannot serve them any more. */
  readonly cut: boolean;
  readonly reason: string;
  readonly since: number;
  /** False while the state is only adopted from HAProxy or its file. */
  readonly decided: boolean;
  /** An agent's request, until crm_mon agrees with it or `until` has passed. */
  readonly hold: { readonly out: boolean; readonly at: number; readonly until: number } | undefined;
  /** When its agent last asked for a readmit, by the clock of its host. */
  readonly readmitted: number | undefined;
  /** The newest failure of the VNFC, until a later snapshot or a readmit. `seenBy` a supervisor: Pacemaker has yet to hear of it. */
  readonly failure:
    { readonly at: number; readonly what: string; readonly seenBy: 'pacemaker' | 'supervisor' } | undefined;
  /** Its heartbeats are missing, by its supervisor's word. */
  readonly hung: Suspicion | undefined;
  /** Commands given to HAProxy and not yet answered. */
  readonly inFlight: number;
  /** When HAProxy answered the last one; undefined: none was given. */
  readonly answeredAt: number | undefined;
  /** What HAProxy's memory says; absent: no HAProxy, or one that does not know this server. */
  readonly memory: 'in' | 'out' | 'absent' | 'unknown';
  readonly file: 'in' | 'out' | 'unknown';
  /** Why memory or file could not be set at the last attempt. */
  readonly error: string | undefined;
  /** How often a foreign change was put right. */
  readonly drifts: number;
}

export interface PendingRequest {
  readonly id: string;
  readonly key: ServerKey;
  readonly out: boolean;
  readonly until: number;
  /** The agent was told that it could not be done yet. */
  readonly told: boolean;
}

export interface RotationState {
  readonly servers: ReadonlyMap<ServerKey, Server>;
  readonly requests: readonly PendingRequest[];
  /** The nodeids of corosync's present ring. */
  readonly ring: { readonly at: number; readonly members: ReadonlySet<number> } | undefined;
  /** nodeid -> when it came back into the ring. */
  readonly returned: ReadonlyMap<number, number>;
  /** Nodes whose heartbeats stay away. */
  readonly suspects: ReadonlyMap<number, Suspicion>;
  /** Servers that are drained on suspicion, and those that would be but for the bounds. */
  readonly suspected: ReadonlyMap<ServerKey, Suspicion>;
  readonly spared: ReadonlySet<ServerKey>;
  /** The newest snapshot of a quorate partition; none while there is no quorum, or nothing is known. */
  readonly snapshot: { readonly begun: number; readonly status: ClusterStatus } | undefined;
  readonly askedAt: number;
  /** When it is to be asked again because of what was heard since; Infinity: nothing was. */
  readonly askAt: number;
  /** When something was heard last that was not asked for, or a snapshot changed something. */
  readonly newsAt: number;
  /** What the file was last told to be. */
  readonly written: ReadonlySet<ServerKey> | undefined;
  readonly haproxyPid: number | undefined;
  /** Servers in HAProxy that the description does not have: left alone, logged once. */
  readonly strangers: ReadonlySet<ServerKey>;
}

export type RotationEvent =
  /** The description, at start and after every change of it. */
  | { readonly type: 'described'; readonly at: number; readonly places: readonly RotationPlace[] }
  /** What the file says at start. */
  | { readonly type: 'adopted'; readonly at: number; readonly file: ReadonlyMap<ServerKey, 'in' | 'out'> }
  | {
      readonly type: 'request';
      readonly at: number;
      readonly id: string;
      readonly out: boolean;
      readonly backend: string;
      readonly server: string;
      /** The agent's node. */
      readonly nodeId: number;
      /** By the clock of that. */
      readonly sent: number;
      readonly until: number;
    }
  | { readonly type: 'alert'; readonly at: number; readonly alert: PacemakerAlert }
  /** A supervisor's word about an instance on its own node. */
  | {
      readonly type: 'instance';
      readonly at: number;
      readonly node: string;
      readonly resource: string;
      readonly word: InstanceWord;
      /** By the clock of `node`. */
      readonly seen: number;
      readonly what: string;
    }
  /** A node's supervisor has left the group: nobody will take back what it suspected. */
  | { readonly type: 'supervisor-gone'; readonly at: number; readonly nodeId: number }
  /** All nodes whose heartbeats stay away; nodeid -> since when, and why. */
  | { readonly type: 'suspects'; readonly at: number; readonly nodes: ReadonlyMap<number, Suspicion> }
  | { readonly type: 'ring'; readonly at: number; readonly members: readonly number[] }
  /** Corosync is gone: nothing is known of the ring. */
  | { readonly type: 'ring-lost'; readonly at: number }
  | { readonly type: 'snapshot'; readonly at: number; readonly begun: number; readonly status: ClusterStatus }
  /** What HAProxy and its file look like; no pid: HAProxy is not running. */
  | {
      readonly type: 'observed';
      readonly at: number;
      /** When HAProxy was asked. */
      readonly begun: number;
      readonly pid: number | undefined;
      readonly servers: ReadonlyMap<ServerKey, 'in' | 'out' | 'drain'>;
      readonly fileRight: boolean;
    }
  /** The outcome of one server's part of a setServers action. */
  | {
      readonly type: 'set';
      readonly at: number;
      readonly key: ServerKey;
      readonly out: boolean;
      readonly outcome: 'done' | 'absent' | { readonly error: string };
    }
  | {
      readonly type: 'written';
      readonly at: number;
      readonly excluded: ReadonlySet<ServerKey>;
      readonly error: string | undefined;
    }
  | { readonly type: 'tick'; readonly at: number };

export interface ServerChange {
  readonly key: ServerKey;
  readonly out: boolean;
  readonly cut: boolean;
  readonly reason: string;
}

export type RotationAction =
  /** `at` is when the evidence was seen, so that the log can say how long it took. */
  | { readonly type: 'setServers'; readonly at: number; readonly changes: readonly ServerChange[] }
  | { readonly type: 'writeConfig'; readonly excluded: ReadonlySet<ServerKey> }
  | { readonly type: 'ack'; readonly id: string; readonly error: string | undefined }
  | { readonly type: 'readStatus' }
  | {
      readonly type: 'log';
      readonly level: 'info' | 'warn';
      readonly event: string;
      readonly fields: Readonly<Record<string, unknown>>;
    };

export interface RotationStep {
  readonly state: RotationState;
  readonly actions: readonly RotationAction[];
  readonly wakeAt: number;
}

/** What one event did, before anything was decided from it. */
export interface Heard {
  readonly state: RotationState;
  /** Servers that HAProxy has to be told about, changed or not. */
  readonly repair?: readonly ServerKey[];
  /** The file has to be written, changed or not. */
  readonly rewrite?: boolean;
  /** The cluster has to be asked: as soon as may be, or in a while. */
  readonly ask?: 'now' | 'soon';
  readonly actions?: readonly RotationAction[];
}
