/** What can be asked about: the failures of a VNF's parts, as an operator names them. Pure. */
import { lbNodes } from '../model/names.ts';
import { nearest } from '../model/suggest.ts';
import type { Vnf } from '../model/vnf.ts';
import { Failure } from '../process/failure.ts';

export type Fault =
  | { readonly kind: 'node'; readonly node: string }
  | { readonly kind: 'vnfc'; readonly vnfc: string; readonly node: string }
  /** The VM of a guest node, wherever it runs. */
  | { readonly kind: 'guest'; readonly guest: string }
  /** A VM, wherever it runs. */
  | { readonly kind: 'vm'; readonly vnfc: string; readonly vm: string }
  /** HAProxy on one of the load balancer's nodes. */
  | { readonly kind: 'lb'; readonly node: string };

export function faultText(fault: Fault): string {
  switch (fault.kind) {
    case 'vnfc':
      return `vnfc:${fault.vnfc}/${fault.node}`;
    case 'vm':
      return `vnfc:${fault.vnfc}/${fault.vm}`;
    case 'guest':
      return `guest:${fault.guest}`;
    case 'node':
    case 'lb':
      return `${fault.kind}:${fault.node}`;
  }
}

/** Each single one, in the order of the description. */
export const everyFault = (vnf: Vnf): Fault[] => [
  ...vnf.nodes.map(({ name: node }): Fault => ({ kind: 'node', node })),
  ...vnf.guests.map(({ name: guest }): Fault => ({ kind: 'guest', guest })),
  ...vnf.vnfcs.flatMap((vnfc): Fault[] =>
    vnfc.redundancy === 'active-active-vms'
      ? vnfc.vms.map(({ name }) => ({ kind: 'vm', vnfc: vnfc.name, vm: name }))
      : vnfc.nodes.map((node) => ({ kind: 'vnfc', vnfc: vnfc.name, node })),
  ),
  ...lbNodes(vnf.loadBalancer).map((node): Fault => ({ kind: 'lb', node })),
];

/** Each two of `faults`, but what fails along with its node or guest. */
export const everyPair = (faults: readonly Fault[]): (readonly [Fault, Fault])[] =>
  faults.flatMap((one, at) =>
    faults.slice(at + 1).flatMap((other) => (isIn(other, one) ? [] : [[one, other] as const])),
  );

function isIn(part: Fault, whole: Fault): boolean {
  const place = whole.kind === 'node' ? whole.node : whole.kind === 'guest' ? whole.guest : undefined;
  return place !== undefined && (part.kind === 'vnfc' || part.kind === 'lb') && part.node === place;
}

/** @throws Failure 'usage', with what was meant perhaps */
export function readFault(text: string, vnf: Vnf): Fault {
  const known = everyFault(vnf);
  const found = known.find((fault) => faultText(fault) === text);
  if (found !== undefined) return found;
  const meant = nearest(text, known.map(faultText));
  const some = [known[0], ...known.filter(({ kind }) => kind !== 'node')].slice(0, 3).map((fault) => faultText(fault!));
  throw new Failure('usage', `'${text}' is nothing of the VNF '${vnf.name}' that can fail`, {
    cure: meant === undefined ? `Write node:NODE, guest:GUEST, vnfc:VNFC/NODE, vnfc:VNFC/VM or lb:NODE, as ${some.join(', ')}.` : `Did you mean '${meant}'?`,
  }); // prettier-ignore
}
