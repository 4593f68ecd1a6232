/** The steps of a failover as stages of its budget: each setting's share, and what timings.ts has of the rest. Pure. */
import { durationText } from './duration.ts';
import type { Path } from './source.ts';
import { consensusShare, type Span, timings } from './timings.ts';
import type { ActiveActiveVnfc, ActiveStandbyVnfc, NodesVnfc, VmsVnfc, Vnf, Vnfc } from './vnf.ts';

/** Where the time goes. */
export interface Stage extends Span {
  readonly step: 'detect' | 'confirm' | 'exclude' | 'decide' | 'isolate' | 'fence' | 'move' | 'address';
  /** What it is spent on. */
  readonly by: string;
  readonly setting?: Setting;
}

/** The setting that decides a stage. */
export interface Setting {
  readonly path: Path;
  /** At worst the stage lasts so many times its value, and so many ms more. */
  readonly times: number;
  readonly plusMs: number;
  /** The least value that makes sense, in ms. */
  readonly leastMs: number;
  /** It only bounds a command of the operator's: how long that takes, nobody knows. */
  readonly bound: boolean;
}

type Step = Stage['step'];
const known = (step: Step, by: string, { typicalMs, worstMs }: Span): Stage => ({ step, by, typicalMs, worstMs });
const set = (step: Step, by: string, [typicalMs, worstMs]: readonly [number, number], setting: Setting): Stage => ({
  step,
  by,
  typicalMs: Math.round(typicalMs),
  worstMs: Math.round(worstMs),
  setting,
});
const value = (path: Path, times = 1, leastMs = 1, plusMs = 0): Setting => ({
  path,
  times,
  plusMs,
  leastMs,
  bound: false,
});

export const processEnds = known('detect', 'the supervisor sees its process end', timings.processEnds);
export const vmEnds = known('detect', 'the supervisor sees its QEMU end', timings.processEnds);
export const excluded = known('exclude', 'its word reaches every HAProxy', timings.word);
export const excludedByAlert = known('exclude', 'Pacemaker’s alert reaches every HAProxy', timings.alert);
export const decision = known('decide', 'Pacemaker is told, and begins', timings.decision);
export const secondDecision = known('decide', 'Pacemaker goes on without it', timings.decision);
export const roleMove = known('move', 'demotion and promotion', timings.roleMove);
export const roleMoveAfterFencing = known('move', 'promotion', timings.roleMoveAfterFencing);
export const vipStop = known('move', 'the VIP leaves its node', timings.vipStop);
export const haproxyEnds = known('detect', 'the supervisor sees HAProxy end', timings.processEnds);

/** The first of the gratuitous ARPs may be lost. */
const arriving = (vnf: Vnf, { typicalMs, worstMs }: Span): Stage =>
  known('address', 'the VIP starts, and its neighbours learn it', {
    typicalMs,
    worstMs: worstMs + vnf.arp.intervalMs,
  });
export const address = (vnf: Vnf, vnfc?: ActiveStandbyVnfc): Stage =>
  arriving(vnf, vnfc?.vipBy === 'vnfc' ? timings.vipClaim : timings.vipStart);
export const addressAfterFencing = (vnf: Vnf, vnfc?: ActiveStandbyVnfc): Stage =>
  arriving(vnf, vnfc?.vipBy === 'vnfc' ? timings.vipClaim : timings.vipStartAfterFencing);

interface Beats {
  readonly intervalMs: number;
  readonly misses: number;
}

/** Failing just after an answer costs a whole interval more. */
const silence = ({ intervalMs, misses }: Beats, whose: string, field: Path): Stage =>
  set(
    'detect',
    `${misses} ${whose} unanswered, one every ${durationText(intervalMs)}`,
    [(misses + 0.5) * intervalMs, (misses + 1) * intervalMs],
    value([...field, 'interval'], misses + 1, 50),
  );

export const heartbeat = ({ heartbeat }: NodesVnfc, at: number): Stage | undefined =>
  heartbeat && silence(heartbeat, 'heartbeats', ['vnfcs', at, 'heartbeat']);
export const nodeHeartbeat = ({ cluster }: Vnf): Stage =>
  silence(cluster.heartbeat, 'heartbeats of the node', ['cluster', 'heartbeat']);

