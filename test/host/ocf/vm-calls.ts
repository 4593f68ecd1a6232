/** Calls of the agent vnfc-vm for the guest of a VmNode. */
import type { ExecutionContext } from 'ava';
import type { InstanceState } from '../../../src/ocf/state-file.ts';
import { until } from '../corosync/lonely-node.ts';
import type { VmNode } from '../libvirt/vm-node.ts';
import { type Answer, call, type CallOptions } from './agent-calls.ts';

export interface Asked extends CallOptions {
  readonly more?: Readonly<Record<string, string>>;
}

export const parameters = { domain: 'guest', config: '/run/guest/guest.xml' };
export const booted = { more: { check_command: 'grep -q ready /run/guest/serial.log' } };

/**
 * Calls the agent for a guest that counts as started when QEMU runs; `more` parameters may ask for more. An emulated guest boots in seconds, and in a
 * minute or two where everything else runs as well.
 */
export function ask(on: VmNode, action: string, { more = {}, ...options }: Asked = {}): Answer {
  return call(on, 'vnfc-vm', action, { ...parameters, ...more }, { timeoutMs: 180_000, ...options });
}
export function succeeds(t: ExecutionContext, on: VmNode, action: string, asked: Asked = {}): Answer {
  const answer = ask(on, action, asked);
  const guest = answer.code === 0 ? '' : on.run('tail', '-c', '2000', '/run/guest/serial.log').stdout;
  t.is(answer.code, 0, `${action}: ${answer.stderr}\n${guest}`);
  return answer;
}
export const state = (on: VmNode): InstanceState | null =>
  JSON.parse(
    on.run('sh', '-c', 'cat /run/vnfha/agents/test.json 2>/dev/null || echo null').stdout,
  ) as InstanceState | null;

export async function kill(t: ExecutionContext, on: VmNode): Promise<void> {
  const pid = on.qemu()!;
  t.is(on.run('kill', '-KILL', String(pid)).code, 0);
  await until('QEMU is gone', () => on.qemu() === undefined);
}
