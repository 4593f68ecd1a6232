/** What `crm_mon --output-as=xml` says (Pacemaker 2.1 and later), as one typed value. */
import { Failure } from '../process/failure.ts';
import { type Element, parseXml } from '../process/xml.ts';
import { backendOfAttribute, readHealth, type ServersHealth } from '../model/server-health.ts';
import type { ClusterStatus, FailureCount, InstanceStatus, NodeStatus } from '../model/cluster.ts';

/**
 * Parses the answer of `crm_mon --output-as=xml`. What a later version adds is passed over.
 * @throws Failure 'input' when it isn't such an answer, 'pacemaker' when it says that Pacemaker is still starting.
 */
export function parseStatus(xml: string): Promise<ClusterStatus> {
  return Promise.resolve().then(() => statusOf(parseXml(xml, 'crm_mon')));
}

function statusOf(root: Element): ClusterStatus {
  const summary = child(root, 'summary');
  const nodes = child(root, 'nodes');
  const daemons = child(root, 'pacemakerd');
  if (summary === undefined && daemons !== undefined) {
    const state = daemons.attributes['state'] ?? 'unknown';
    throw new Failure('pacemaker', `Pacemaker is not ready on this node; its state: ${state}`, { retryable: true });
  }
  if (summary === undefined || nodes === undefined) {
    throw new Failure('input', `crm_mon: <${root.name}> with <summary> and <nodes> was expected, and is not there`);
  }
  const dc = child(summary, 'current_dc');
  const options = child(summary, 'cluster_options');
  const attributes = attributesIn(child(root, 'node_attributes'));
  const elected = electedIn(attributes);
  const checks = checksIn(attributes);
  const waits = waitsIn(attributes);
  return {
    ...(waits.length > 0 && { waits }),
    ...(elected.length > 0 && { elected }),
    ...(checks.length > 0 && { checks }),
    quorate: flag(dc, 'with_quorum'),
    dc: flag(dc, 'present') ? dc?.attributes['name'] : undefined,
    maintenance: flag(options, 'maintenance-mode'),
    nodes: named(nodes, 'node').map(nodeOf),
    resources: instancesIn(child(root, 'resources')),
    failures: failuresIn(child(root, 'node_history')),
  };
}

/**
 * The same of a <cluster_status> of `crm_simulate --output-as=xml`, which doesn't say whether there is quorum, nor what was counted.
 * @throws Failure 'input'
 */
export function statusOfSimulation(root: Element, quorate: boolean): ClusterStatus {
  const nodes = child(root, 'nodes');
  if (nodes === undefined) throw new Failure('input', `crm_simulate: <${root.name}> without <nodes>`);
  return {
    quorate,
    dc: undefined,
    maintenance: false,
    nodes: named(nodes, 'node').map(nodeOf),
    resources: instancesIn(child(root, 'resources')),
    failures: [],
  };
}

function nodeOf(node: Element): NodeStatus {
  return {
    name: required(node, 'name'),
    // Remote nodes have their name here: no number that corosync would know.
    id: /^\d+$/.test(required(node, 'id')) ? Number(node.attributes['id']) : 0,
    online: flag(node, 'online'),
    standby: flag(node, 'standby') || flag(node, 'standby_onfail'),
    maintenance: flag(node, 'maintenance'),
    pending: flag(node, 'pending'),
    unclean: flag(node, 'unclean'),
  };
}

/** Every resource below `element`, in clones, groups, bundles and replicas alike. */
function instancesIn(element: Element | undefined): InstanceStatus[] {
  if (element === undefined) return [];
  return element.children.flatMap((inner) => (inner.name === 'resource' ? [instanceOf(inner)] : instancesIn(inner)));
}

function instanceOf(resource: Element): InstanceStatus {
  return {
    id: required(resource, 'id').replace(/:\d+$/, ''),
    agent: required(resource, 'resource_agent'),
    role: roleOf(required(resource, 'role')),
    active: flag(resource, 'active'),
    failed: flag(resource, 'failed'),
    managed: flag(resource, 'managed'),
    pending: resource.attributes['pending'],
    nodes: named(resource, 'node').map((node) => required(node, 'name')),
  };
}

