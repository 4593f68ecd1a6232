/** A cluster that lives in crm_simulate: the generated CIB, its nodes, and what happens to them. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generateCib, wholeCib } from '../../../src/cib/generate.ts';
import { loadTemplates } from '../../../src/cib/templates.ts';
import { loadVnf } from '../../../src/model/load.ts';
import { resourceId } from '../../../src/model/names.ts';
import type { Vnf } from '../../../src/model/vnf.ts';
import { run } from '../../../src/process/run.ts';
import { type Element, parseXml, serializeXml } from '../../../src/process/xml.ts';

export const example = (name: string) => new URL(`../../../examples/${name}.yaml`, import.meta.url).pathname;

/** One thing that the cluster does, in its order: 'sipcore-web stop node3', 'fence node1'. */
export interface Transition {
  readonly actions: readonly string[];
  readonly after: SimulatedCluster;
}

export interface SimulatedCluster {
  readonly cib: string;
  /** Where `resource` is in `role` ('Started', 'Promoted', …). */
  where(resource: string, role: string): string[];
}

/** The whole CIB of an example; with `templates`, a directory whose templates go first. */
export async function generated(name: string, templates?: string): Promise<{ vnf: Vnf; cib: Element }> {
  const vnf = await loadVnf(example(name));
  return { vnf, cib: wholeCib(generateCib(vnf, await loadTemplates(templates))) };
}

/** All nodes up and everything started, with the first node's instances the likeliest to be active. */
export async function settled(vnf: Vnf, cib: Element): Promise<SimulatedCluster> {
  const started = await simulate(serializeXml(withNodes(vnf, cib)), []);
  const again = await simulate(started.after.cib, []);
  return (await simulate(again.after.cib, [])).after;
}

/** The cluster's answer to `events`: options of crm_simulate. */
export async function simulate(cib: string, events: readonly string[]): Promise<Transition> {
  const directory = await mkdtemp(path.join(tmpdir(), 'vnfha-test-'));
  try {
    const [input, output] = [path.join(directory, 'in.xml'), path.join(directory, 'out.xml')];
    await writeFile(input, cib);
    const args = ['-x', input, '-S', '-O', output, ...events];
    const { stdout } = await run('crm_simulate', [...args, '--output-as=xml']);
    const answer = parseXml(stdout, 'crm_simulate');
    return { actions: actionsOf(answer), after: clusterOf(await readFile(output, 'utf8'), answer) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function withNodes(vnf: Vnf, cib: Element): Element {
  const active = vnf.vnfcs
    .filter(({ redundancy }) => redundancy === 'active-standby')
    .map(({ name }) => resourceId(vnf.name, name));
  const nodes = vnf.nodes.map(({ id, name }) => `<node id="${id}" uname="${name}"/>`).join('');
  const states = vnf.nodes
    .map(({ id, name }, index) => {
      const scores = active.map(
        (rsc) => `<nvpair id="s-${id}-${rsc}" name="master-${rsc}" value="${index === 0 ? 100 : 90}"/>`,
      );
      return `<node_state id="${id}" uname="${name}" in_ccm="true" crmd="online" join="member" expected="member" crm-debug-origin="test">
        <transient_attributes id="${id}"><instance_attributes id="s-${id}">${scores.join('')}</instance_attributes></transient_attributes>
        <lrm id="${id}"><lrm_resources/></lrm></node_state>`;
    })
    .join('');
  const text = serializeXml(cib)
    .replace('<cib ', '<cib have-quorum="1" dc-uuid="1" ')
    .replace('<nodes/>', `<nodes>${nodes}</nodes>`)
    .replace('<status/>', `<status>${states}</status>`);
  return parseXml(text, 'test');
}

/** <transition>, without what says nothing of starting, stopping and roles. What fencing has done for a lost node is pseudo. */
function actionsOf(answer: Element): string[] {
  const transition = answer.children.find(({ name }) => name === 'transition');
  return (transition?.children ?? []).flatMap(
    ({ name, attributes: { target, resource, op = '', node, task = '' } }) => {
      if (name === 'fencing_action') return [`fence ${target}`];
      if (name === 'rsc_action')
        return /^(start|stop|promote|demote)$/.test(op) ? [`${resource?.replace(/:\d+$/, '')} ${op} ${node}`] : [];
      const [, lost, what] = /^(\S+?)(?::\d+)?_(stop|demote)_0$/.exec(task) ?? [];
      return lost === undefined || lost.endsWith('-clone') ? [] : [`${lost} ${what} (fenced)`];
    },
  );
}

function clusterOf(cib: string, answer: Element): SimulatedCluster {
  const places: { id: string; role: string; node: string }[] = [];
  const visit = (element: Element): void => {
    if (element.name !== 'resource') return element.children.forEach(visit);
    const { id = '', role = '' } = element.attributes;
    for (const { attributes } of element.children.filter(({ name }) => name === 'node')) {
      places.push({ id: id.replace(/:\d+$/, ''), role, node: attributes['name'] ?? '' });
    }
  };
  visit(answer.children.findLast(({ name }) => name.endsWith('cluster_status'))!);
  return {
    cib,
    where: (resource, role) =>
      places.filter((place) => place.id === resource && place.role === role).map(({ node }) => node),
  };
}
