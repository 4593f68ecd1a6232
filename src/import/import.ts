/**
 * From a CIB to the description that would make it, as far as it goes. What a CIB doesn't know (addresses, ports) comes from corosync.conf
 * and haproxy.cfg, where they are given. Pure.
 */
import { primitiveOf } from '../cib/parts.ts';
import { section, idOf } from '../cib/tree.ts';
import { contains, formatNetwork, parseAddress, parsePrefixed } from '../model/address.ts';
import { guestsUpId, vnfPaths } from '../model/names.ts';
import { Failure } from '../process/failure.ts';
import type { Element } from '../process/xml.ts';
import type { CorosyncConf } from './corosync-conf.ts';
import type { Backend } from './haproxy-cfg.ts';
import { managedFields } from './managed.ts';
import { type Found, resourcesOf, valueOf, vipsWith } from './resources.ts';
import { type Fields, mountFields, vnfcFields } from './vnfc.ts';
import { guestFields, isGuest, vmsOf, vmsFields } from './vms.ts';

export interface Sources {
  readonly cib: Element;
  readonly corosync: CorosyncConf | undefined;
  readonly backends: ReadonlyMap<string, Backend> | undefined;
  /** Which VNF; undefined: the only one. */
  readonly vnf: string | undefined;
}

export interface Imported {
  readonly description: Fields;
  /** Sentences for what is in the CIB and not in the description, or was guessed. */
  readonly leftOut: readonly string[];
}

