/**
 * A CIB as it is when all that it wants has come about: every node up, every instance running, every probe answered. Written, not
 * simulated: crm_simulate carries out a transition of 100 VNFCs in minutes.
 */
import { createHash } from 'node:crypto';
import type { ClusterNode } from '../../src/model/vnf.ts';
import { type Element, serializeXml } from '../../src/process/xml.ts';

/** Where a primitive is up, and where of that it is promoted. */
export interface Place {
  readonly up: readonly string[];
  readonly promoted?: string;
}

/** `cib`, of wholeCib, with the nodes and a status in which the scheduler finds nothing to do. */
export function settledCib(cib: Element, nodes: readonly ClusterNode[], places: ReadonlyMap<string, Place>): string {
  const primitives = primitivesIn(cib, probedOnlyOn(cib));
  const states = nodes.map(({ id, name }) => {
    const resources = primitives
      .filter(({ probedOn }) => probedOn?.has(name) ?? true)
      .map((primitive) => history(primitive, places.get(primitive.id)!, name));
    const scores = primitives.flatMap((primitive) => score(primitive.id, places.get(primitive.id)!, name, id));
    return (
      `<node_state id="${id}" uname="${name}" in_ccm="true" crmd="online" join="member" expected="member">` +
      `<transient_attributes id="${id}"><instance_attributes id="s-${id}">${scores.join('')}</instance_attributes></transient_attributes>` +
      `<lrm id="${id}"><lrm_resources>${resources.join('')}</lrm_resources></lrm></node_state>`
    );
  });
  const members = nodes.map(({ id, name }) => `<node id="${id}" uname="${name}"/>`);
  return serializeXml(cib)
    .replace('<cib ', '<cib have-quorum="1" dc-uuid="1" ')
    .replace('<nodes/>', () => `<nodes>${members.join('')}</nodes>`)
    .replace('<status/>', () => `<status>${states.join('')}</status>`);
}

interface Primitive {
  readonly id: string;
  /** class, provider and type, as XML. */
  readonly agent: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly monitors: readonly { role: string | undefined; ms: number; timeoutMs: number }[];
  /** The nodes that are asked whether it runs there; undefined: all. */
  readonly probedOn: ReadonlySet<string> | undefined;
}

type Probed = ReadonlyMap<string, ReadonlySet<string>>;

/** resource -> the nodes where it is looked for, for those with a location constraint that says so. */
function probedOnlyOn(element: Element): Probed {
  if (element.name !== 'rsc_location') return new Map(element.children.flatMap((child) => [...probedOnlyOn(child)]));
  const { rsc = '', 'resource-discovery': discovery } = element.attributes;
  const nodes = element.children.flatMap(({ children }) => children.map(({ attributes }) => attributes['value'] ?? ''));
  return new Map(discovery === 'never' ? [[rsc, new Set(nodes)]] : []);
}

function primitivesIn(element: Element, probed: Probed, clone = ''): Primitive[] {
  const { id = '', class: kind = '', provider, type = '' } = element.attributes;
  if (element.name !== 'primitive') return element.children.flatMap((child) => primitivesIn(child, probed, id));
  const grandchildren = (name: string) =>
    element.children.find((child) => child.name === name)?.children.map(({ attributes }) => attributes) ?? [];
  return [
    {
      id,
      agent: `class="${kind}"${provider === undefined ? '' : ` provider="${provider}"`} type="${type}"`,
      parameters: Object.fromEntries(
        grandchildren('instance_attributes').map(({ name = '', value = '' }) => [name, value]),
      ),
      monitors: grandchildren('operations')
        .filter(({ name }) => name === 'monitor')
        .map(({ role, interval = '', timeout = '' }) => ({ role, ms: msOf(interval), timeoutMs: msOf(timeout) })),
      probedOn: probed.get(id) ?? probed.get(clone),
    },
  ];
}

const msOf = (time: string): number => parseInt(time, 10) * (time.endsWith('ms') ? 1 : 1000);

/** What the executor of a node remembers of a primitive: its probe, or its start or promotion and its monitors. */
function history(primitive: Primitive, { up, promoted }: Place, node: string): string {
  const { id, agent, monitors } = primitive;
  const role = promoted === undefined ? undefined : promoted === node ? 'Promoted' : 'Unpromoted';
  const ops = up.includes(node)
    ? [
        operation(primitive, 'last_0', role === 'Promoted' ? 'promote' : 'start', 0),
        ...monitors
          .filter((monitor) => monitor.role === role)
          .map(({ ms, timeoutMs }) =>
            operation(primitive, `monitor_${ms}`, 'monitor', role === 'Promoted' ? 8 : 0, ms, timeoutMs),
          ),
      ]
    : [operation(primitive, 'last_0', 'monitor', 7)];
  return `<lrm_resource id="${id}" ${agent}>${ops.join('')}</lrm_resource>`;
}

function operation({ id, parameters }: Primitive, as: string, name: string, rc: number, ms = 0, timeoutMs = 0): string {
  const digest = digestOf(ms > 0 ? { CRM_meta_timeout: String(timeoutMs), ...parameters } : parameters);
  const key = `1:1:${rc}:00000000-0000-0000-0000-000000000000`;
  return (
    `<lrm_rsc_op id="${id}_${as}" operation_key="${id}_${name}_${ms}" operation="${name}" crm_feature_set="3.16.1"` +
    ` transition-key="${key}" transition-magic="0:${rc};${key}" call-id="2" rc-code="${rc}" op-status="0" interval="${ms}"` +
    ` last-rc-change="1795628505" exec-time="0" queue-time="0" op-digest="${digest}"/>`
  );
}

/** By this the scheduler sees whether a resource runs with the parameters that it has now (calculate_operation_digest, 2.1.5). */
function digestOf(parameters: Readonly<Record<string, string>>): string {
  const sorted = Object.fromEntries(Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1)));
  const xml = serializeXml({ name: 'parameters', attributes: sorted, children: [], text: '' });
  return createHash('md5').update(` ${xml}`).digest('hex');
}

function score(primitive: string, { up, promoted }: Place, node: string, id: number): string[] {
  if (promoted === undefined || !up.includes(node)) return [];
  const value = promoted === node ? 100 : 90;
  return [`<nvpair id="s-${id}-${primitive}" name="master-${primitive}" value="${value}"/>`];
}
