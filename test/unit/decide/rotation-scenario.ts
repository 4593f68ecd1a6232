/**
 * Reads and plays a scenario of the rotation: VNFC web of VNF tel on nodes n1, n2, n3 (servers tel-web/n1 …), or its VMs v1, v2 (servers
 * tel-web/v1 …), each on one of these nodes. A line is
 * `TIME EVENT …`; the lines below it that begin with '>' are the actions expected, all of them and in order (but for log lines
 * of level info). A line that ends with '&' is heard together with the next one. What each event line may say is in `parseEvent`.
 */
import type { ClusterStatus, InstanceStatus } from '../../../src/model/cluster.ts';
import {
  keyOf,
  type RotationAction,
  type RotationEvent,
  type RotationPlace,
  type RotationState,
} from '../../../src/decide/rotation-types.ts';
import { initialRotation, step } from '../../../src/decide/rotation.ts';

const policy = {
  statusIntervalMs: 5000,
  quietAfterMs: 60_000,
  quietIntervalMs: 30_000,
  askGapMs: 500,
  settleMs: 500,
  untoldMs: 10_000,
  minHoldMs: 2000,
  maxHoldMs: 120_000,
};
const nodes = ['n1', 'n2', 'n3'];
const idOf = (node: string): number => Number(node.slice(1));

const hosts = nodes.map((name) => ({ name, id: idOf(name) }));
const common = { backend: 'tel-web', vnfc: 'web', port: 80 };

/** What the scenarios of a folder are about. */
interface Setting {
  readonly places: readonly RotationPlace[];
  readonly statusOf: (deviations: readonly string[]) => ClusterStatus;
}

export const instances: Setting = {
  places: nodes.map((node, at) => ({
    ...{ ...common, server: node, node, address: `192.0.2.${idOf(node)}`, hosts: [hosts[at]!] },
    ...{ vnfcResource: 'tel-web', memberResource: 'tel-web-member' },
  })),
  /** All is well, but for: vnfc.n2=… or member.n2=failed|stopped|stopping|starting; empty (no such resources). */
  statusOf(deviations) {
    const says = readDeviations(deviations);
    const all = (id: string, agent: string, kind: string): InstanceStatus[] =>
      nodes.map((node) => instanceOf(id, agent, node, says.get(`${kind}.${node}`)));
    const resources = [
      ...all('tel-web', 'ocf:vnfha:vnfc', 'vnfc'),
      ...all('tel-web-member', 'ocf:vnfha:lb-member', 'member'),
    ];
    return clusterOf(says, says.has('empty') ? [] : resources);
  },
};

const vmNames = ['v1', 'v2'];
export const vms: Setting = {
  places: vmNames.map((vm) => ({
    ...{ ...common, server: vm, node: undefined, address: `192.0.2.4${vm.slice(1)}`, hosts },
    ...{ vnfcResource: `tel-web-${vm}`, memberResource: `tel-web-${vm}-member` },
  })),
  /** v1 runs on n1 and v2 on n2, and all is well, but for: v1=NODE[+NODE] or none; vm.v1=… or member.v1=… as above. */
  statusOf(deviations) {
    const says = readDeviations(deviations);
    const resources = vmNames.flatMap((vm) => {
      const on = (says.get(vm) ?? `n${vm.slice(1)}`).split('+');
      const one = (id: string, agent: string, word: string | undefined): InstanceStatus => ({
        ...instanceOf(id, agent, on[0]!, on[0] === 'none' ? 'stopped' : word),
        ...(on.length > 1 && { nodes: on }),
      });
      return [
        one(`tel-web-${vm}`, 'ocf:vnfha:vnfc-vm', says.get(`vm.${vm}`)),
        one(`tel-web-${vm}-member`, 'ocf:vnfha:lb-member', says.get(`member.${vm}`)),
      ];
    });
    return clusterOf(says, resources);
  },
};

const readDeviations = (deviations: readonly string[]): ReadonlyMap<string, string | undefined> =>
  new Map(deviations.map((deviation) => deviation.split('=') as [string, string | undefined]));

