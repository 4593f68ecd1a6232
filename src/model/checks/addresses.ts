/**
 * Addresses: each is one, is in its network, and is used once.
 */
import {
  contains,
  formatAddress,
  formatNetwork,
  networkOf,
  parseAddress,
  parsePrefixed,
  reservedAs,
  type Address,
  type Prefixed,
} from '../address.ts';
import type { Path } from '../source.ts';
import { addressOf, known, lbAddresses, networkWith, nodesOf, type Checkup } from './checkup.ts';

export function checkAddresses(checkup: Checkup): void {
  checkNetworks(checkup);
  const claims = new Map<string, { readonly owner: string; readonly path: Path }>();
  const claim = (address: Address, owner: string, path: Path) => {
    const text = formatAddress(address);
    const other = claims.get(text);
    if (other === undefined) return void claims.set(text, { owner, path });
    const line = checkup.lineOf(other.path);
    checkup.error(
      path,
      `the address ${text} is used by ${other.owner} already, in line ${line}`,
      'Give each its own address.',
    );
  };
  checkNodeAddresses(checkup, 'nodes', claim);
  checkNodeAddresses(checkup, 'guests', claim);
  checkup.description.vnfcs?.forEach((vnfc, at) => {
    if (vnfc?.vip === undefined || vnfc.redundancy === 'active-active') return;
    checkVip(
      checkup,
      ['vnfcs', at, 'vip'],
      vnfc.vip,
      `the VNFC '${vnfc.name ?? at}'`,
      nodesOf(vnfc, checkup.facts),
      claim,
    );
  });
  checkVmAddresses(checkup, claim);
  for (const { path, text } of lbAddresses(checkup)) {
    checkVip(checkup, path, text, 'the load balancer', checkup.facts.lbNodes, claim);
  }
}

type ClaimAddress = (address: Address, owner: string, path: Path) => void;

/** Addresses that no network of a VNF has. */
const special = [
  ['0.0.0.0/8', 'means no address'],
  ['127.0.0.0/8', 'never leaves its node'],
  ['224.0.0.0/4', 'is for multicast'],
  ['::/127', 'never leaves its node'],
  ['ff00::/8', 'is for multicast'],
].map(([cidr, why]) => ({ range: parsePrefixed(cidr!)!, why: why! }));

function checkNetworks(checkup: Checkup): void {
  const ranges: { range: Prefixed; path: Path; name: string }[] = [];
  checkup.description.networks?.forEach((network, at) => {
    if (network?.cidr === undefined) return;
    const path = ['networks', at, 'cidr'];
    const range = parsePrefixed(network.cidr);
    if (range === undefined) {
      const cure = 'Write the first address and the prefix length, as 192.0.2.0/24 or 2001:db8::/64.';
      return checkup.error(path, `'${network.cidr}' is not a network`, cure);
    }
    const first = networkOf(range);
    if (range.value !== first) {
      const cidr = formatNetwork(range);
      checkup.error(path, `${network.cidr} is an address in a network, not the network`, `Write ${cidr}.`);
    }
    const why = special.find((one) => contains(one.range, range))?.why;
    if (why !== undefined) checkup.error(path, `the network ${network.cidr} ${why}`, "Write the nodes' network.");
    ranges.push({ range: { ...range, value: first }, path, name: network.name ?? String(at) });
  });
  // Sorted by their first address, a network can only overlap with an earlier one that is wide enough to hold it.
  ranges.sort(
    (a, b) =>
      a.range.family - b.range.family ||
      Number(a.range.value - b.range.value > 0n) - Number(a.range.value - b.range.value < 0n) ||
      a.range.prefix - b.range.prefix,
  );
  let outer: (typeof ranges)[number] | undefined;
  for (const one of ranges) {
    if (outer !== undefined && contains(outer.range, one.range)) {
      checkup.error(
        one.path,
        `the network '${one.name}' overlaps with '${outer.name}'`,
        'Give each network its own addresses.',
      );
    } else {
      outer = one;
    }
  }
}

function checkNodeAddresses(checkup: Checkup, field: 'nodes' | 'guests', claim: ClaimAddress): void {
  const { networks, firstNetwork } = checkup.facts;
  checkup.description[field]?.forEach((node, at) => {
    if (node === undefined) return;
    const owner = `the ${field.slice(0, -1)} '${node.name ?? at}'`;
    const check = (path: Path, text: string, network: string | undefined) => {
      const address = addressOf(checkup, path, text);
      if (address === undefined) return;
      claim(address, owner, path);
      const range = network === undefined ? undefined : networks.get(network)?.range;
      if (range !== undefined) checkMember(checkup, path, address, range, network!);
    };
    if (node.address !== undefined) check([field, at, 'address'], node.address, firstNetwork);
    for (const [network, text] of Object.entries(node.addresses ?? {})) {
      const path = [field, at, 'addresses', network];
      if (!known(checkup, path, 'network', network, networks) || text === undefined) continue;
      if (network === firstNetwork && node.address !== undefined) {
        const cure = "Keep one of 'address' and 'addresses'.";
        checkup.error(path, `${owner} has two addresses in the network '${network}'`, cure);
      } else {
        check(path, text, network);
      }
    }
  });
}

