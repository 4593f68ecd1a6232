/** Description + templates -> what the VNF owns in a CIB, and the CIB of a new cluster. */
import { ownerTag } from '../model/names.ts';
import type { ActiveStandbyVnfc, Vnf, Vnfc } from '../model/vnf.ts';
import { Failure } from '../process/failure.ts';
import { type Element, parseXml } from '../process/xml.ts';
import {
  activeActiveContext,
  activeStandbyContext,
  clusterContext,
  fencingContext,
  guestsContext,
  loadBalancerContext,
  vmsContext,
} from './contexts.ts';
import { ownedSections } from './sections.ts';
import type { TemplateName, Templates } from './templates.ts';
import { element, idOf, idsIn, section } from './tree.ts';

/** Pacemaker 2.1.0's schema: the first with on-fail="demote", the roles' present names and influence. */
export const neededSchema = 'pacemaker-3.7';

/**
 * The <configuration> with all that the description of `vnf` owns, and the tag that says so.
 * The same input gives the same tree.
 * @throws Failure 'input' when a template is wrong: its file and line.
 */
export function generateCib(vnf: Vnf, templates: Templates): Element {
  const fragments = renderAll(vnf, templates);
  const gather = (name: string): Element[] => fragments.flatMap(({ root }) => section(root, name)?.children ?? []);
  const owned = ownedSections.flatMap(gather);
  refuseTwins(fragments);
  const references = owned.map((owns) => element('obj_ref', { id: idOf(owns) }));
  return element('configuration', {}, [
    element('crm_config', {}, gather('crm_config')),
    element('nodes', {}),
    element('resources', {}, gather('resources')),
    element('constraints', {}, gather('constraints')),
    element('tags', {}, [element('tag', { id: ownerTag(vnf.name) }, references)]),
    element('alerts', {}, gather('alerts')),
  ]);
}

/**
 * A whole CIB around `configuration`: the seed of a new cluster. Without nodes, as Pacemaker adds them itself when they join,
 * and takes one that is listed but has never been seen for lost.
 */
export function wholeCib(configuration: Element): Element {
  // Without a feature set, Pacemaker's tools fall back on the patch format of 1.0. This one is 2.1.0's.
  const versions = { crm_feature_set: '3.10.0', admin_epoch: '0', epoch: '0', num_updates: '0' };
  return element('cib', { 'validate-with': neededSchema, ...versions }, [configuration, element('status', {})]);
}

interface Fragment {
  readonly file: string;
  readonly root: Element;
}

const activeStandbyTemplates = {
  cluster: 'a1-active-standby.xml',
  vnfc: 'a2-vip-by-vnfc.xml',
  election: 'a2-vip-by-election.xml',
} as const satisfies Record<ActiveStandbyVnfc['vipBy'], TemplateName>;

function renderAll(vnf: Vnf, templates: Templates): Fragment[] {
  const render = (name: TemplateName, context: object): Fragment => {
    const file = templates.fileOf(name);
    const root = parseXml(templates.render(name, context), `${file}, filled in`, 'drop');
    checkShape(root, file);
    return { file, root };
  };
  const renderVnfc = (vnfc: Vnfc): Fragment => {
    switch (vnfc.redundancy) {
      case 'active-standby':
        return render(activeStandbyTemplates[vnfc.vipBy], activeStandbyContext(vnf, vnfc));
      case 'active-active':
        return render('b1-active-active.xml', activeActiveContext(vnf, vnfc));
      case 'active-active-vms':
        return render('b3-vms.xml', vmsContext(vnf, vnfc));
    }
  };
  return [
    render('cluster.xml', clusterContext(vnf)),
    ...(vnf.fencing.length > 0 ? [render('fencing.xml', fencingContext(vnf))] : []),
    ...(vnf.guests.length > 0 ? [render('guests.xml', guestsContext(vnf))] : []),
    ...vnf.vnfcs.map(renderVnfc),
    ...(vnf.loadBalancer ? [render('c-load-balancer.xml', loadBalancerContext(vnf, vnf.loadBalancer))] : []),
  ];
}

/** A template may have these sections and no others; what it has must have an id, to be found again. */
function checkShape(root: Element, file: string): void {
  if (root.name !== 'configuration')
    throw new Failure('input', `${file}: <configuration> must be the outermost element`);
  for (const part of root.children) {
    if (part.name === 'crm_config') checkProperties(part, file);
    else if (!(ownedSections as readonly string[]).includes(part.name)) {
      throw new Failure('input', `${file}: <${part.name}> can't be in a template`, {
        cure: `Use <crm_config>, <${ownedSections.join('>, <')}>.`,
      });
    }
    const nameless = part.children.find((child) => child.attributes['id'] === undefined);
    if (nameless) throw new Failure('input', `${file}: <${nameless.name}> in <${part.name}> has no id`);
  }
}

function checkProperties(part: Element, file: string): void {
  if (part.children.every(({ attributes }) => attributes['id'] === 'cib-bootstrap-options')) return;
  throw new Failure(
    'input',
    `${file}: cluster properties must be in <cluster_property_set id="cib-bootstrap-options">`,
  );
}

/** Two names of the description may meet in one id: 'a' with 'b-vip', and 'a' with the VIP of 'b'. */
function refuseTwins(fragments: readonly Fragment[]): void {
  const seen = new Map<string, string>();
  for (const { file, root } of fragments) {
    for (const id of idsIn(root)) {
      if (seen.has(id) && id !== 'cib-bootstrap-options') {
        throw new Failure('input', `the id '${id}' would be in the CIB twice, by ${seen.get(id)} and by ${file}`, {
          cure: "Give one of the VNFCs, fence devices or the load balancer that it is made from another name, or the template's element another id.",
        });
      }
      seen.set(id, file);
    }
  }
}
