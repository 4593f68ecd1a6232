/**
 * The places in the load balancer, with the nodes on which each may be.
 */
import type { Host, RotationPlace } from './rotation-types.ts';
import { serverPlaces } from '../model/names.ts';
import type { Vnf } from '../model/vnf.ts';

export function rotationPlaces(vnf: Vnf): RotationPlace[] {
  const nodes: readonly Host[] = vnf.nodes.map(({ name, id }) => ({ name, id }));
  const byName = new Map(nodes.map((node) => [node.name, [node]]));
  return serverPlaces(vnf).map((place) => ({
    ...place,
    // somebody may have moved a VM to a node that isn't its VNFC's
    hosts: place.node === undefined ? nodes : byName.get(place.node)!,
  }));
}
