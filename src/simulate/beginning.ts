/** The cluster before anything fails, and the failures as crm_simulate is told them. Pure. */
import { element, section } from '../cib/tree.ts';
import { guestId, guestsUpId, haproxyId, resourceId, vmId } from '../model/names.ts';
import type { ClusterStatus } from '../model/cluster.ts';
import type { Vnf } from '../model/vnf.ts';
import type { Step } from '../pacemaker/what-if.ts';
import type { Element } from '../process/xml.ts';
import type { Fault } from './failure.ts';

/** The CIB that a description makes, with all of its nodes up and nothing started; every instance as fit for promotion as any other. */
export function withNodes(cib: Element, vnf: Vnf): Element {
  const [configuration, status] = [section(cib, 'configuration')!, section(cib, 'status')!];
  const nodes = vnf.nodes.map(({ id, name }) => element('node', { id: String(id), uname: name }));
  const states = [
    ...vnf.nodes.map(({ id, name }) => stateOf(String(id), name, attributesOf(vnf, false), member)),
    ...vnf.guests.map(({ name }) => stateOf(name, name, attributesOf(vnf, true), guest)),
  ];
  return {
    ...cib,
    attributes: { ...cib.attributes, 'have-quorum': '1', 'dc-uuid': String(vnf.nodes[0]!.id) },
    children: [
      {
        ...configuration,
        children: configuration.children.map((part) => (part.name === 'nodes' ? { ...part, children: nodes } : part)),
      },
      { ...status, children: states },
    ],
  };
}

const member = { in_ccm: 'true', crmd: 'online', join: 'member', expected: 'member' };
/** Whether it is online, its VM's resource and Pacemaker's connection to it say. */
const guest = { remote_node: 'true', in_ccm: 'true' };

type Attributes = Readonly<Record<string, string>>;

/** What the agents tell of an instance that is well, and of a guest that is up. */
function attributesOf(vnf: Vnf, isGuest: boolean): Attributes {
  const promotable = vnf.vnfcs.flatMap((vnfc) =>
    vnfc.redundancy === 'active-standby' && vnfc.role !== undefined ? [resourceId(vnf.name, vnfc.name)] : [],
  );
  return {
    ...Object.fromEntries(promotable.map((resource) => [`master-${resource}`, '100'])),
    ...(isGuest && { [guestsUpId(vnf.name)]: '1' }),
  };
}

function stateOf(id: string, uname: string, attributes: Attributes, state: Attributes): Element {
  return element('node_state', { id, uname, ...state, 'crm-debug-origin': 'vnfha' }, [
    transientOf(id, attributes),
    element('lrm', { id }, [element('lrm_resources', {})]),
  ]);
}

function transientOf(id: string, attributes: Attributes): Element {
  const pairs = Object.entries(attributes).map(([name, value]) =>
    element('nvpair', { id: `status-${id}-${name}`, name, value }),
  );
  return element('transient_attributes', { id }, [element('instance_attributes', { id: `status-${id}` }, pairs)]);
}

/** What is left of Corosync's votes decides, of two nodes either one (two_node). */
export function keepsQuorum(vnf: Vnf, faults: readonly Fault[]): boolean {
  const lost = new Set(faults.flatMap((fault) => (fault.kind === 'node' ? [fault.node] : [])));
  const left = vnf.nodes.length - lost.size;
  return vnf.nodes.length === 2 ? left >= 1 : left > vnf.nodes.length / 2;
}

/** The instance that a fault hits. */
interface Hit {
  readonly resource: string;
  readonly node: string;
  readonly role: string;
}

/** What `faults` hit in the cluster that `status` shows, besides nodes; `absent`: of which nothing is there to fail. */
export function hitsOf(
  vnf: Vnf,
  faults: readonly Fault[],
  status: ClusterStatus,
): { readonly hits: readonly Hit[]; readonly absent: readonly Fault[] } {
  const lost = new Set(faults.flatMap((fault) => (fault.kind === 'node' ? [fault.node] : [])));
  const absent: Fault[] = [];
  const hits = faults.flatMap((fault) => {
    if (fault.kind === 'node') return [];
    const resource = resourceOf(vnf, fault);
    const node = nodeOf(vnf, fault, status);
    if (node !== undefined && lost.has(node)) return [];
    const here = status.resources.find(
      ({ id, active, nodes }) => id === resource && active && node !== undefined && nodes.includes(node),
    );
    if (here === undefined) absent.push(fault);
    return here === undefined ? [] : [{ resource, node: node!, role: here.role }];
  });
  return { hits, absent };
}