const roles: Readonly<Record<string, InstanceStatus['role']>> = {
  Started: 'Started',
  Stopped: 'Stopped',
  Promoted: 'Promoted',
  Unpromoted: 'Unpromoted',
  Starting: 'Starting',
  Stopping: 'Stopping',
  Promoting: 'Promoting',
  Demoting: 'Demoting',
  Migrating: 'Migrating',
  // as Pacemaker says it before 2.1, or built with compatibility
  Master: 'Promoted',
  Slave: 'Unpromoted',
};

function roleOf(word: string): InstanceStatus['role'] {
  const role = roles[word];
  if (role === undefined) throw new Failure('input', `crm_mon: the role '${word}' is not known`);
  return role;
}

function failuresIn(history: Element | undefined): FailureCount[] {
  if (history === undefined) return [];
  return named(history, 'node').flatMap((node) =>
    named(node, 'resource_history')
      .filter(({ attributes }) => attributes['fail-count'] !== undefined)
      .map((resource) => ({
        resource: required(resource, 'id').replace(/:\d+$/, ''),
        node: required(node, 'name'),
        failCount: score(resource, 'fail-count'),
        migrationThreshold: score(resource, 'migration-threshold'),
        lastFailure: resource.attributes['last-failure'],
      })),
  );
}

interface NodeAttribute {
  readonly node: string;
  readonly name: string;
  readonly value: string | undefined;
}

function attributesIn(element: Element | undefined): NodeAttribute[] {
  if (element === undefined) return [];
  return named(element, 'node').flatMap((node) =>
    named(node, 'attribute').map((attribute) => ({
      node: required(node, 'name'),
      name: required(attribute, 'name'),
      value: attribute.attributes['value'],
    })),
  );
}

/** Whom the agents say to have the address that makes active: see src/ocf/vnfc/address.ts. */
function electedIn(attributes: readonly NodeAttribute[]): { resource: string; node: string }[] {
  return attributes.flatMap(({ node, name, value }) => {
    const resource = /^(.+)-active$/.exec(name)?.[1];
    return resource !== undefined && value === '1' ? [{ resource, node }] : [];
  });
}

/** Whom the agents say not to be promoted: see src/ocf/role.ts. */
function waitsIn(attributes: readonly NodeAttribute[]): { resource: string; node: string; why: string }[] {
  return attributes.flatMap(({ node, name, value }) => {
    const resource = /^(.+)-waits$/.exec(name)?.[1];
    return resource !== undefined && value ? [{ resource, node, why: value }] : [];
  });
}

/** What bridges tell of HAProxy's checks. */
function checksIn(attributes: readonly NodeAttribute[]): { backend: string; node: string; servers: ServersHealth }[] {
  return attributes.flatMap(({ node, name, value }) => {
    const backend = backendOfAttribute(name);
    const servers = readHealth(value ?? '');
    return backend !== undefined && servers !== undefined ? [{ backend, node, servers }] : [];
  });
}

const infinity = 1_000_000;

function score(element: Element, name: string): number {
  const word = element.attributes[name] ?? 'INFINITY';
  if (/^\+?INFINITY$/.test(word)) return infinity;
  if (!/^\d+$/.test(word)) throw new Failure('input', `crm_mon: ${name}="${word}" is not a number`);
  return Math.min(Number(word), infinity);
}

const named = (element: Element, name: string): Element[] => element.children.filter((inner) => inner.name === name);
const child = (element: Element, name: string): Element | undefined => named(element, name)[0];
const flag = (element: Element | undefined, name: string): boolean => element?.attributes[name] === 'true';

function required(element: Element, name: string): string {
  const value = element.attributes[name];
  if (value === undefined) throw new Failure('input', `crm_mon: <${element.name}> without '${name}'`);
  return value;
}