/** The load balancer sends requests to a VM, and its node checks it, wherever that is. */
function checkVmAddresses(checkup: Checkup, claim: ClaimAddress): void {
  const { networksOfNode, lbNodes } = checkup.facts;
  checkup.description.vnfcs?.forEach((vnfc, at) => {
    vnfc?.vms?.instances?.forEach((vm, index) => {
      if (vm?.address === undefined) return;
      const path = ['vnfcs', at, 'vms', 'instances', index, 'address'];
      const address = addressOf(checkup, path, vm.address, "a VM's");
      if (address === undefined) return;
      const owner = `the VM '${vm.name ?? index}'`;
      claim(address, owner, path);
      const network = networkWith(address, checkup.facts);
      if (network?.range === undefined) return outside(checkup, path, formatAddress(address));
      checkMember(checkup, path, address, network.range, network.name);
      const away = (nodes: readonly string[]) => nodes.filter((node) => !networksOfNode.get(node)!.has(network.name));
      const [balancers, hosts] = [away(lbNodes), away(nodesOf(vnfc, checkup.facts))];
      const are = (nodes: readonly string[]) => `${nodes.slice(0, 5).join(', ')} ${nodes.length === 1 ? 'is' : 'are'}`;
      if (balancers.length > 0) {
        const what = `the load balancer cannot reach ${owner} on '${network.name}': ${are(balancers)} not in it`;
        checkup.error(path, what, 'Take an address in a network that the load balancer’s nodes are all in.');
      } else if (hosts.length > 0) {
        const what = `${owner} is in the network '${network.name}', and ${are(hosts)} not: its check from there needs a route`;
        checkup.warning(path, what, 'Give its nodes addresses in that network, or see to the route.');
      }
    });
  });
}

function outside(checkup: Checkup, path: Path, address: string): void {
  if ([...checkup.facts.networks.values()].some(({ range }) => range === undefined)) return;
  const what = `the address ${address} is in none of the networks`;
  checkup.error(path, what, `Take an address of ${cidrs(checkup)}, or add its network.`);
}

function checkMember(checkup: Checkup, path: Path, address: Address, range: Prefixed, network: string): void {
  const text = formatAddress(address);
  const cidr = formatNetwork(range);
  if (!contains(range, address)) {
    checkup.error(path, `${text} is not in the network '${network}' (${cidr})`, 'Correct the address, or the network.');
  } else if (reservedAs(range, address) !== undefined) {
    const what = `${text} is the ${reservedAs(range, address)} address of '${network}' (${cidr})`;
    checkup.error(path, what, 'Take another address of the network.');
  }
}

function checkVip(
  checkup: Checkup,
  path: Path,
  text: string,
  owner: string,
  nodes: readonly string[],
  claim: ClaimAddress,
): void {
  const alone = parseAddress(text);
  const address = alone ?? parsePrefixed(text);
  if (address === undefined) {
    return checkup.error(path, `'${text}' is not an address with its prefix length`, 'Write it as 192.0.2.50/24.');
  }
  claim(address, owner, path);
  const network = networkWith(address, checkup.facts);
  const range = network?.range;
  if (alone !== undefined) {
    checkup.error(
      path,
      `the VIP ${text} has no prefix length`,
      `Write ${text}/${range?.prefix ?? (address.family === 4 ? 24 : 64)}.`,
    );
  }
  if (network === undefined || range === undefined) {
    const unsure = [...checkup.facts.networks.values()].some((one) => one.range === undefined);
    if (!unsure)
      checkup.error(
        path,
        `the VIP ${text} is in none of the networks`,
        `Take an address of ${cidrs(checkup)}, or add its network.`,
      );
    return;
  }
  const { prefix } = address as Partial<Prefixed>;
  if (prefix !== undefined && prefix !== range.prefix) {
    const cure = `Write ${formatAddress(address)}/${range.prefix}.`;
    checkup.error(
      path,
      `the VIP ${text} has another prefix length than its network '${network.name}' (/${range.prefix})`,
      cure,
    );
  }
  checkMember(checkup, path, address, range, network.name);
  const outside = nodes.filter((node) => !checkup.facts.networksOfNode.get(node)!.has(network.name));
  if (outside.length > 0) {
    const what = `the VIP ${text} is in the network '${network.name}', and ${outside.slice(0, 5).join(', ')} ${outside.length === 1 ? 'is' : 'are'} not`;
    checkup.error(path, what, `Give every node of ${owner} an address in that network, or take other nodes.`);
  }
}

const cidrs = (checkup: Checkup): string =>
  [...checkup.facts.networks.values()]
    .slice(0, 8)
    .map((network) => formatNetwork(network.range!))
    .join(', ') || 'a network';
