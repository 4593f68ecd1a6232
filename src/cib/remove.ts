/** What stays of a VNF when it is taken out of a live CIB. Pure. */
import { ownerTag } from '../model/names.ts';
import type { Element } from '../process/xml.ts';
import { element, idOf, section } from './tree.ts';

/**
 * The fence devices that the VNF brought, their constraints, and the owner tag that lists them: they guard all that the cluster runs,
 * and Pacemaker starts nothing without any. All else of the VNF goes.
 */
export function remainsOf(live: Element, vnf: string): Element {
  const configuration = section(live, 'configuration');
  const children = (name: string): readonly Element[] =>
    (configuration && section(configuration, name)?.children) ?? [];
  const tag = children('tags').find((child) => idOf(child) === ownerTag(vnf));
  const owned = new Set(tag?.children.map(idOf));
  const devices = children('resources').filter(
    (child) => owned.has(idOf(child)) && child.attributes.class === 'stonith',
  );
  const ids = new Set(devices.map(idOf));
  const constraints = children('constraints').filter(
    (child) => owned.has(idOf(child)) && ids.has(child.attributes.rsc!),
  );
  const references = [...devices, ...constraints].map((stays) => element('obj_ref', { id: idOf(stays) }));
  return element('configuration', {}, [
    element('resources', {}, devices),
    element('constraints', {}, constraints),
    element('tags', {}, references.length === 0 ? [] : [element('tag', { id: ownerTag(vnf) }, references)]),
  ]);
}
