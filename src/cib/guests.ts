/** A VNF with guest nodes has its cluster for itself: what another VNF doesn't keep to its nodes might run in them. Pure. */
import { ownerTag } from '../model/names.ts';
import { Failure } from '../process/failure.ts';
import type { Element } from '../process/xml.ts';
import { idOf, section } from './tree.ts';

/**
 * @param live the live <configuration>
 * @param ours that of the VNF `vnf` as it is to be
 * @throws Failure 'input' where `live` has another VNF, and one of the two has guests. Of a VNF that is taken out fence devices stay, which are in nobody's way.
 */
export function refuseGuestsBeside(live: Element, ours: Element, vnf: string): void {
  const wanted = partsIn(ours);
  if (wanted.length === 0) return;
  const prefix = ownerTag('');
  const tags = (section(live, 'tags')?.children ?? []).filter((tag) => idOf(tag).startsWith(prefix));
  const problems = tags.flatMap((tag) => {
    const other = idOf(tag).slice(prefix.length);
    const listed = new Set(tag.children.map(idOf));
    const theirs = partsIn(live).filter((part) => listed.has(idOf(part)));
    if (other === vnf || theirs.length === 0) return [];
    const having = [...(wanted.some(isGuest) ? [vnf] : []), ...(theirs.some(isGuest) ? [other] : [])];
    if (having.length === 0) return [];
    const has = `${having.map((name) => `'${name}'`).join(' and ')} ${having.length === 1 ? 'has' : 'have'} guests`;
    return [`the VNF '${other}' is in this cluster, and ${has}: a VNF with guests has its cluster for itself`];
  });
  if (problems.length === 0) return;
  throw new Failure('input', problems.join('\n'), {
    cure: 'Run one of them on other nodes, or without guests; nothing was changed.',
  });
}

/** Its resources, but fence devices. */
const partsIn = (configuration: Element): readonly Element[] =>
  (section(configuration, 'resources')?.children ?? []).filter(({ attributes }) => attributes['class'] !== 'stonith');

const isGuest = ({ name, attributes, children }: Element): boolean =>
  (name === 'nvpair' && attributes['name'] === 'remote-node') || children.some(isGuest);
