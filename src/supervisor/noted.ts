/** What the decision has to know of an agent's record. Pure. */
import type { Noted } from '../decide/instance-types.ts';
import { readParameters } from '../ocf/parameter.ts';
import { parameters } from '../ocf/vnfc/parameters.ts';
import { heartbeatOf, type HeartbeatSpec } from './heartbeat-spec.ts';
import type { Record } from './records.ts';

/** The agents whose instances are supervised: of an HAProxy it is seen that it ends, of the others whatever their parameters ask for. */
const supervised = ['vnfc', 'vnfc-vm', 'haproxy'];

/** Undefined: not started, or none of ours. */
export function notedOf(record: Record | undefined): Noted | undefined {
  if (record === undefined) return undefined;
  const { agent, phase = 'running', role, leader, changing, parameters } = record.state;
  const watch = changing === true ? undefined : record.state.watch;
  if (agent === undefined || !supervised.includes(agent)) return undefined;
  return {
    phase,
    active: role === 'promoted',
    leader,
    check: agent !== 'haproxy' && parameters !== undefined ? watch : undefined,
    misses: heartbeatIn(record)?.misses,
  };
}

/** The heartbeat that the record's parameters ask for. Those that the agent itself would refuse ask for none. */
export function heartbeatIn(record: Record | undefined): HeartbeatSpec | undefined {
  try {
    return heartbeatOf(readParameters(parameters, record?.state.parameters ?? {}));
  } catch {
    return undefined;
  }
}
