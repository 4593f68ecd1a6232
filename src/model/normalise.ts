/**
 * The description as the rest of the code sees it: every default filled in, every reference resolved, times in milliseconds,
 * commands as argument vectors, addresses in their one spelling.
 */
import { formatNetwork } from './address.ts';
import type { Description } from './description.ts';
import { argvOf, ms, prefixed, spelled } from './given.ts';
import { healRulesOf } from './heals.ts';
import { syncDefaults } from './names.ts';
import { balancedOf, loadBalancerOf, serviceOf } from './normalise-balancing.ts';
import { type Context, networksOfAll, vipOf } from './normalise-context.ts';
import { vmsVnfcOf } from './normalise-vms.ts';
import { type Defaults, defaultsFor, targetOf } from './recovery.ts';
import type { ActiveStandbyVnfc, Heartbeat, Network, Sync, Vnf, Vnfc } from './vnf.ts';

type VnfcDescription = NonNullable<Description['vnfcs']>[number];
type Common = Omit<ActiveStandbyVnfc, 'redundancy' | 'vip' | 'vipBy' | 'role' | 'sync'>;

/**
 * Completes a description that check.ts found no error in. Pure.
 * @throws Error for a description that was not checked.
 */
export function normalise(description: Description): Vnf {
  const networks = description.networks.map((network) => ({
    name: network.name,
    cidr: network.cidr,
    interface: network.interface,
    range: prefixed(network.cidr),
  }));
  const nodes = description.nodes.map((node, at) => ({
    name: node.name,
    id: node.id ?? at + 1,
    addresses: addressesOf(node, networks),
  }));
  const nodeNames = nodes.map((node) => node.name);
  const guests = (description.guests ?? []).map((guest) => ({
    name: guest.name,
    addresses: addressesOf(guest, networks),
    domain: guest.domain ?? guest.name,
    config: guest.config,
    hosts: guest.hosts ?? nodeNames,
    ownerFile: guest.ownerFile,
    startTimeoutMs: ms(guest.startTimeout, 90_000),
    stopTimeoutMs: ms(guest.stopTimeout, 90_000),
  }));
  const recovery = targetOf(description.recovery);
  const defaults = defaultsFor(recovery);
  const context: Context = {
    networks,
    nodes,
    nodeNames,
    byName: new Map(nodes.map((node) => [node.name, node])),
    lbNodes: description.loadBalancer?.nodes ?? (description.loadBalancer ? nodeNames.slice(0, 2) : []),
    hasVnfm: description.vnfm !== undefined,
    defaults,
  };
  const vnfcs = (description.vnfcs ?? []).map((vnfc) => vnfcOf(vnfc, context));
  const tokenMs = ms(description.cluster?.token, defaults.token);
  return {
    name: description.vnf.name,
    beside: description.vnf.beside ?? false,
    instanceId: description.vnf.instanceId,
    networks: networks.map(({ range, ...network }) => ({
      ...network,
      cidr: formatNetwork(range),
    })),
    nodes,
    guests,
    cluster: {
      name: description.cluster?.name ?? description.vnf.name,
      links: description.cluster?.links ?? networksOfAll(nodeNames, context),
      tokenMs,
      consensusMs: ms(description.cluster?.consensus, Math.round(1.2 * tokenMs)),
      heartbeat: {
        intervalMs: ms(description.cluster?.heartbeat?.interval, 100),
        misses: description.cluster?.heartbeat?.misses ?? 3,
        port: description.cluster?.heartbeat?.port ?? 5410,
      },
    },
    recovery,
    arp: { count: 5, intervalMs: defaults.arpInterval },
    fencing: (description.fencing ?? []).map((device) => ({
      name: device.name,
      agent: device.agent,
      nodes: device.nodes ?? nodeNames,
      takesMs: ms(device.takes, 2000),
      parameters: Object.fromEntries(
        Object.entries(device.parameters ?? {}).map(([key, value]) => [key, String(value)]),
      ),
    })),
    vnfcs,
    loadBalancer: loadBalancerOf(description.loadBalancer, vnfcs, context),
    vnfm: vnfmOf(description.vnfm),
  };
}

type Addressed = Pick<Description['nodes'][number], 'address' | 'addresses'>;

function addressesOf(node: Addressed, networks: readonly Network[]): Record<string, string> {
  const given: Record<string, string> = { ...node.addresses };
  const first = networks[0]!.name;
  if (node.address !== undefined) given[first] = node.address;
  return Object.fromEntries(
    networks.filter(({ name }) => Object.hasOwn(given, name)).map(({ name }) => [name, spelled(given[name]!)]),
  );
}

