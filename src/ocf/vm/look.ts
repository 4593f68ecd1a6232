/**
 * What is there of a VM on this node. QEMU's process is the truth: while it runs the VM is not "not running", whatever libvirtd says or
 * doesn't say; and when there is none, it is, even if libvirtd is down. Its state is what libvirt noted last.
 */
import { type DomainStatus, readDomainStatus } from '../../libvirt/domain-status.ts';
import { guestOf, qemusOf } from '../../libvirt/qemu.ts';
import { ocf, OcfError } from '../codes.ts';
import { connectProblem, healthProblem } from '../health.ts';
import { isAlive, type ProcessIdentity, processStat } from '../processes.ts';
import type { Finding } from '../vnfc/look.ts';
import type { InstanceState } from '../state-file.ts';
import type { Vm } from './vm.ts';

export interface Sighting {
  /** QEMU's process; undefined: none runs. */
  readonly qemu: ProcessIdentity | undefined;
  /** What libvirt noted of it, where it did. */
  readonly status: DomainStatus | undefined;
}

/**
 * Looks at libvirt's note and at /proc; asks no daemon. `known` is the process that is believed to be it.
 * @throws OcfError errGeneric: two run
 */
export function sight(domain: string, known?: ProcessIdentity): Sighting {
  const status = readDomainStatus(domain);
  const noted = status === undefined ? undefined : identityOf(status.pid, domain);
  if (noted !== undefined) return { qemu: noted, status };
  // not noted, or what is noted has ended: only a look at every process tells that none is there
  const others = qemusOf(domain).flatMap((pid) => identityOf(pid, domain) ?? []);
  if (others.length > 1) {
    const pids = others.map(({ pid }) => pid).join(' and ');
    throw new OcfError(ocf.errGeneric, `the VM '${domain}' runs more than once on this node: processes ${pids}`);
  }
  // a QEMU that is killed loses its command line before it has ended
  const dying = known !== undefined && isAlive(known) ? known : undefined;
  return { qemu: others[0] ?? dying, status: undefined };
}

function identityOf(pid: number, domain: string): ProcessIdentity | undefined {
  const stat = processStat(pid);
  if (stat === undefined || guestOf(pid) !== domain) return undefined;
  const { startTime } = stat;
  return isAlive({ pid, startTime }) ? { pid, startTime } : undefined;
}

/** What is wrong with a VM that is seen so, by what libvirt noted; undefined: nothing. Pure. */
export function stateProblem(domain: string, { status }: Sighting): string | undefined {
  if (status === undefined) return undefined; // libvirt lost it; the guest runs on
  if (['running', 'blocked', 'nostate', 'shutdown'].includes(status.state)) return undefined;
  return `the VM '${domain}' is ${status.state} (${status.reason})`;
}

/** What a monitor finds, by the state and every check that is given; the supervisor finds the same. Changes nothing. */
export async function look(vm: Vm, state: InstanceState | undefined, remainingMs: () => number): Promise<Finding> {
  const seen = sight(vm.domain, state?.leader);
  if (seen.qemu === undefined) return { code: ocf.notRunning };
  const problem = stateProblem(vm.domain, seen) ?? (await guestProblem(vm, remainingMs()));
  return problem === undefined ? { code: ocf.success } : { code: ocf.errGeneric, problem };
}

/**
 * What is wrong inside the guest, by the checks that are given; undefined: nothing that they see. A libvirtd that is away says nothing about the
 * guest's agent: that is only held against it where the agent has never been heard (`starting`).
 */
export async function guestProblem(vm: Vm, timeoutMs: number, starting = false): Promise<string | undefined> {
  const [health, connection] = await Promise.all([
    healthProblem({ ...vm, check_tcp: undefined, user: undefined }, timeoutMs),
    vm.check_tcp === undefined ? undefined : connectProblem(vm.check_tcp, timeoutMs),
  ]);
  const problem = health ?? connection;
  return problem ?? (vm.check_agent === 'yes' ? agentProblem(vm.domain, timeoutMs, starting) : undefined);
}

async function agentProblem(domain: string, timeoutMs: number, starting: boolean): Promise<string | undefined> {
  const { virsh } = await import('../../libvirt/virsh.ts');
  const seconds = Math.max(1, Math.floor(timeoutMs / 2000));
  const ping = ['qemu-agent-command', domain, '{"execute":"guest-ping"}', '--timeout', String(seconds)];
  const answer = await virsh(ping, timeoutMs);
  if (answer.is === 'done' || (answer.is !== 'refused' && !starting)) return undefined;
  return `the guest agent of '${domain}' does not answer: ${answer.why}`;
}
