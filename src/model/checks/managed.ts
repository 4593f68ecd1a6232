/**
 * The VNFCs that the load balancer manages, and their servers.
 */
import { formatAddress, parseAddress, parsePrefixed } from '../address.ts';
import type { Path } from '../source.ts';
import { addressOf, known, lbAddresses, type Checkup, type LooseManaged } from './checkup.ts';

export function checkManaged(checkup: Checkup): void {
  const { vnfcs, loadBalancer, vnfm } = checkup.description;
  if (checkup.absent(['vnfcs']) && checkup.absent(['loadBalancer', 'manages'])) {
    const cure = "Add 'vnfcs': the components as resources of the cluster; or 'manages' of the 'loadBalancer'.";
    checkup.error([], 'the VNF has no component', cure, 'key');
  }
  const owners = new Map<string, Path>();
  vnfcs?.forEach((vnfc, at) => {
    for (const [node, id] of Object.entries(vnfc?.vnfcInstanceIds ?? {}))
      if (id !== undefined) owners.set(id, ['vnfcs', at, 'vnfcInstanceIds', node]);
    vnfc?.vms?.instances?.forEach((vm, index) => {
      const id = vm?.vnfcInstanceId;
      if (id !== undefined) owners.set(id, ['vnfcs', at, 'vms', 'instances', index, 'vnfcInstanceId']);
    });
  });
  loadBalancer?.manages?.forEach((managed, at) => {
    if (managed === undefined) return;
    const path = ['loadBalancer', 'manages', at];
    checkServers(checkup, path, managed);
    checkInstanceIds(checkup, path, managed, owners, vnfm !== undefined);
  });
}

function checkServers(checkup: Checkup, path: Path, managed: LooseManaged): void {
  const names = new Map<string, number>();
  const addresses = new Map<string, number>();
  managed.servers?.forEach((server, at) => {
    if (server === undefined) return;
    const here = [...path, 'servers', at];
    const has = (field: string) => !checkup.absent([...here, field]);
    const name = `the server '${server.name ?? at}'`;
    if (server.name !== undefined) {
      if (names.has(server.name))
        checkup.error([...here, 'name'], `${name} is there already, in line ${checkup.lineOf([...path, 'servers', names.get(server.name)!, 'name'])}`, 'Rename one of them.'); // prettier-ignore
      else names.set(server.name, at);
    }
    if (has('address') === has('vnfc')) {
      const what = has('vnfc') ? `${name} has both 'address' and 'vnfc'` : `${name} is nowhere`;
      const cure = "Give it either 'address', or 'vnfc' with the name of an active-standby VNFC.";
      return checkup.error(has('vnfc') ? [...here, 'vnfc'] : here, what, cure, 'key');
    }
    const address = server.vnfc === undefined ? ownAddress(checkup, here, server.address) : vipOf(checkup, here, server.vnfc); // prettier-ignore
    if (address === undefined) return;
    const field = [...here, server.vnfc === undefined ? 'address' : 'vnfc'];
    const vips = lbAddresses(checkup).flatMap(({ text }) => parsePrefixed(text) ?? []);
    if (vips.some((vip) => formatAddress(vip) === address)) {
      checkup.error(field, `${address} is the load balancer's own VIP`, 'Write where the server serves.');
    }
    const place = `${address} port ${server.port ?? managed.service?.port}`;
    const twin = addresses.get(place);
    if (twin === undefined) addresses.set(place, at);
    else checkup.error(field, `${place} is a server already, in line ${checkup.lineOf([...path, 'servers', twin])}`, 'Remove one of the two.'); // prettier-ignore
  });
}

function ownAddress(checkup: Checkup, path: Path, text: string | undefined): string | undefined {
  const address = text === undefined ? undefined : addressOf(checkup, [...path, 'address'], text);
  return address && formatAddress(address);
}

function vipOf(checkup: Checkup, path: Path, name: string): string | undefined {
  const all = new Map((checkup.description.vnfcs ?? []).flatMap((vnfc) => (vnfc?.name === undefined ? [] : [[vnfc.name, vnfc] as const]))); // prettier-ignore
  if (!known(checkup, [...path, 'vnfc'], 'VNFC', name, all)) return undefined;
  const vnfc = all.get(name)!;
  if (vnfc.redundancy === 'active-active') {
    const what = `the VNFC '${name}' is active-active: it has no address that follows the active instance`;
    checkup.error([...path, 'vnfc'], what, 'Name an active-standby VNFC.');
    return undefined;
  }
  const vip = parsePrefixed(vnfc.vip ?? '') ?? parseAddress(vnfc.vip ?? '');
  return vip && formatAddress(vip);
}

function checkInstanceIds(
  checkup: Checkup,
  path: Path,
  managed: LooseManaged,
  owners: Map<string, Path>,
  vnfm: boolean,
): void {
  const nameless: string[] = [];
  managed.servers?.forEach((server, at) => {
    if (server === undefined) return;
    const here = [...path, 'servers', at, 'vnfcInstanceId'];
    const { vnfc, vnfcInstanceId: id, name } = server;
    if (vnfc !== undefined) {
      const cure = `Remove it, and give the VNFC '${vnfc}' its vnfcInstanceIds.`;
      if (id !== undefined) checkup.error(here, `'${vnfc}' has two instances, and the cluster recovers them`, cure);
    } else if (id === undefined) {
      if (server.address !== undefined && checkup.absent(here)) nameless.push(name ?? String(at));
    } else if (owners.has(id)) {
      const what = `the vnfcInstanceId '${id}' is another instance's already, in line ${checkup.lineOf(owners.get(id)!)}`;
      checkup.error(here, what, 'Give each instance its own.');
    } else owners.set(id, here);
  });
  if (nameless.length === 0 || managed.heal === false || !vnfm) return;
  const what = `the server${nameless.length === 1 ? '' : 's'} ${nameless.slice(0, 5).join(', ')} of the VNFC '${managed.name ?? '?'}' cannot be named to the VNFM`;
  checkup.warning([...path, 'servers'], what, 'Add a vnfcInstanceId to each of them.', 'key');
}