/** What is merely suspected is excluded; Pacemaker recovers it when it has been silent for three times as long again. */
export function confirmation({ heartbeat }: NodesVnfc, at: number): Stage {
  const more = 3 * heartbeat!.misses;
  const ms = more * heartbeat!.intervalMs;
  const setting = value(['vnfcs', at, 'heartbeat', 'interval'], more, 50);
  return set('confirm', `${more} more unanswered: no mere pause`, [ms, ms], setting);
}

/** A dead one's check fails at once, a hung one's after its timeout. */
export function check(
  { check: { intervalMs, timeoutMs } }: Pick<Vnfc, 'check'>,
  at: number,
  how: 'dies' | 'hangs',
): Stage {
  const answer = how === 'hangs' ? { typicalMs: timeoutMs, worstMs: timeoutMs } : timings.monitor;
  const by = `its check, every ${durationText(intervalMs)}${how === 'hangs' ? `, given up after ${durationText(timeoutMs)}` : ''}`;
  const span = [intervalMs / 2 + answer.typicalMs, intervalMs + answer.worstMs] as const;
  return set('detect', by, span, value(['vnfcs', at, 'check', 'interval'], 1, 2000, answer.worstMs));
}

/** The second line: HAProxy doesn't send anything there any more, whatever the cluster knows. */
export function haproxyCheck({ service }: ActiveActiveVnfc | VmsVnfc, at: number, how: 'dies' | 'hangs'): Stage {
  const { interMs, fall, answerMs } = service.check;
  const moreMs = (how === 'hangs' ? fall * answerMs : 0) + timings.word.worstMs;
  const by = `HAProxy’s own check: ${fall} failed, one every ${durationText(interMs)}`;
  const setting = value(['vnfcs', at, 'service', 'check', 'inter'], fall, 50, moreMs);
  return set('detect', by, [(fall - 0.5) * interMs + moreMs, fall * interMs + moreMs], setting);
}

/** A hung instance whose main process the supervisor knows is ended by it, as soon as it is sure. */
export const killed = known('isolate', 'the supervisor ends it by SIGKILL', timings.processEnds);

/** A hung instance answers neither its demotion nor a SIGTERM; at a third of its stop's time before the end comes the SIGKILL. */
export function isolation({ program, role }: ActiveStandbyVnfc, at: number): Stage {
  const stopMs = program.run === undefined ? program.stopTimeoutMs : (program.stopTimeoutMs * 2) / 3;
  const by = `its demotion (role.timeout ${durationText(role!.timeoutMs)}) and stop (stopTimeout ${durationText(program.stopTimeoutMs)}) go unanswered`;
  const ms = role!.timeoutMs + stopMs;
  return set('isolate', by, [ms, ms], { ...value(['vnfcs', at, 'program', 'stopTimeout'], 1, 1000), bound: true });
}

export function totem({ cluster: { tokenMs, consensusMs } }: Vnf): { token: Stage; consensus: Stage } {
  const { typicalMs, worstMs } = consensusShare;
  const reached = [typicalMs * consensusMs, worstMs * consensusMs] as const;
  return {
    token: set('detect', 'Corosync’s token is missed', [tokenMs, tokenMs], value(['cluster', 'token'], 1, 300)),
    consensus: set('decide', 'consensus on who is left', reached, value(['cluster', 'consensus'], 1, tokenMs)),
  };
}

/** From a node's death until it is known to be off. */
export function fenced(vnf: Vnf): readonly Stage[] {
  const { token, consensus } = totem(vnf);
  const slowest = vnf.fencing.reduce(
    (most, device, at) => (device.takesMs > vnf.fencing[most]!.takesMs ? at : most),
    0,
  );
  const device = vnf.fencing[slowest]!;
  const delay = known('fence', 'of two nodes, the more important one’s head start', timings.priorityFencingDelay);
  return [
    token,
    consensus,
    known('decide', 'Pacemaker waits for the new membership', timings.membership),
    ...(vnf.nodes.length === 2 ? [delay] : []),
    set(
      'fence',
      `'${device.name}' powers it off`,
      [device.takesMs, device.takesMs],
      value(['fencing', slowest, 'takes']),
    ),
  ];
}