/** The scenario's event lines, each followed by the actions that `step` gave, in the scenario's own notation. */
export function play(text: string, setting: Setting = instances): string {
  let state = initialRotation;
  const out: string[] = [];
  const together: RotationEvent[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('>')) continue;
    out.push(line);
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [time, ...words] = line.split(/\s+/);
    const at = Number(time);
    if (words[0] === 'expect') {
      out.push(...describe(state).map((shown) => `> ${shown}`));
      continue;
    }
    const parsed = parseEvent(
      at,
      words.filter((word) => word !== '&'),
      state,
      setting,
    );
    if (words.includes('&')) {
      together.push(...parsed);
      continue;
    }
    for (const events of together.length > 0 ? [[...together.splice(0), ...parsed]] : parsed.map((event) => [event])) {
      const result = step(state, events, policy);
      state = result.state;
      out.push(...result.actions.filter(isShown).map((action) => `> ${formatAction(action)}`));
      if (words.includes('wake')) out.push(`> wake ${result.wakeAt}`);
    }
  }
  return out.join('\n');
}

function describe(state: RotationState): string[] {
  return [...state.servers.values()].map(
    ({ place, out, reason, since, memory, file }) =>
      `${place.server} ${out ? 'out' : 'in'} since ${since}, memory ${memory}, file ${file}: ${reason}`,
  );
}

/**
 * start [n2=out …]: described, and adopted from a file; snapshot BEGUN [deviation…]; ring n1 n2; ring-lost; tick [wake];
 * exclude|readmit ID SERVER [from=NODE] until=T; failed NODE [task=monitor] [rc=7] [interval=10000] [happened=T]; node-alert NODE;
 * died|hung|well NODE [resource=tel-web] [seen=T]; supervisor-gone NODE; suspects [NODE=SINCE …];
 * haproxy PID|gone [n2=out|drain …] [file-wrong] [begun=T]; set SERVER in|out done|absent|ERROR; written n2,n3|-|ERROR
 */
function parseEvent(
  at: number,
  [word, ...args]: string[],
  state: RotationState,
  { places, statusOf }: Setting,
): RotationEvent[] {
  const servers = places.map(({ server }) => server);
  const options = new Map(args.filter((arg) => arg.includes('=')).map((arg) => arg.split('=') as [string, string]));
  const all = servers.map((server) => [keyOf('tel-web', server), options.get(server)] as const);
  switch (word ?? '') {
    case 'start':
      return [
        { type: 'described', at, places },
        { type: 'adopted', at, file: new Map(all.map(([key, says]) => [key, says === 'out' ? 'out' : 'in'])) },
      ];
    case 'described':
      return [{ type: 'described', at, places: places.filter(({ server }) => args.includes(server)) }];
    case 'snapshot':
      return [{ type: 'snapshot', at, begun: Number(args[0]), status: statusOf(args.slice(1)) }];
    case 'ring':
      return [{ type: 'ring', at, members: args.map(idOf) }];
    case 'ring-lost':
    case 'tick':
      return [{ type: word as 'tick', at }];
    case 'exclude':
    case 'readmit': {
      const [id, server] = args as [string, string];
      const until = Number(options.get('until') ?? at + 20_000);
      const nodeId = idOf(options.get('from') ?? server);
      return [
        { type: 'request', at, id, out: word === 'exclude', backend: 'tel-web', server, nodeId, sent: at, until },
      ];
    }
    case 'failed': {
      const rc = Number(options.get('rc') ?? 7);
      const intervalMs = Number(options.get('interval') ?? 10_000);
      const task = options.get('task') ?? 'monitor';
      const resource = options.get('resource') ?? 'tel-web';
      const alert = {
        kind: 'resource',
        node: args[0]!,
        happened: Number(options.get('happened') ?? at),
        resource,
        task,
        intervalMs,
        rc,
        targetRc: 0,
        description: '',
      } as const;
      return [{ type: 'alert', at, alert }];
    }
    case 'died':
    case 'hung':
    case 'well': {
      const resource = options.get('resource') ?? 'tel-web';
      const seen = Number(options.get('seen') ?? at);
      return [{ type: 'instance', at, node: args[0]!, resource, word: word as 'died', seen, what: 'so it was seen' }];
    }
    case 'suspects': {
      const nodes = new Map(
        [...options].map(([node, since]) => [idOf(node), { at: Number(since), what: 'no heartbeat' }]),
      );
      return [{ type: 'suspects', at, nodes }];
    }
    case 'supervisor-gone':
      return [{ type: 'supervisor-gone', at, nodeId: idOf(args[0]!) }];
    case 'node-alert':
      return [{ type: 'alert', at, alert: { kind: 'node', node: args[0]!, description: 'lost' } }];
    case 'haproxy': {
      const seenServers = new Map(all.map(([key, says]) => [key, (says ?? 'in') as 'in' | 'out' | 'drain']));
      for (const [name, says] of options) if (name.includes('/')) seenServers.set(name as 'b/s', says as 'in');
      for (const [key, says] of all) if (says === 'unknown') seenServers.delete(key);
      const gone = args[0] === 'gone';
      const seen = { pid: gone ? undefined : Number(args[0]), servers: gone ? new Map() : seenServers };
      const begun = Number(options.get('begun') ?? at);
      return [{ type: 'observed', at, begun, ...seen, fileRight: !args.includes('file-wrong') }];
    }
    case 'set': {
      const [server, says, ...outcome] = args;
      const result = outcome.join(' ');
      const read = result === 'done' || result === 'absent' ? result : { error: result };
      return [{ type: 'set', at, key: keyOf('tel-web', server!), out: says === 'out', outcome: read }];
    }
    case 'written': {
      if (args[0] === 'error') return [{ type: 'written', at, excluded: new Set(), error: args.slice(1).join(' ') }];
      const names = args[0] === '-' ? [] : args[0]!.split(',');
      return [
        { type: 'written', at, excluded: new Set(names.map((name) => keyOf('tel-web', name))), error: undefined },
      ];
    }
    case 'done':
      return allDone(at, state);
    default:
      throw new Error(`no such event: ${String(word)}`);
  }
}

