/**
 * The places in the load balancer, with the resources that speak for each.
 */
import type { RotationPlace } from './rotation-types.ts';
import { memberId, resourceId, serverPlaces } from '../model/names.ts';
import type { Vnf } from '../model/vnf.ts';

export function rotationPlaces(vnf: Vnf): RotationPlace[] {
  const ids = new Map(vnf.nodes.map((node) => [node.name, node.id]));
  return serverPlaces(vnf).map((place) => ({
    ...place,
    nodeId: ids.get(place.node)!,
    vnfcResource: resourceId(vnf.name, place.vnfc),
    memberResource: memberId(vnf.name, place.vnfc),
  }));
}