/** The options of crm_simulate that tell it of it all: nodes are gone, monitors fail. */
export const eventsOf = (faults: readonly Fault[], hits: readonly Hit[], cib: Element): string[] => [
  ...faults.flatMap((fault) => (fault.kind === 'node' ? ['--node-fail', fault.node] : [])),
  ...hits.flatMap(({ node, resource, role }) => injected(cib, resource, role, node)),
];

/** What was active has been demoted by then, and is found dead by the monitor of a standby. */
export const laterEventsOf = (hits: readonly Hit[], cib: Element): string[] =>
  hits.flatMap(({ node, resource, role }) => (role === 'Promoted' ? injected(cib, resource, 'Unpromoted', node) : []));

const injected = (cib: Element, resource: string, role: string, node: string): string[] => [
  '--op-inject',
  `${resource}_monitor_${monitorOf(cib, resource, role)}@${node}=${role === 'Promoted' ? 9 : 7}`,
];

type PartFault = Exclude<Fault, { kind: 'node' }>;

/** The primitive that fails. */
export function resourceOf(vnf: Vnf, fault: PartFault): string {
  switch (fault.kind) {
    case 'vnfc':
      return resourceId(vnf.name, fault.vnfc);
    case 'guest':
      return guestId(vnf.name, fault.guest);
    case 'vm':
      return vmId(vnf.name, fault.vnfc, fault.vm);
    case 'lb':
      return haproxyId(vnf.name, vnf.loadBalancer!.name);
  }
}

/** The node on which it fails: of a VM the one that runs it. Undefined: none does. */
export const nodeOf = (vnf: Vnf, fault: PartFault, { resources }: ClusterStatus): string | undefined =>
  fault.kind === 'vm' || fault.kind === 'guest'
    ? resources.find(({ id, active }) => active && id === resourceOf(vnf, fault))?.nodes[0]
    : fault.node;

/** Where it has failed when it has failed more often than it is restarted: a VM on every node that it may run on. */
export function exhaustedOn(vnf: Vnf, fault: PartFault): readonly string[] {
  if (fault.kind === 'guest') return vnf.guests.find(({ name }) => name === fault.guest)!.hosts;
  if (fault.kind !== 'vm') return [fault.node];
  return vnf.vnfcs.flatMap((vnfc) =>
    vnfc.redundancy === 'active-active-vms' && vnfc.name === fault.vnfc ? vnfc.hosts : [],
  );
}

/**
 * The same CIB without the attributes of the guests that are lost, or whose hosts are. Pacemaker forgets these when it takes a guest for lost, and our agent has it
 * decide anew then (src/ocf/vm/start.ts): crm_simulate knows nothing of that. `gone`: those guests.
 */
export function withoutLostGuests(cib: Element, vnf: Vnf, faults: readonly Fault[], { resources }: ClusterStatus) {
  const nodes = faults.flatMap((fault) => (fault.kind === 'node' ? [fault.node] : []));
  const isLost = (guest: string): boolean =>
    faults.some((fault) => fault.kind === 'guest' && fault.guest === guest) ||
    resources.some(({ id, nodes: at }) => id === guestId(vnf.name, guest) && at.some((node) => nodes.includes(node)));
  const gone = vnf.guests.flatMap(({ name }) => (isLost(name) ? [name] : []));
  const without = inStates(cib, ({ children }, id) =>
    gone.includes(id) ? children.filter(({ name }) => name !== 'transient_attributes') : children,
  );
  return { cib: without, gone };
}

