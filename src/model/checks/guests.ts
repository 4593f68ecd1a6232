/**
 * Guests: VMs that VNFCs run in. Each is reached, has files of its own and somebody who runs in it; and what needs Corosync isn't
 * in one.
 */
import type { Path } from '../source.ts';
import { checkNodeList, type Checkup, type LooseGuest, type LooseVnfc } from './checkup.ts';

export function checkGuests(checkup: Checkup): void {
  const { guests, vnfcs } = checkup.description;
  vnfcs?.forEach((vnfc, at) => {
    if (vnfc !== undefined) checkVnfc(checkup, ['vnfcs', at], vnfc);
  });
  if (guests === undefined) return;
  if (checkup.description.vnf?.beside === true) {
    const what = 'a VNF that runs beside another has no guests: the other one might run in them';
    checkup.error(['guests'], what, "Remove 'beside', and run it on nodes of its own.", 'key');
  }
  const owned = filesOfVms(checkup);
  const named = new Set(vnfcs?.flatMap((vnfc) => vnfc?.nodes ?? []));
  guests.forEach((guest, at) => {
    if (guest === undefined) return;
    checkGuest(checkup, ['guests', at], guest, named);
    checkOwn(checkup, ['guests', at], guest, owned);
  });
}

function checkGuest(checkup: Checkup, path: Path, guest: LooseGuest, named: ReadonlySet<string | undefined>): void {
  const { firstNetwork, nodeNames, networksOfNode } = checkup.facts;
  const name = `the guest '${guest.name ?? String(path.at(-1))}'`;
  const hosts = guest.hosts?.filter((host) => host !== undefined) ?? nodeNames;
  checkNodeList(checkup, [...path, 'hosts'], guest.hosts, 'Pacemaker runs no VM in a VM');
  if (hosts.length === 1 && nodeNames.length > 1) {
    const what = `${name} has one host: it is gone for as long as that is`;
    checkup.warning([...path, 'hosts'], what, 'Give it two hosts or more.', 'key');
  }
  if (guest.name !== undefined && !named.has(guest.name)) {
    const what = `no VNFC names ${name} in its 'nodes': nothing runs in it`;
    checkup.warning([...path, 'name'], what, 'Name it there, or remove it.');
  }
  const [address, addresses] = ['address', 'addresses'].map((field) => !checkup.absent([...path, field]));
  if (!address && (!addresses || (guest.addresses !== undefined && Object.keys(guest.addresses).length === 0))) {
    const cure = `Give it an 'address' in the network '${firstNetwork ?? ''}', or 'addresses' by network.`;
    return checkup.error(path, `${name} has no address`, cure, 'key');
  }
  const [network] = [...checkup.facts.networks.keys()].filter((one) => networksOfNode.get(guest.name ?? '')?.has(one));
  const away = hosts.filter((host) => network !== undefined && networksOfNode.get(host)?.has(network) === false);
  if (away.length === 0) return;
  const what = `Pacemaker speaks to ${name} on '${network!}', and ${away.slice(0, 5).join(', ')} ${away.length === 1 ? 'is' : 'are'} not in it`;
  checkup.error([...path, 'name'], what, 'Give its hosts addresses there, or take other hosts.');
}

/** What a VM has that no other of the VNF may have: 'domain vm1' -> where it stands. */
function filesOfVms({ description }: Checkup): Map<string, Path> {
  const owned = new Map<string, Path>();
  description.vnfcs?.forEach((vnfc, at) => {
    vnfc?.vms?.instances?.forEach((vm, index) => {
      const path = ['vnfcs', at, 'vms', 'instances', index];
      for (const [key, field] of ownOf(vm)) owned.set(key, [...path, field]);
    });
  });
  return owned;
}

type Owning = Pick<LooseGuest, 'name' | 'domain' | 'config' | 'ownerFile'> | undefined;

const ownOf = (vm: Owning): (readonly [key: string, field: string])[] => {
  const domain = vm?.domain ?? vm?.name;
  return [
    ...(domain === undefined
      ? []
      : [[`the domain '${domain}'`, vm?.domain === undefined ? 'name' : 'domain'] as const]),
    ...(vm?.config === undefined ? [] : [[`the file '${vm.config}'`, 'config'] as const]),
    ...(vm?.ownerFile === undefined ? [] : [[`the file '${vm.ownerFile}'`, 'ownerFile'] as const]),
  ];
};

function checkOwn(checkup: Checkup, path: Path, guest: LooseGuest, owned: Map<string, Path>): void {
  for (const [key, field] of ownOf(guest)) {
    const other = owned.get(key);
    if (other === undefined) owned.set(key, [...path, field]);
    else
      checkup.error(
        [...path, field],
        `${key} is another VM's already, in line ${checkup.lineOf(other)}`,
        'Give each VM its own.',
      );
  }
}

/** What a VNFC in a guest can't have, as there is neither Corosync, nor a bridge or a sidecar. */
function checkVnfc(checkup: Checkup, path: Path, vnfc: LooseVnfc): void {
  const guests = (vnfc.nodes ?? []).filter((node) => node !== undefined && checkup.facts.guestNames.has(node));
  if (guests.length === 0 || vnfc.vms !== undefined) return; // of a VM's nodes: checks/vnfcs.ts
  const name = `the VNFC '${vnfc.name ?? String(path.at(-1))}'`;
  const runs = `runs in the guest${guests.length === 1 ? '' : 's'} ${guests.slice(0, 5).join(', ')}`;
  if (vnfc.redundancy === 'active-active') {
    const what = `${name} is active-active and ${runs}, where no bridge is to be asked for a place in the load balancer`;
    checkup.error([...path, 'nodes'], what, "Make each instance a VM, by 'vms'; or name nodes of the cluster.", 'key');
  }
  if (!checkup.absent([...path, 'sync'])) {
    const what = `${name} ${runs}, where no sidecar carries its state`;
    checkup.error([...path, 'sync'], what, 'Remove it: its program sees to its state by its own means.', 'key');
  }
  if (vnfc.recovery?.escalate === undefined) return;
  const what = `${name} ${runs}, and a guest isn't restarted by fencing`;
  checkup.error([...path, 'recovery', 'escalate'], what, 'Remove it.', 'key');
}