/** @throws Failure 'input' when the CIB has no VNF, or several and none is named */
export function importCib({ cib, corosync, backends, vnf }: Sources): Imported {
  const configuration = section(cib, 'configuration');
  if (configuration === undefined) throw new Failure('input', `this is no CIB: <${cib.name}> without <configuration>`);
  const name = vnf ?? onlyVnf(configuration);
  const nodes = nodesOf(configuration, corosync);
  const names = nodes.map((node) => node.name);
  const { found, others } = resourcesOf(configuration, [...names, ...guestNamesIn(configuration)]);
  const owned = ownedBy(configuration, name);
  const mine = found.filter(({ id }) => owned === undefined || owned.has(id));
  const used = new Set<Found | undefined>();
  const vipsOf = (id: string, role?: string): string[] =>
    vipsWith(configuration, mine, id, role).map((vip) => {
      used.add(vip);
      return `${valueOf(vip.primitive.parameters, 'ip')}/${valueOf(vip.primitive.parameters, 'cidr_netmask')}`;
    });
  const ofAgent = (agent: string): Found[] => {
    const all = mine.filter(({ primitive }) => primitive.agent === agent);
    all.forEach((one) => used.add(one));
    return all;
  };
  const members = ofAgent('ocf:vnfha:lb-member');
  const { bridgeSocket } = vnfPaths({ name, beside: true });
  const isBeside = mine.some(
    ({ primitive: { parameters } }) =>
      valueOf(parameters, 'vnf') === name || valueOf(parameters, 'bridge_socket') === bridgeSocket,
  );
  const onNodes = ofAgent('ocf:vnfha:vnfc').map((one): Described => {
    const standby = one.cloneMeta.get('promotable') === 'true';
    const backend = backends?.get(one.primitive.id);
    const vip = standby ? vipsOf(one.id, 'Promoted')[0] : undefined;
    const mounted = mine.find(({ id }) => id === `${one.primitive.id}-mount`);
    used.add(mounted);
    const mount = mounted && mountFields(mounted);
    return [one, vnfcFields(one, { nodes: names, vip, mount, backend, network: networkOf(backend, nodes) })];
  });
  const ofVms = vmsOf(mine, members, name).map(({ vnfc, vms }): Described => {
    vms.forEach(({ vm }) => used.add(vm));
    return [vms[0]!.vm, vmsFields(vnfc, vms, names, backends?.get(`${name}-${vnfc}`))];
  });
  const guests = mine.filter(isGuest);
  guests.forEach((one) => used.add(one));
  mine.filter(({ primitive }) => primitive.id === guestsUpId(name)).forEach((one) => used.add(one));
  const inOrder = ([one]: Described, [other]: Described): number => mine.indexOf(one) - mine.indexOf(other);
  const vnfcs = [...onNodes, ...ofVms].sort(inOrder).map(([, fields]) => fields);
  const balancers = ofAgent('ocf:vnfha:haproxy').map((one): Fields => {
    const balancer = one.primitive.id.replace(`${name}-`, '');
    const addresses = vipsOf(one.id);
    const managed = managedFields(backends ?? new Map(), `${name}-`, vnfcs);
    return {
      name: balancer === 'lb' ? undefined : balancer,
      nodes: one.nodes ?? names,
      ...(addresses.length > 1 ? { vips: addresses } : { vip: addresses[0] }),
      manages: managed.length === 0 ? undefined : managed,
    };
  });
  const fences = mine.filter(({ primitive }) => primitive.agent.startsWith('stonith:'));
  fences.forEach((one) => used.add(one));
  if (vnfcs.length + balancers.length === 0) {
    throw new Failure('input', 'the CIB has no resource of ocf:vnfha:vnfc, ocf:vnfha:vnfc-vm or ocf:vnfha:haproxy', {
      cure: 'Only what runs by the agents of vnfha can be described. Write a description; there are examples in /usr/share/vnfha/examples.',
    });
  }
  const vips = [...vnfcs, ...balancers].flatMap(({ vip, vips: several }) =>
    typeof vip === 'string' ? [vip] : Array.isArray(several) ? (several as string[]) : [],
  );
  const links = linksOf(nodes, vips, mine);
  return {
    description: {
      vnf: { name, beside: isBeside ? true : undefined },
      networks: links.networks,
      nodes: nodes.map(({ name: node, id, addresses }) => nodeFields(node, id, addresses)),
      guests: guests.length === 0 ? undefined : guests.map((one) => guestFields(one, names, links.networks)),
      cluster: clusterFields(corosync, name, links.networks.length),
      fencing: fences.map((one) => fenceFields(one, name, names)),
      vnfcs: vnfcs.length === 0 ? undefined : vnfcs,
      loadBalancer: balancers[0],
    },
    leftOut: [
      'not in a CIB: the VNFM (vnfm, vnf.instanceId, vdu, vnfcInstanceIds), vnf.beside where there is no load balancer, recovery targets, heartbeats of nodes, how long a fencing takes',
      ...(nodes.some(({ addresses }) => addresses.length === 0)
        ? ['not in a CIB: the addresses of the nodes; name the cluster’s corosync.conf by --corosync']
        : []),
      ...links.guesses,
      ...vnfcs.flatMap(({ name: vnfc, sync }) =>
        sync === undefined || (sync as Fields)['channel'] === 'own' ? [] : [guessOf(String(vnfc), sync as Fields)],
      ),
      ...(members.length + balancers.length > 0 && backends === undefined
        ? ['not in a CIB: the ports and checks behind the load balancer; name its configuration by --haproxy']
        : []),
      ...balancers.slice(1).map(() => 'a second load balancer: a description has one'),
      ...found
        .filter((one) => !used.has(one))
        .map(
          ({ id, primitive }) => `${id} (${primitive.agent}): not a part of this VNF; it stays in the cluster as it is`,
        ),
      ...others.map((other) => `${other}: not a part of this VNF; it stays in the cluster as it is`),
    ],
  };
}

const guessOf = (vnfc: string, { channel, folder }: Fields): string =>
  typeof folder === 'string'
    ? `guessed: that the state of ${vnfc} is in the folder ${folder}; its sidecars know`
    : `guessed: that the state of ${vnfc} goes by the channel ${String(channel)}; its sidecars know`;

function onlyVnf(configuration: Element): string {
  const tags = (section(configuration, 'tags')?.children ?? []).map(idOf);
  const names = tags.filter((id) => id.startsWith('vnfha-')).map((id) => id.slice('vnfha-'.length));
  if (names.length === 1) return names[0]!;
  const what = names.length === 0 ? 'no tag says which VNF this is' : `there are several VNFs: ${names.join(', ')}`;
  throw new Failure('input', what, { cure: 'Name the one that is meant: --vnf NAME.' });
}

type Described = readonly [first: Found, fields: Fields];