/** The same CIB after the transition of `steps`, in which the guests `gone` ended: what ran there and was not started again since doesn't run. That too crm_simulate leaves out. */
export function withoutEnded(cib: Element, gone: readonly string[], steps: readonly Step[]): Element {
  const runs = (guest: string, resource = ''): boolean =>
    steps.some(
      ({ action, resource: id, node }) => action === 'start' && node === guest && id === resource.replace(/:\d+$/, ''),
    );
  const inHistory = (each: Element, guest: string): Element => ({
    ...each,
    children: each.children.flatMap((child) =>
      child.name !== 'lrm_resource' ? [inHistory(child, guest)] : runs(guest, child.attributes['id']) ? [child] : [],
    ),
  });
  return inStates(cib, (state, id) => (gone.includes(id) ? inHistory(state, id).children : state.children));
}

/** The same CIB when the guests that it has forgotten are up again. */
export function withGuestsBack(cib: Element, vnf: Vnf): Element {
  const known = new Set(vnf.guests.map(({ name }) => name));
  return inStates(cib, ({ children }, id) =>
    !known.has(id) || children.some(({ name }) => name === 'transient_attributes')
      ? children
      : [transientOf(id, attributesOf(vnf, true)), ...children],
  );
}

const inStates = (cib: Element, change: (state: Element, id: string) => readonly Element[]): Element => ({
  ...cib,
  children: cib.children.map((part) =>
    part.name !== 'status'
      ? part
      : {
          ...part,
          children: part.children.map((state) => ({
            ...state,
            children: [...change(state, state.attributes['id'] ?? '')],
          })),
        },
  ),
});

/** In ms: Pacemaker tells operations apart by it. */
function monitorOf(cib: Element, resource: string, role: string): number {
  const primitive = find(cib, (each) => each.name === 'primitive' && each.attributes['id'] === resource);
  const monitors = (primitive?.children ?? [])
    .flatMap(({ name, children }) => (name === 'operations' ? children : []))
    .filter(({ attributes }) => attributes['name'] === 'monitor');
  const monitor = monitors.find(({ attributes }) => attributes['role'] === role) ?? monitors[0];
  return milliseconds(monitor?.attributes['interval'] ?? '10s');
}

/** As Pacemaker reads times: seconds where there is no unit. */
function milliseconds(text: string): number {
  const [, digits = '10', unit = 's'] = /^(\d+)\s*([a-z]*)$/.exec(text) ?? [];
  const factor: Readonly<Record<string, number>> = { ms: 1, msec: 1, m: 60_000, min: 60_000, h: 3_600_000, hr: 3_600_000 };
  return Number(digits) * (factor[unit] ?? 1000);
} // prettier-ignore

function find(root: Element, is: (each: Element) => boolean): Element | undefined {
  if (is(root)) return root;
  for (const child of root.children) {
    const found = find(child, is);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The same CIB, in which `faults` have failed more often than they are restarted; `nowS`: seconds since the epoch. */
export function withExhausted(cib: Element, vnf: Vnf, faults: readonly Fault[], nowS: number): Element {
  const of = (node: string | undefined) => faults.flatMap((fault) => (fault.kind !== 'node' && node !== undefined && exhaustedOn(vnf, fault).includes(node) ? [resourceOf(vnf, fault)] : [])); // prettier-ignore
  const visit = (each: Element, node: string | undefined): Element => {
    const here = each.name === 'node_state' ? each.attributes['uname'] : node;
    const children = each.children.map((child) => visit(child, here));
    const inside = each.name === 'instance_attributes' && here !== undefined;
    const counts = inside ? of(here).flatMap((resource) => countsOf(resource, here, nowS)) : [];
    return { ...each, children: [...children, ...counts] };
  };
  return { ...cib, children: cib.children.map((child) => (child.name === 'status' ? visit(child, undefined) : child)) };
}

const countsOf = (resource: string, node: string, nowS: number): Element[] =>
  [
    ['fail-count', 'INFINITY'],
    ['last-failure', String(nowS)],
  ].map(([what, value]) =>
    element('nvpair', { id: `whatif-${what}-${node}-${resource}`, name: `${what}-${resource}#start_0`, value: value! }),
  );
