/**
 * What each class of failure costs: how long until it is noticed, until the service is there again, and where the time goes. Pure: the
 * settings of a VNF and the times of timings.ts, added up.
 *
 * A VNFC that is active/standby serves again when its VIP answers; one that is active/active as soon as the load balancer sends nothing
 * more to the failed instance.
 */
import * as stages from './budget-stages.ts';
import type { Stage } from './budget-stages.ts';
import type { Span } from './timings.ts';
import { type ActiveStandbyVnfc, guestsOf, type NodesVnfc, type VmsVnfc, type Vnf, type Vnfc } from './vnf.ts';

export type FailureClass = 'vm-dies' | 'vnfc-dies' | 'vnfc-hangs' | 'node-dies' | 'lb-dies' | 'lb-node-dies';

export interface Budget {
  readonly failure: FailureClass;
  /** The VNFC or the load balancer that it is about. */
  readonly subject: string;
  readonly stages: readonly Stage[];
  /** Until it is noticed: the first stage. */
  readonly detect: Span;
  /** Until the service is there again: all stages. */
  readonly recover: Span;
}

/** How long a VNFC's own election takes, only the VNFC knows. */
const electsItself = (vnfc: Vnfc): boolean => vnfc.redundancy === 'active-standby' && vnfc.vipBy === 'election';

/** Every class of failure of every VNFC that the cluster moves, then those of the load balancer. */
export function budgetsOf(vnf: Vnf): Budget[] {
  const lb = vnf.loadBalancer;
  const lost = serversLost(vnf);
  const known = vnf.vnfcs.map((vnfc, at) => [vnfc, at] as const).filter(([vnfc]) => !electsItself(vnfc));
  const ofVnfcs = known.flatMap(([vnfc, at]) => [
    ...(vnfc.redundancy === 'active-active-vms'
      ? [
          budget('vm-dies', vnfc.name, [stages.vmEnds, stages.excluded]),
          budget('vnfc-dies', vnfc.name, inVm(vnfc, at, 'dies')),
          budget('vnfc-hangs', vnfc.name, inVm(vnfc, at, 'hangs')),
        ]
      : [
          budget('vnfc-dies', vnfc.name, vnfcDies(vnf, vnfc, at)),
          budget('vnfc-hangs', vnfc.name, unanswered(vnf, vnfc, at, 'hangs')),
        ]),
    ...(runsInGuests(vnf, vnfc) ? [budget('vm-dies', vnfc.name, guestLost(vnf, vnfc))] : []),
    budget('node-dies', vnfc.name, vnfc.redundancy === 'active-standby' ? nodeLost(vnf, vnfc) : lost),
  ]);
  if (lb === undefined) return ofVnfcs;
  return [...ofVnfcs, budget('lb-dies', lb.name, lbDies(vnf)), budget('lb-node-dies', lb.name, lbNodeLost(vnf))];
}

const budget = (failure: FailureClass, subject: string, all: readonly Stage[]): Budget => ({
  failure,
  subject,
  stages: all,
  detect: all[0]!,
  recover: sum(all),
});

export const sum = (spans: readonly Span[]): Span => ({
  typicalMs: spans.reduce((total, { typicalMs }) => total + typicalMs, 0),
  worstMs: spans.reduce((total, { worstMs }) => total + worstMs, 0),
});

function vnfcDies(vnf: Vnf, vnfc: NodesVnfc, at: number): readonly Stage[] {
  if (vnfc.program.run === undefined) return unanswered(vnf, vnfc, at, 'dies');
  return vnfc.redundancy === 'active-active'
    ? [stages.processEnds, stages.excluded]
    : [stages.processEnds, stages.decision, stages.roleMove, stages.address(vnf, vnfc)];
}

/** What nobody sees end is noticed when it doesn't answer. */
function unanswered(vnf: Vnf, vnfc: NodesVnfc, at: number, how: 'dies' | 'hangs'): readonly Stage[] {
  const beats = stages.heartbeat(vnfc, at);
  const seen = beats ?? stages.check(vnfc, at, how);
  if (vnfc.redundancy === 'active-active') {
    const byUs = [seen, beats === undefined ? stages.excludedByAlert : stages.excluded];
    return quicker(byUs, [stages.haproxyCheck(vnfc, at, how)]);
  }
  // by heartbeats the supervisor is sure that it hangs, and ends it; else it is asked to be standby first, and doesn't hear that
  const ended = beats !== undefined && vnfc.program.run !== undefined;
  const told = beats === undefined ? [] : [stages.confirmation(vnfc, at)];
  const moved = [stages.roleMove, stages.address(vnf, vnfc)];
  if (how === 'dies') return [seen, ...told, stages.decision, ...moved];
  if (ended) return [seen, ...told, stages.killed, stages.decision, ...moved];
  return [seen, ...told, stages.decision, stages.isolation(vnfc, at), stages.secondDecision, ...moved];
}

/** What goes wrong inside of a VM only a question to it shows: the cluster's, where it asks one, or HAProxy's. */
function inVm(vnfc: VmsVnfc, at: number, how: 'dies' | 'hangs'): readonly Stage[] {
  const byHaproxy = [stages.haproxyCheck(vnfc, at, how)];
  const asked = vnfc.guestAgent || vnfc.vms.some(({ check }) => Object.values(check).some((one) => one !== undefined));
  return asked ? quicker([stages.check(vnfc, at, how), stages.excludedByAlert], byHaproxy) : byHaproxy;
}

const nodeLost = (vnf: Vnf, vnfc: ActiveStandbyVnfc): readonly Stage[] => [
  ...stages.fenced(vnf),
  stages.roleMoveAfterFencing,
  stages.addressAfterFencing(vnf, vnfc),
];

/** Of one of its guests QEMU ends: Pacemaker knows then that nothing of it is left, and fences no node. */
const guestLost = (vnf: Vnf, vnfc: ActiveStandbyVnfc): readonly Stage[] => [
  stages.vmEnds,
  stages.decision,
  stages.roleMoveAfterFencing,
  stages.addressAfterFencing(vnf, vnfc),
];

const runsInGuests = (vnf: Vnf, vnfc: Vnfc): vnfc is ActiveStandbyVnfc =>
  vnfc.redundancy === 'active-standby' && guestsOf(vnf, vnfc).length > 0;

/** A node's heartbeats fall silent, or Corosync says so first. */
function serversLost(vnf: Vnf): readonly Stage[] {
  const { token, consensus } = stages.totem(vnf);
  return quicker([stages.nodeHeartbeat(vnf), stages.excluded], [token, consensus, stages.excluded]);
}

const lbDies = (vnf: Vnf): readonly Stage[] => [
  stages.haproxyEnds,
  stages.decision,
  stages.vipStop,
  stages.address(vnf),
];

const lbNodeLost = (vnf: Vnf): readonly Stage[] => [...stages.fenced(vnf), stages.addressAfterFencing(vnf)];

const quicker = (a: readonly Stage[], b: readonly Stage[]): readonly Stage[] =>
  sum(b).worstMs < sum(a).worstMs ? b : a;
