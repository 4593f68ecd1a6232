/**
 * The times together: Corosync's own fit each other, the load balancer notices before its VIP moves, and the recovery target can be met.
 *
 * What usually takes longer than the target is an error; what may at worst, or would if a command of the operator's took as long as it
 * may, is a warning. It takes the VNF with its defaults filled in, so it is asked only when nothing else is wrong.
 */
import { type Budget, budgetsOf, type FailureClass, sum } from '../budget.ts';
import { haproxyCheck, nodeHeartbeat, type Stage, totem } from '../budget-stages.ts';
import { durationText } from '../duration.ts';
import type { Path } from '../source.ts';
import type { RecoveryTarget, Vnf } from '../vnf.ts';
import type { Checkup } from './checkup.ts';

type Report = Pick<Checkup, 'error' | 'warning'>;

export function checkBudget(vnf: Vnf, report: Report): void {
  checkTotem(vnf, report);
  if (vnf.loadBalancer !== undefined) checkNoticing(vnf, report);
  if (vnf.recovery === undefined) return;
  checkSecondLine(vnf, vnf.recovery, report);
  const said = new Set<string>();
  for (const budget of budgetsOf(vnf)) checkTarget(budget, vnf.recovery, report, said);
}

/** corosync.conf(5) about consensus: at two nodes it may be shorter than the token, not at more. */
function checkTotem({ cluster: { tokenMs, consensusMs }, nodes }: Vnf, report: Report): void {
  const two = nodes.length === 2;
  if (consensusMs >= (two ? 150 : tokenMs)) return;
  const what = two
    ? `in ${consensusMs} ms not even two nodes reach a consensus`
    : `a consensus timeout of ${consensusMs} ms is shorter than the token's ${tokenMs} ms, and with three nodes or more the membership may then come out wrong`;
  const cure = two ? 'Write 150ms or more.' : `Write ${Math.ceil(1.2 * tokenMs)}ms or more, or remove it.`;
  report.error(['cluster', 'consensus'], what, cure);
}

/** When a node dies that had the VIP and servers, the VIP must not come to an HAProxy that still sends requests to the dead. */
function checkNoticing(vnf: Vnf, report: Report): void {
  const silence = nodeHeartbeat(vnf);
  const { token, consensus } = totem(vnf);
  const outMs = sum([token, consensus]).typicalMs;
  if (silence.worstMs < outMs) return;
  const what = `a silent node is noticed by its heartbeats after ${durationText(silence.worstMs)}, and by Corosync after ${durationText(outMs)}: the VIP would move before the load balancer has noticed`;
  report.error(silence.setting!.path, what, shorter(silence, outMs - 1) ?? "Write a longer 'token'.");
}

/** HAProxy's own check is there for the case that the cluster's word doesn't come: then it has to be in time, too. */
function checkSecondLine(vnf: Vnf, { recoverMs, name }: RecoveryTarget, report: Report): void {
  vnf.vnfcs.forEach((vnfc, at) => {
    if (vnfc.redundancy === 'active-standby') return;
    const late = haproxyCheck(vnfc, at, 'hangs');
    if (late.worstMs <= recoverMs) return;
    const what = `HAProxy’s own check takes a hung '${vnfc.name}' out after ${durationText(late.worstMs)}, later than ${name} allows for its recovery: ${durationText(recoverMs)}`;
    report.error(late.setting!.path, what, shorter(late, recoverMs) ?? "Write a smaller 'fall'.");
  });
}

const cases: Readonly<Record<FailureClass, (subject: string) => string>> = {
  'vm-dies': (vnfc) => `when a VM of '${vnfc}' dies`,
  'vnfc-dies': (vnfc) => `when '${vnfc}' dies`,
  'vnfc-hangs': (vnfc) => `when '${vnfc}' hangs`,
  'node-dies': (vnfc) => `when a node with '${vnfc}' dies`,
  'lb-dies': () => 'when an HAProxy dies',
  'lb-node-dies': () => 'when the node with the load balancer’s VIP dies',
};

/** @param said a setting of the cluster is one problem, however many VNFCs depend on it */
function checkTarget(budget: Budget, target: RecoveryTarget, report: Report, said: Set<string>): void {
  const { failure, subject, stages } = budget;
  const check = (part: readonly Stage[], allowedMs: number, happens: string): boolean => {
    const over = overrun(part, allowedMs);
    if (over === undefined) return false;
    const { path, cure } = remedy(part, over, allowedMs);
    const key = JSON.stringify([happens, path, path[0] === 'recovery' ? failure : '']);
    if (said.has(key)) return true;
    said.add(key);
    const what = `${cases[failure](subject)}, ${happens} after ${durationText(over.ms)}${over.certain ? '' : ' at worst'} (${account(part, over)}), and ${target.name} allows ${durationText(allowedMs)}`;
    report[over.certain ? 'error' : 'warning'](path, what, cure);
    return true;
  };
  const late = check(stages.slice(0, 1), target.detectMs, 'it is noticed');
  if (!late) check(stages, target.recoverMs, 'the service is back');
}

interface Overrun {
  /** It usually takes longer than it may. */
  readonly certain: boolean;
  readonly ms: number;
  readonly of: 'typicalMs' | 'worstMs';
}

function overrun(stages: readonly Stage[], allowedMs: number): Overrun | undefined {
  const usualMs = sum(stages.filter(isKnown)).typicalMs;
  if (usualMs > allowedMs) return { certain: true, ms: usualMs, of: 'typicalMs' };
  const { worstMs } = sum(stages);
  return worstMs > allowedMs ? { certain: false, ms: worstMs, of: 'worstMs' } : undefined;
}

const isKnown = ({ setting }: Stage): boolean => setting?.bound !== true;

const account = (stages: readonly Stage[], { of }: Overrun): string =>
  stages.map((stage) => `${stage.by}: ${durationText(stage[of])}`).join('; ');

/** The longest of the stages that a setting can make short enough: for the worst case, else for the usual one. */
function remedy(stages: readonly Stage[], over: Overrun, allowedMs: number): { path: Path; cure: string } {
  const counted = over.certain ? stages.filter(isKnown) : stages;
  const byLength = [...counted].sort((a, b) => b.worstMs - a.worstMs);
  for (const which of over.certain ? (['worstMs', 'typicalMs'] as const) : (['worstMs'] as const)) {
    const overMs = sum(counted)[which] - allowedMs;
    for (const stage of byLength) {
      const cure = shorter(stage, stage[which] - overMs);
      if (cure !== undefined) return { path: stage.setting!.path, cure };
    }
  }
  const unheard = stages.find(({ setting }) => setting?.path[2] === 'check');
  if (unheard !== undefined)
    return { path: unheard.setting!.path, cure: "Add a 'heartbeat' to it: checks are no quicker than every 2 s." };
  return { path: ['recovery'], cure: 'Allow more: nothing in the description makes this quick enough.' };
}

/** How to make the stage last no longer than `leftMs`, if its setting can. */
function shorter({ setting }: Stage, leftMs: number): string | undefined {
  const most = setting === undefined ? 0 : Math.floor((leftMs - setting.plusMs) / setting.times);
  if (setting === undefined || most < setting.leastMs) return undefined;
  const left = `${most}ms`;
  const field = setting.path.at(-1);
  if (field === 'takes')
    return `Take a fence device that needs ${left} or less, and say so; it is 2s where the description says nothing.`;
  if (field === 'stopTimeout')
    return `Write shorter timeouts: ${left} are left for 'role.timeout' and 'stopTimeout' (with 'run', two thirds of it) together.`;
  return `Write ${left} or less.`;
}
