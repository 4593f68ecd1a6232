/** Where everything of a VNF is when it is settled. */
import { fenceId, haproxyId, memberId, resourceId, vipId } from '../../src/model/names.ts';
import type { Vnf } from '../../src/model/vnf.ts';
import type { Place } from './settled.ts';

/** primitive -> its place: active on the first of its nodes; a fence device on one that has the least to do. */
export function fleetPlaces(vnf: Vnf): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const vnfc of vnf.vnfcs) {
    if (vnfc.redundancy === 'active-active-vms') throw new Error('a fleet has no VMs');
    const up = vnfc.nodes.slice(0, vnfc.instances);
    const [first] = up as [string];
    const active = vnfc.redundancy === 'active-standby';
    places.set(resourceId(vnf.name, vnfc.name), active ? { up, promoted: first } : { up });
    if (active) places.set(vipId(vnf.name, vnfc.name), { up: [first] });
    else places.set(memberId(vnf.name, vnfc.name), { up });
  }
  const lb = vnf.loadBalancer;
  if (lb !== undefined) {
    places.set(haproxyId(vnf.name, lb.name), { up: lb.nodes });
    places.set(vipId(vnf.name, lb.name), { up: [lb.nodes[0]!] });
  }
  for (const { name } of vnf.fencing) places.set(fenceId(vnf.name, name), { up: [vnf.nodes.at(-1)!.name] });
  return places;
}
