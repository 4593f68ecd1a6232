/** What the templates are given: flat values under the names that docs/templates.md lists. */
import {
  alertId,
  askedName,
  backendName,
  cloneId,
  fenceId,
  apartId,
  guestId,
  guestsApartId,
  guestsUpId,
  haproxyId,
  lbNodes,
  lbVips,
  memberId,
  mountId,
  paths,
  resourceId,
  type ServerPlace,
  serverPlaces,
  spreadId,
  vipId,
  vnfPaths,
  vmId,
  vmMemberId,
} from '../model/names.ts';
import { hostPort } from '../model/address.ts';
import {
  type ActiveActiveVnfc,
  type ActiveStandbyVnfc,
  type Balanced,
  guestsOf,
  type LoadBalancer,
  type ManagedVnfc,
  type NodesVnfc,
  type Vip,
  type VmsVnfc,
  type Vnf,
} from '../model/vnf.ts';
import { duration, guestParametersOf, parametersOf, vmParametersOf } from './values.ts';

export function clusterContext(vnf: Vnf) {
  return {
    vnf: vnf.name,
    alert: alertId(vnf.name),
    alertAgent: paths.alertAgent,
    fencing: vnf.fencing.length > 0,
    twoNodes: vnf.nodes.length === 2,
  };
}

export function fencingContext(vnf: Vnf) {
  return {
    vnf: vnf.name,
    devices: vnf.fencing.map((device) => ({
      id: fenceId(vnf.name, device.name),
      agent: device.agent,
      hostList: device.nodes.join(' '),
      onlyNode: device.nodes.length === 1 && vnf.nodes.length > 1 ? device.nodes[0] : '',
      parameters: Object.entries(device.parameters)
        .filter(([name]) => name !== 'pcmk_host_list')
        .map(([name, value]) => ({ name, value })),
    })),
  };
}

export function activeStandbyContext(vnf: Vnf, vnfc: ActiveStandbyVnfc) {
  const promotedMs = vnfc.check.intervalMs;
  return {
    ...vnfcContext(vnf, vnfc),
    ...vipContext(vnf, vipId(vnf.name, vnfc.name), vnfc.vip),
    ...mountContext(vnf, vnfc),
    guestsUp: guestsOf(vnf, vnfc).length > 0 ? guestsUpId(vnf.name) : '',
    roleTimeout: vnfc.role === undefined ? '' : duration(vnfc.role.timeoutMs),
    checkInterval: duration(promotedMs),
    promotedInterval: duration(promotedMs),
    promotedIntervalMs: promotedMs,
    // Pacemaker tells the monitors of the two roles apart by their intervals.
    unpromotedInterval: duration(promotedMs + 1000),
    unpromotedIntervalMs: promotedMs + 1000,
  };
}

export function activeActiveContext(vnf: Vnf, vnfc: ActiveActiveVnfc) {
  const member = memberId(vnf.name, vnfc.name);
  return {
    ...vnfcContext(vnf, vnfc),
    checkInterval: duration(vnfc.check.intervalMs),
    member,
    memberClone: cloneId(member),
    backend: backendName(vnf.name, vnfc.name),
    lbNodes: lbNodes(vnf.loadBalancer).join(' '),
    askedVnf: askedName(vnf) ?? '',
  };
}

export function vmsContext(vnf: Vnf, vnfc: VmsVnfc) {
  return {
    vnf: vnf.name,
    vnfc: vnfc.name,
    backend: backendName(vnf.name, vnfc.name),
    lbNodes: lbNodes(vnf.loadBalancer).join(' '),
    restricted: isRestricted(vnf, vnfc.hosts),
    nodes: vnfc.hosts,
    spread: spreadId(vnf.name, vnfc.name),
    several: vnfc.vms.length > 1,
    vms: vnfc.vms.map((vm) => ({
      vm: vm.name,
      resource: vmId(vnf.name, vnfc.name, vm.name),
      member: vmMemberId(vnf.name, vnfc.name, vm.name),
      parameters: vmParametersOf(vnfc, vm),
    })),
    migrates: vnfc.migrate !== undefined,
    startTimeout: duration(vnfc.startTimeoutMs),
    stopTimeout: duration(vnfc.stopTimeoutMs),
    checkInterval: duration(vnfc.check.intervalMs),
    checkTimeout: duration(vnfc.check.timeoutMs),
    migrationThreshold: migrationThreshold(vnfc),
    failureTimeout: duration(vnfc.recovery.withinMs),
  };
}

export function guestsContext(vnf: Vnf) {
  const together = vnf.vnfcs.flatMap((vnfc) =>
    vnfc.redundancy === 'active-active-vms' ? [] : [{ vnfc: vnfc.name, guests: guestsOf(vnf, vnfc) }],
  );
  const up = guestsUpId(vnf.name);
  return {
    vnf: vnf.name,
    up,
    upClone: cloneId(up),
    guests: vnf.guests.map((guest) => ({
      guest: guest.name,
      resource: guestId(vnf.name, guest.name),
      address: Object.values(guest.addresses)[0]!,
      hosts: guest.hosts,
      parameters: guestParametersOf(guest),
      startTimeout: duration(guest.startTimeoutMs),
      stopTimeout: duration(guest.stopTimeoutMs),
    })),
    apart: together
      .filter(({ guests }) => guests.length > 1)
      .map(({ vnfc, guests }) => ({
        id: guestsApartId(vnf.name, vnfc),
        resources: guests.map(({ name }) => guestId(vnf.name, name)),
      })),
  };
}

/** Whether it may not run on every node that Pacemaker knows. */
const isRestricted = ({ nodes, guests }: Vnf, own: readonly string[]): boolean =>
  own.length < nodes.length + guests.length;

