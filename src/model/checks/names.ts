/**
 * Names: none twice, and no two that become one id in the cluster.
 */
import {
  alertId,
  backendName,
  cloneId,
  fenceId,
  guestId,
  guestsApartId,
  guestsUpId,
  haproxyId,
  memberId,
  mountId,
  ownerTag,
  resourceId,
  spreadId,
  lbVipId,
  vipId,
  apartId,
  vmId,
  vmMemberId,
} from '../names.ts';
import type { Path } from '../source.ts';
import type { Checkup, LooseVnfc } from './checkup.ts';

export function checkNames(checkup: Checkup): void {
  const { vnfcs, nodes, guests, networks, fencing, loadBalancer } = checkup.description;
  unique(checkup, 'VNFC', 'vnfcs', vnfcs);
  unique(checkup, 'VNFC', ['loadBalancer', 'manages'], loadBalancer?.manages);
  unique(checkup, 'network', 'networks', networks);
  unique(checkup, 'fence device', 'fencing', fencing);
  // Pacemaker takes 'Node1' and 'node1' for one node.
  unique(checkup, 'node', 'nodes', nodes, (name) => name.toLowerCase());
  unique(checkup, 'guest', 'guests', guests);
  checkIds(checkup);
}

type Named = { readonly name?: string | undefined } | undefined;

function unique(
  checkup: Checkup,
  kind: string,
  field: string | readonly string[],
  things: readonly Named[] | undefined,
  key: (name: string) => string = (name) => name,
): void {
  const list = [field].flat();
  const first = new Map<string, number>();
  things?.forEach((thing, at) => {
    if (thing?.name === undefined) return;
    const earlier = first.get(key(thing.name));
    if (earlier === undefined) return void first.set(key(thing.name), at);
    const line = checkup.lineOf([...list, earlier, 'name']);
    checkup.error(
      [...list, at, 'name'],
      `the ${kind} '${thing.name}' is there already, in line ${line}`,
      'Rename one of them.',
    );
  });
}

interface Claim {
  readonly owner: string;
  readonly path: Path;
}

function checkIds(checkup: Checkup): void {
  const { description } = checkup;
  const vnf = description.vnf?.name ?? 'vnf';
  const claims = new Map<string, Claim>([
    [alertId(vnf), { owner: "the suite's alert", path: [] }],
    [ownerTag(vnf), { owner: "the suite's own tag", path: [] }],
    ...(description.guests === undefined ? [] : ofGuests(vnf)),
  ]);
  const claim = (owner: string, path: Path, ids: readonly string[]) => {
    const taken = ids.find((id) => claims.has(id) && claims.get(id)!.owner !== owner);
    if (taken !== undefined) {
      const other = claims.get(taken)!;
      const where = other.path.length === 0 ? '' : `, in line ${checkup.lineOf(other.path)},`;
      checkup.error(
        path,
        `${owner} and ${other.owner}${where} would both be '${taken}' in the cluster`,
        'Rename one of them.',
      );
    }
    for (const id of ids) if (!claims.has(id)) claims.set(id, { owner, path });
  };
  description.vnfcs?.forEach((vnfc, at) => {
    if (vnfc?.name === undefined) return;
    if (vnfc.vms !== undefined) return claimVms(vnf, vnfc, ['vnfcs', at], claim);
    const base = resourceId(vnf, vnfc.name);
    const member = memberId(vnf, vnfc.name);
    const more =
      vnfc.redundancy === 'active-active'
        ? [member, cloneId(member)]
        : [
            ...(vnfc.vipBy === undefined || vnfc.vipBy === 'cluster' ? [vipId(vnf, vnfc.name)] : []),
            ...(vnfc.sync?.mount === undefined ? [] : [mountId(vnf, vnfc.name)]),
            ...(description.guests === undefined ? [] : [guestsApartId(vnf, vnfc.name)]),
          ];
    // The templates' operations have ids, too; of these, '-monitor' could be the end of a name.
    claim(`the VNFC '${vnfc.name}'`, ['vnfcs', at, 'name'], [base, cloneId(base), `${base}-monitor`, ...more]);
  });
  const lb = description.loadBalancer;
  if (lb !== undefined) {
    const name = lb.name ?? 'lb';
    const base = haproxyId(vnf, name);
    const vips = (lb.vips ?? ['']).map((_, at) => lbVipId(vnf, name, at));
    claim(`the load balancer '${name}'`, ['loadBalancer', 'name'], [base, cloneId(base), ...vips, apartId(vnf, name)]);
    lb.manages?.forEach((managed, at) => {
      if (managed?.name === undefined) return;
      const path = ['loadBalancer', 'manages', at, 'name'];
      claim(`the VNFC '${managed.name}' of the load balancer`, path, [backendName(vnf, managed.name)]);
    });
  }
  description.nodes?.forEach((node, at) => {
    // a guest is a resource for Pacemaker, by its name, and it takes 'VM1' and 'vm1' for one node
    const path = ['nodes', at, 'name'];
    if (node?.name !== undefined && description.guests !== undefined)
      claim(`the node '${node.name}'`, path, [`node ${node.name.toLowerCase()}`]);
  });
  description.guests?.forEach((guest, at) => {
    if (guest?.name === undefined) return;
    const [base, own] = [guestId(vnf, guest.name), guest.name];
    claim(`the guest '${own}'`, ['guests', at, 'name'], [base, `${base}-monitor`, own, `node ${own.toLowerCase()}`]);
  });
  description.fencing?.forEach((device, at) => {
    if (device?.name === undefined) return;
    claim(`the fence device '${device.name}'`, ['fencing', at, 'name'], [fenceId(vnf, device.name)]);
  });
}

const ofGuests = (vnf: string): [string, Claim][] =>
  [guestsUpId(vnf), cloneId(guestsUpId(vnf))].map((id) => [
    id,
    { owner: 'what says that the guests are up', path: [] },
  ]);

/** Its name is a backend's; its VMs are what the cluster has of it. */
function claimVms(vnf: string, vnfc: LooseVnfc, path: Path, claim: (owner: string, path: Path, ids: readonly string[]) => void): void {
  const name = vnfc.name!;
  claim(`the VNFC '${name}'`, [...path, 'name'], [backendName(vnf, name), spreadId(vnf, name)]);
  const said = new Set<string | undefined>();
  vnfc.vms?.instances?.forEach((vm, at) => {
    if (vm?.name === undefined || said.has(vm.name)) return;
    said.add(vm.name);
    const id = vmId(vnf, name, vm.name);
    const ids = [id, `${id}-monitor`, vmMemberId(vnf, name, vm.name)];
    claim(`the VM '${vm.name}' of '${name}'`, [...path, 'vms', 'instances', at, 'name'], ids);
  });
} // prettier-ignore