/** `done`: HAProxy and the file did all that they were told. */
function allDone(at: number, state: RotationState): RotationEvent[] {
  const sets = [...state.servers].flatMap(([key, server]) =>
    Array.from(
      { length: server.inFlight },
      () => ({ type: 'set', at, key, out: server.out, outcome: 'done' }) as const,
    ),
  );
  return [...sets, { type: 'written', at, excluded: state.written ?? new Set(), error: undefined }];
}

/** `says` of it: noquorum, node.n2=offline|unclean|gone. */
function clusterOf(says: ReadonlyMap<string, string | undefined>, resources: readonly InstanceStatus[]): ClusterStatus {
  return {
    quorate: !says.has('noquorum'),
    dc: 'n1',
    maintenance: false,
    nodes: nodes
      .filter((name) => says.get(`node.${name}`) !== 'gone')
      .map((name) => {
        const state = says.get(`node.${name}`);
        const flags = { standby: false, maintenance: false, pending: state === 'pending' };
        return {
          name,
          id: idOf(name),
          online: state === undefined || state === 'pending',
          unclean: state === 'unclean',
          ...flags,
        };
      }),
    resources,
    failures: [],
  };
}

function instanceOf(id: string, agent: string, node: string, says: string | undefined): InstanceStatus {
  const active = says !== 'stopped' && says !== 'starting';
  return {
    id,
    agent,
    role: active ? 'Started' : 'Stopped',
    active,
    failed: says === 'failed',
    managed: true,
    pending: says === 'stopping' ? 'Stopping' : says === 'starting' ? 'Starting' : undefined,
    nodes: active ? [node] : [],
  };
}

const isShown = (action: RotationAction): boolean => action.type !== 'log' || action.level !== 'info';

function formatAction(action: RotationAction): string {
  switch (action.type) {
    case 'setServers':
      return `set ${action.changes.map(({ key, out, cut }) => `${short(key)} ${out ? 'out' : 'in'}${cut ? ' cut' : ''}`).join(', ')}`;
    case 'writeConfig':
      return `write ${[...action.excluded].map(short).join(',') || '-'}`;
    case 'ack':
      return `ack ${action.id}${action.error === undefined ? '' : ` error: ${action.error}`}`;
    case 'readStatus':
      return 'readStatus';
    case 'log':
      return `${action.level} ${action.event} ${Object.values(action.fields).join(' ')}`.trimEnd();
  }
}

const short = (key: string): string => key.replace('tel-web/', '');