export function loadBalancerContext(vnf: Vnf, lb: LoadBalancer) {
  const resource = haproxyId(vnf.name, lb.name);
  return {
    vnf: vnf.name,
    resource,
    clone: cloneId(resource),
    instances: lb.nodes.length,
    restricted: isRestricted(vnf, lb.nodes),
    nodes: lb.nodes,
    parameters: haproxyParameters(vnf),
    vips: lbVips(vnf.name, lb).map(({ id, vip }) => vipContext(vnf, id, vip)),
    apart: apartId(vnf.name, lb.name),
    several: lb.vips.length > 1,
    somewhere: 1000 * lb.vips.length,
  };
}

/** Where it isn't the node's HAProxy: the agent knows that one's. */
function haproxyParameters(vnf: Vnf) {
  if (!vnf.beside) return [];
  const { haproxyConfig, haproxySocket, haproxyMaster, bridgeSocket } = vnfPaths(vnf);
  const values = {
    config: haproxyConfig,
    socket: haproxySocket,
    master_socket: haproxyMaster,
    bridge_socket: bridgeSocket,
  };
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

/** @param excluded 'backend/server' of the servers that are out of rotation */
export function haproxyContext(vnf: Vnf, excluded: ReadonlySet<string>) {
  const lb = vnf.loadBalancer;
  const places = new Map<string, ServerPlace[]>(vnf.vnfcs.map(({ name }) => [name, []]));
  for (const place of serverPlaces(vnf)) places.get(place.vnfc)!.push(place);
  const services = vnf.vnfcs.filter((vnfc) => vnfc.redundancy !== 'active-standby');
  const ofCluster = ({ name, service }: ActiveActiveVnfc | VmsVnfc) => ({
    ...balancedContext(vnf, name, service),
    managed: false,
    states: '',
    slowStart: '',
    servers: places.get(name)!.map(({ backend, server, address, port }) => ({
      name: server,
      address: hostPort(address, port),
      excluded: excluded.has(`${backend}/${server}`),
    })),
  });
  const ofLoadBalancer = ({ name, service, servers }: ManagedVnfc) => ({
    ...balancedContext(vnf, name, service),
    managed: true,
    states: `${vnfPaths(vnf).haproxyStates}/${backendName(vnf.name, name)}`,
    slowStart: service.slowStartMs === 0 ? '' : `${service.slowStartMs}ms`,
    servers: servers.map((server) => ({
      name: server.name,
      address: hostPort(server.address, server.port),
      excluded: false,
    })),
  });
  return {
    vnf: vnf.name,
    socket: vnfPaths(vnf).haproxySocket,
    localTemplates: paths.localTemplates,
    services: lb === undefined ? [] : [...services.map(ofCluster), ...lb.manages.map(ofLoadBalancer)],
  };
}

function balancedContext(vnf: Vnf, name: string, service: Balanced) {
  return {
    backend: backendName(vnf.name, name),
    mode: service.mode,
    http: service.mode === 'http',
    bind: vnf.loadBalancer!.vips.map(({ ip }) => hostPort(ip, service.frontend)).join(),
    balance: service.balance,
    checkPath: service.check.http ?? '',
    inter: `${service.check.interMs}ms`,
    fall: service.check.fall,
    rise: service.check.rise,
    answer: `${service.check.answerMs}ms`,
  };
}

export function corosyncContext(vnf: Vnf) {
  return {
    vnf: vnf.name,
    clusterName: vnf.cluster.name,
    token: vnf.cluster.tokenMs,
    consensus: vnf.cluster.consensusMs,
    twoNodes: vnf.nodes.length === 2,
    links: vnf.cluster.links.map((network, number) => ({ number, network })),
    nodes: vnf.nodes.map(({ name, id, addresses }) => ({
      name,
      id,
      addresses: vnf.cluster.links.map((network, number) => ({ number, address: addresses[network] })),
    })),
  };
}

function vnfcContext(vnf: Vnf, vnfc: NodesVnfc) {
  const resource = resourceId(vnf.name, vnfc.name);
  return {
    vnf: vnf.name,
    vnfc: vnfc.name,
    resource,
    clone: cloneId(resource),
    instances: vnfc.instances,
    restricted: isRestricted(vnf, vnfc.nodes),
    nodes: vnfc.nodes,
    parameters: parametersOf(vnf, vnfc),
    startTimeout: duration(vnfc.program.startTimeoutMs),
    stopTimeout: duration(vnfc.program.stopTimeoutMs),
    checkTimeout: duration(vnfc.check.timeoutMs),
    migrationThreshold: migrationThreshold(vnfc),
    failureTimeout: duration(vnfc.recovery.withinMs),
  };
}

/**
 * A failure counts two: one that the supervisor reports is written to the history twice (crm_resource --fail, see docs/supervisor.md),
 * and an active instance is found dead by both of its monitors. The failure after the n-th restart is one too many.
 */
const migrationThreshold = ({ recovery }: Pick<NodesVnfc, 'recovery'>): number => 2 * recovery.restarts + 1;

function mountContext(vnf: Vnf, { name, sync }: ActiveStandbyVnfc) {
  const mount = sync?.channel.type === 'shared-storage' ? sync.channel.mount : undefined;
  return {
    mount: mount === undefined ? '' : mountId(vnf.name, name),
    mountDevice: mount?.device ?? '',
    mountDirectory: mount?.directory ?? '',
    mountType: mount?.fstype ?? '',
    mountOptions: mount?.options ?? '',
  };
}

function vipContext(vnf: Vnf, id: string, vip: Vip) {
  return {
    vip: id,
    vipIp: vip.ip,
    vipPrefix: vip.prefix,
    vipInterface: vip.interface ?? '',
    arpCount: vnf.arp.count,
    arpInterval: vnf.arp.intervalMs,
  };
}