function vnfcOf(vnfc: VnfcDescription, context: Context): Vnfc {
  const nodes = vnfc.nodes ?? context.nodeNames;
  const recovery = {
    restarts: vnfc.recovery?.restarts ?? 3,
    withinMs: ms(vnfc.recovery?.within, 600_000),
    heal: vnfc.recovery?.heal ?? context.hasVnfm,
    escalate: vnfc.recovery?.escalate,
  };
  if (vnfc.vms !== undefined)
    return vmsVnfcOf(vnfc, nodes, recovery, balancedOf(vnfc.service!, context), context.defaults);
  const program = vnfc.program!;
  const base: Common = {
    name: vnfc.name,
    vdu: vnfc.vdu,
    nodes,
    instances: vnfc.instances ?? nodes.length,
    program: {
      run: argvOf(program.run),
      start: argvOf(program.start),
      stop: argvOf(program.stop),
      user: program.user,
      startTimeoutMs: ms(program.startTimeout, 30_000),
      stopTimeoutMs: ms(program.stopTimeout, 30_000),
    },
    check: {
      tcp: vnfc.check?.tcp,
      http: vnfc.check?.http,
      command: argvOf(vnfc.check?.command),
      intervalMs: ms(vnfc.check?.interval, context.defaults.checkInterval),
      timeoutMs: ms(vnfc.check?.timeout, checkTimeoutFor(vnfc, context.defaults)),
    },
    heartbeat: heartbeatOf(vnfc.heartbeat, context.defaults),
    recovery,
    vnfcInstanceIds: vnfc.vnfcInstanceIds ?? {},
  };
  if (vnfc.redundancy === 'active-active')
    return { ...base, redundancy: vnfc.redundancy, service: serviceOf(vnfc, nodes, context) };
  return {
    ...base,
    redundancy: vnfc.redundancy,
    vip: guestless(nodes, context) ? vipOf(vnfc.vip!, context) : { ...vipOf(vnfc.vip!, context), interface: undefined },
    vipBy: vnfc.vipBy ?? 'cluster',
    role: vnfc.role && {
      promote: argvOf(vnfc.role.promote)!,
      demote: argvOf(vnfc.role.demote)!,
      query: argvOf(vnfc.role.query),
      timeoutMs: ms(vnfc.role.timeout, 30_000),
    },
    sync: syncOf(vnfc.sync, nodes, context),
  };
}

function syncOf(sync: VnfcDescription['sync'], nodes: readonly string[], context: Context): Sync | undefined {
  if (sync === undefined) return undefined;
  const unsure = sync.unsure ?? 'wait';
  switch (sync.channel) {
    case 'direct':
      return {
        unsure,
        channel: {
          type: sync.channel,
          network: sync.network ?? networksOfAll(nodes, context)[0]!,
          port: sync.port ?? syncDefaults.port,
          ca: sync.ca ?? syncDefaults.ca,
          certificate: sync.certificate ?? syncDefaults.certificate,
          key: sync.key ?? syncDefaults.key,
        },
      };
    case 'messages':
      return { unsure, channel: { type: sync.channel } };
    case 'own':
      return { unsure, channel: { type: sync.channel, standing: argvOf(sync.standing)!, lag: sync.lag ?? 0 } };
    case 'shared-storage':
      return {
        unsure,
        channel: { type: sync.channel, folder: sync.folder!, ...(sync.mount && { mount: sync.mount }) },
      };
    case 'checkpoint-redis':
      return { unsure, channel: { type: sync.channel, ...storeOf(sync), ...(sync.user && { user: sync.user }) } };
    case 'checkpoint-postgresql': {
      const [user, database] = [sync.user!, sync.database!];
      return { unsure, channel: { type: sync.channel, ...storeOf(sync), user, database } };
    }
  }
}

const storeOf = ({ address, passwordFile, tls }: NonNullable<VnfcDescription['sync']>) => ({
  address: address!,
  ...(passwordFile && { passwordFile }),
  ...(tls && { tls }),
});

/** Beside a heartbeat, a check needs no haste: a busy machine's slow answer isn't a failure. */
const checkTimeoutFor = ({ heartbeat }: VnfcDescription, { checkTimeout }: Defaults): number =>
  heartbeat === undefined ? checkTimeout : Math.max(checkTimeout, 5000);

function heartbeatOf(heartbeat: VnfcDescription['heartbeat'], defaults: Defaults): Heartbeat | undefined {
  return (
    heartbeat && {
      intervalMs: ms(heartbeat.interval, defaults.heartbeat),
      misses: heartbeat.misses ?? 3,
      http: heartbeat.http,
      tcp: heartbeat.tcp,
      send: heartbeat.send,
      expect: heartbeat.expect,
    }
  );
}

/** What a network interface is called in a guest, the description of the nodes doesn't say. */
const guestless = (nodes: readonly string[], { nodeNames }: Context): boolean =>
  nodes.every((node) => nodeNames.includes(node));

function vnfmOf(vnfm: Description['vnfm']): Vnf['vnfm'] {
  if (vnfm === undefined) return undefined;
  const { type = 'sol', url, alarms, ca, auth, heals } = vnfm;
  return { type, url: type === 'sol' ? url.replace(/\/+$/, '') : url, alarms, ca, auth, heals: healRulesOf(heals) };
}