/** Of any resource's: they are nodes for all of them. */
function guestNamesIn(configuration: Element): string[] {
  const meta = (section(configuration, 'resources')?.children ?? []).flatMap((child) => primitiveOf(child)?.meta ?? []);
  return meta.flatMap(([name, value]) => (name === 'remote-node' ? [value] : []));
}

/** What the owner tag lists; undefined without one: then everything is looked at. */
function ownedBy(configuration: Element, vnf: string): ReadonlySet<string> | undefined {
  const tag = section(configuration, 'tags')?.children.find((child) => idOf(child) === `vnfha-${vnf}`);
  return tag && new Set(tag.children.map(idOf));
}

interface Node {
  readonly name: string;
  readonly id: number | undefined;
  readonly addresses: readonly string[];
}

function nodesOf(configuration: Element, corosync: CorosyncConf | undefined): readonly Node[] {
  if (corosync !== undefined) return corosync.nodes;
  const nodes = section(configuration, 'nodes')?.children ?? [];
  return nodes.flatMap(({ attributes }) => {
    const id = Number(attributes['id']);
    return attributes['uname'] === undefined ? [] : [{ name: attributes['uname'], id: id || undefined, addresses: [] }];
  });
}

function nodeFields(name: string, id: number | undefined, addresses: readonly string[]): Fields {
  if (addresses.length < 2) return { name, id, address: addresses[0] };
  return { name, id, addresses: Object.fromEntries(addresses.map((address, at) => [networkName(at), address])) };
}

const networkName = (link: number): string => `net${link}`;

/** Of the server's addresses in Corosync's links: the network of that link, if it isn't the first. */
function networkOf(backend: Backend | undefined, nodes: readonly Node[]): string | undefined {
  const server = backend?.servers[0];
  const link = nodes.find(({ name }) => name === server?.name)?.addresses.indexOf(server!.address) ?? -1;
  return link > 0 ? networkName(link) : undefined;
}

/** A network for each link of Corosync's, as wide as an address in it says. */
function linksOf(nodes: readonly Node[], vips: readonly string[], found: readonly Found[]) {
  const guesses: string[] = [];
  const addresses = nodes[0]?.addresses ?? [];
  const networks = addresses.flatMap((text, link): Fields[] => {
    const address = parseAddress(text);
    if (address === undefined) return [];
    const vip = vips.flatMap((one) => parsePrefixed(one) ?? []).find((one) => contains(one, address));
    const prefix = vip?.prefix ?? (address.family === 4 ? 24 : 64);
    if (vip === undefined) guesses.push(`guessed: that the network of ${text} is a /${prefix}`);
    const nic = found
      .map(({ primitive }) => valueOf(primitive.parameters, 'nic') ?? valueOf(primitive.parameters, 'address_nic'))
      .find(Boolean);
    const cidr = formatNetwork({ ...address, prefix });
    return [{ name: networkName(link), cidr, interface: vip === undefined ? undefined : nic }];
  });
  return { networks, guesses };
}

function clusterFields(corosync: CorosyncConf | undefined, vnf: string, links: number): Fields | undefined {
  if (corosync === undefined) return undefined;
  const { clusterName, tokenMs, consensusMs } = corosync;
  return {
    name: clusterName === vnf ? undefined : clusterName,
    links: links > 1 ? Array.from({ length: links }, (_, link) => networkName(link)) : undefined,
    token: tokenMs === undefined ? undefined : `${tokenMs}ms`,
    consensus: consensusMs === undefined ? undefined : `${consensusMs}ms`,
  };
}

function fenceFields({ primitive }: Found, vnf: string, names: readonly string[]): Fields {
  const hosts = valueOf(primitive.parameters, 'pcmk_host_list')
    ?.split(/[ ,;]+/)
    .filter(Boolean);
  const parameters = primitive.parameters.filter(([name]) => name !== 'pcmk_host_list');
  return {
    name: primitive.id.replace(`${vnf}-fence-`, ''),
    agent: primitive.agent.replace('stonith:', ''),
    nodes: hosts === undefined || hosts.length === names.length ? undefined : hosts,
    parameters: parameters.length === 0 ? undefined : Object.fromEntries(parameters),
  };
}
