/** An instance as its parameters describe it, and what all of its actions ask about it. */
import type { Argv } from '../../model/vnf.ts';
import type { Call } from '../agent.ts';
import { ocf, type OcfCode } from '../codes.ts';
import { closeFastPath, type Pass } from '../fast-path.ts';
import { hasCheck, type HealthChecks } from '../health.ts';
import { isAlive, sessionOf } from '../processes.ts';
import { requirePrograms, requireUser } from '../program.ts';
import { type InstanceState, readState, writeState } from '../state-file.ts';
import { parameters } from './parameters.ts';

/** The parameters of ocf:vnfha:vnfc. */
export interface Service extends HealthChecks {
  readonly name: string;
  readonly run: Argv | undefined;
  readonly start: Argv | undefined;
  readonly stop: Argv | undefined;
  readonly promote: Argv | undefined;
  readonly demote: Argv | undefined;
  readonly role_query: Argv | undefined;
  /** The control socket of the sidecar that carries its state. */
  readonly sync: string | undefined;
  /** The same of one that carries its state itself. */
  readonly standing: Argv | undefined;
  readonly standing_lag: number;
  readonly standing_unsure: 'wait' | 'promote';
  /** The heartbeat is the supervisor's: the agent only sees that it makes sense. */
  readonly heartbeat_http: string | undefined;
  readonly heartbeat_tcp: number | undefined;
  readonly heartbeat_send: string | undefined;
  readonly heartbeat_expect: string | undefined;
  /** Who has it is active. */
  readonly address: string | undefined;
  readonly address_prefix: number | undefined;
  readonly address_nic: string | undefined;
  readonly address_peers: readonly string[] | undefined;
  readonly address_arp_count: number;
  readonly address_arp_interval: number;
}
export type ServiceCall = Call<Service>;

/** What does not fit together in the parameters, or undefined. */
export function inconsistency(service: Service): string | undefined {
  const { run, start, stop, promote, demote, role_query, sync, standing } = service;
  if (run !== undefined && start !== undefined) return 'the parameters run and start exclude each other';
  if (run === undefined && start === undefined) return 'one of the parameters run and start is missing';
  if (start !== undefined && stop === undefined) return 'the parameter stop is missing: start needs it';
  if (start !== undefined && !hasCheck(service)) {
    return 'start needs a check (check_tcp, check_http or check_command): there is no process to watch';
  }
  if (promote !== undefined && demote === undefined) return 'the parameter demote is missing: promote needs it';
  if (promote === undefined && (demote ?? role_query) !== undefined) {
    return `the parameter promote is missing: ${demote ? 'demote' : 'role_query'} needs it`;
  }
  if (promote === undefined && (sync ?? standing) !== undefined)
    return `the parameter promote is missing: ${sync === undefined ? 'standing' : 'sync'} needs it`;
  if (sync !== undefined && standing !== undefined) return 'the parameters sync and standing exclude each other';
  if ((service.address === undefined) !== (service.address_prefix === undefined))
    return 'the parameters address and address_prefix need each other';
  return heartbeatInconsistency(service);
}

function heartbeatInconsistency(service: Service): string | undefined {
  const { heartbeat_http, heartbeat_tcp, heartbeat_send, heartbeat_expect } = service;
  if (heartbeat_http !== undefined && heartbeat_tcp !== undefined) {
    return 'the parameters heartbeat_http and heartbeat_tcp exclude each other';
  }
  if (heartbeat_tcp === undefined && (heartbeat_send ?? heartbeat_expect) !== undefined) {
    return `the parameter heartbeat_tcp is missing: ${heartbeat_send ? 'heartbeat_send' : 'heartbeat_expect'} needs it`;
  }
  return undefined;
}

/** What the state file says of an instance besides its process and role. */
export function noted({ agent, given }: ServiceCall, phase: 'starting' | 'running') {
  return { phase, agent, parameters: given, changing: undefined } as const;
}

/** The pass by which its next monitors need not look themselves. */
export function passFor({ given }: ServiceCall, { leader }: InstanceState): Pass {
  return { executor: process.ppid, leader, parameters: Object.keys(parameters).map((name) => given[name] ?? '') };
}

/** validate-all: whether the instance could run on this node. */
export function validate({ values }: ServiceCall): OcfCode {
  const { run, start, stop, check_command, promote, demote, role_query, standing, user } = values;
  requirePrograms([run, start, stop, check_command, promote, demote, role_query, standing]);
  requireUser(user);
  return ocf.success;
}

/** reload-agent: what was noted of the instance is with the parameters that it has now. Its next monitor is a full one. */
export function takeParameters(call: ServiceCall): OcfCode {
  const { instance, given } = call;
  const state = readState(instance);
  if (state === undefined) return ocf.notRunning;
  closeFastPath(instance);
  writeState(instance, { ...state, parameters: given });
  return ocf.success;
}

/** notify: what happens to the other instances changes nothing here. */
export function notified(): OcfCode {
  return ocf.success;
}

/**
 * What is there of an instance that the agent started by `run`: its leader runs, only others of its session run, or
 * nothing. A self-managing program's processes are not known: 'unknown'.
 */
export function processesOf(state: InstanceState): 'running' | 'orphaned' | 'gone' | 'unknown' {
  if (state.leader === undefined) return 'unknown';
  if (isAlive(state.leader)) return 'running';
  return sessionOf(state.leader).length > 0 ? 'orphaned' : 'gone';
}
