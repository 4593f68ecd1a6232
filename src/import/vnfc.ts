/** A clone of ocf:vnfha:vnfc, as the description says it. Pure. */
import type { Primitive } from '../cib/parts.ts';
import type { Backend } from './haproxy-cfg.ts';
import { type Found, valueOf } from './resources.ts';

/** What is undefined is left out of the file. */
export type Fields = Record<string, unknown>;

export interface Surroundings {
  /** The nodes of the cluster. */
  readonly nodes: readonly string[];
  /** The address that follows the active instance; for active/standby only. */
  readonly vip: string | undefined;
  /** The file system that is mounted where it is active. */
  readonly mount: Fields | undefined;
  readonly backend: Backend | undefined;
  /** The network in which the backend's servers are, if it isn't the first. */
  readonly network: string | undefined;
}

export function vnfcFields(found: Found, { nodes, vip, mount, backend, network }: Surroundings): Fields {
  const { primitive, cloneMeta } = found;
  const parameter = (name: string) => valueOf(primitive.parameters, name);
  const promotable = cloneMeta.get('promotable') === 'true';
  const standby = promotable || parameter('address') !== undefined;
  const monitor = operation(primitive, 'monitor', promotable ? 'Promoted' : undefined);
  const at = found.nodes ?? nodes;
  const instances = Number(cloneMeta.get('clone-max') ?? at.length);
  return {
    name: parameter('name') ?? primitive.id,
    redundancy: standby ? 'active-standby' : 'active-active',
    nodes: nodesField(at, nodes),
    instances: instances === at.length ? undefined : instances,
    ...(parameter('address') === undefined
      ? { vip }
      : {
          vip: `${parameter('address')}/${parameter('address_prefix')}`,
          vipBy: promotable ? 'vnfc' : 'election',
        }),
    service: standby ? undefined : service(backend, network),
    program: {
      run: command(parameter('run')),
      start: command(parameter('start')),
      stop: command(parameter('stop')),
      user: parameter('user'),
      startTimeout: time(operation(primitive, 'start')?.get('timeout')),
      stopTimeout: time(operation(primitive, 'stop')?.get('timeout')),
    },
    check: {
      tcp: number(parameter('check_tcp')),
      http: parameter('check_http'),
      command: command(parameter('check_command')),
      interval: time(monitor?.get('interval')),
      timeout: time(monitor?.get('timeout')),
    },
    heartbeat: heartbeat(parameter),
    role: promotable ? role(primitive) : undefined,
    sync: standby ? sync(parameter, mount) : undefined,
    recovery: recovery(cloneMeta),
  };
}

/** What is left out where it is the default: all nodes, and no guests. */
export const nodesField = (at: readonly string[], nodes: readonly string[]): readonly string[] | undefined =>
  at.length === nodes.length && at.every((node) => nodes.includes(node)) ? undefined : at;

/** Which channel its sidecar has, the CIB doesn't say: import.ts says that it is a guess. */
function sync(parameter: (name: string) => string | undefined, mount: Fields | undefined): Fields | undefined {
  const standing = command(parameter('standing'));
  if (standing !== undefined) {
    const [lag, unsure] = [number(parameter('standing_lag')), parameter('standing_unsure')];
    return { channel: 'own', standing, lag, unsure };
  }
  if (parameter('sync') === undefined) return undefined;
  return mount === undefined
    ? { channel: 'messages' }
    : { channel: 'shared-storage', folder: mount['directory'], mount };
}

/** What an ocf:heartbeat:Filesystem mounts. */
export function mountFields({ primitive }: Found): Fields {
  const names = ['device', 'directory', 'fstype', 'options'];
  return Object.fromEntries(names.map((name) => [name, valueOf(primitive.parameters, name)]));
}

export function operation(primitive: Primitive, name: string, role?: string): ReadonlyMap<string, string> | undefined {
  const candidates = primitive.operations.filter((one) => one.name === name).map(({ options }) => new Map(options));
  return candidates.find((options) => options.get('role') === role) ?? candidates[0];
}

/** The service that a backend of haproxy.cfg stands for. */
export function service(backend: Backend | undefined, network: string | undefined): Fields | undefined {
  if (backend === undefined) return undefined;
  const { mode, balance, frontend, checkPath, inter, fall, rise, servers } = backend;
  return { port: servers[0]?.port, frontend, mode, balance, network, check: { http: checkPath, inter, fall, rise } };
}

function heartbeat(parameter: (name: string) => string | undefined): Fields | undefined {
  const interval = parameter('heartbeat_interval');
  const [http, tcp] = [parameter('heartbeat_http'), number(parameter('heartbeat_tcp'))];
  if (http === undefined && tcp === undefined) return undefined;
  return {
    interval: interval === undefined ? undefined : `${interval}ms`,
    misses: number(parameter('heartbeat_misses')),
    http,
    tcp,
    send: unescaped(parameter('heartbeat_send')),
    expect: unescaped(parameter('heartbeat_expect')),
  };
}

function role(primitive: Primitive): Fields {
  const parameter = (name: string) => command(valueOf(primitive.parameters, name));
  return {
    promote: parameter('promote'),
    demote: parameter('demote'),
    query: parameter('role_query'),
    timeout: time(operation(primitive, 'promote')?.get('timeout')),
  };
}

/** A failure counts two: see migrationThreshold in docs/templates.md. */
export function recovery(meta: ReadonlyMap<string, string>): Fields {
  const threshold = number(meta.get('migration-threshold'));
  const restarts = threshold === undefined ? undefined : Math.max(0, Math.floor((threshold - 1) / 2));
  return { restarts, within: time(meta.get('failure-timeout')) };
}

/** The agent takes words, or a JSON array of them. */
export function command(text: string | undefined): unknown {
  if (text === undefined || !text.startsWith('[')) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function unescaped(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(`"${text}"`) as string);
  } catch {
    return text;
  }
}

/** Pacemaker takes a bare number for seconds; a description wants the unit. */
export const time = (text: string | undefined): string | undefined => (text && /^\d+$/.test(text) ? `${text}s` : text);
const number = (text: string | undefined): number | undefined =>
  text && /^\d+$/.test(text) ? Number(text) : undefined;
