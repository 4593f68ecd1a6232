/**
 * The load balancer and what is behind it.
 */
import type { Path } from '../source.ts';
import { checkNodeList, known, nodesOf, type Checkup, type LooseVnfc } from './checkup.ts';

export function checkServices(checkup: Checkup): void {
  const { vnfcs, loadBalancer } = checkup.description;
  const { lbNodes } = checkup.facts;
  const services = (vnfcs ?? []).flatMap((vnfc, at) =>
    vnfc?.service === undefined || vnfc.redundancy === 'active-standby' ? [] : [{ vnfc, at, service: vnfc.service }],
  );
  if (loadBalancer !== undefined) {
    checkNodeList(checkup, ['loadBalancer', 'nodes'], loadBalancer.nodes, 'HAProxy’s bridge needs Corosync');
    checkVips(checkup, loadBalancer.vips?.length ?? 0);
    if (lbNodes.length === 1 && checkup.facts.nodeNames.length > 1) {
      const path = ['loadBalancer', 'nodes'];
      checkup.warning(
        path,
        'the load balancer has one node: all its services die with it',
        'Give it two nodes or more.',
        'key',
      );
    }
    const mayBeThere = (vnfcs ?? []).some((vnfc) => vnfc?.redundancy !== 'active-standby');
    if (services.length === 0 && !mayBeThere && checkup.absent(['loadBalancer', 'manages'])) {
      const cure = "Remove it, or add an active-active VNFC, or one that it 'manages'.";
      checkup.warning(['loadBalancer'], 'nothing is behind the load balancer', cure, 'key');
    }
  }
  const first = services[0];
  if (first !== undefined && checkup.absent(['loadBalancer'])) {
    const what = `the VNFC '${first.vnfc.name ?? first.at}' has a service, but there is no load balancer in front of it`;
    checkup.error(
      ['vnfcs', first.at, 'service'],
      what,
      "Add 'loadBalancer' with the VIP that outside modules see.",
      'key',
    );
  }
  const managed = (loadBalancer?.manages ?? []).flatMap((vnfc, at) => (vnfc?.service === undefined ? [] : [{ vnfc, path: ['loadBalancer', 'manages', at, 'service'], service: vnfc.service }])); // prettier-ignore
  const taken: Taken = { frontends: new Map(), ports: new Map() };
  for (const { vnfc, path, service } of [...services.map((one) => ({ ...one, path: ['vnfcs', one.at, 'service'] })), ...managed]) {
    checkFrontend(checkup, path, vnfc.name ?? String(path.at(-2)), service, taken);
  } // prettier-ignore
  for (const { vnfc, at } of services) {
    if (vnfc.vms !== undefined) continue; // at addresses of their own: checks/addresses.ts
    const path = ['vnfcs', at, 'service'];
    const name = `the VNFC '${vnfc.name ?? at}'`;
    checkNetwork(checkup, path, name, vnfc);
    checkPorts(checkup, path, name, at, vnfc, taken);
  }
}

/** It has either one address or a list of them, and no more than can be on different nodes. */
function checkVips(checkup: Checkup, several: number): void {
  const [one, list] = ['vip', 'vips'].map((field) => !checkup.absent(['loadBalancer', field]));
  if (one === list) {
    const what = `the load balancer has ${one ? "both 'vip' and 'vips'" : 'no address'}`;
    const cure = one ? "Remove 'vip'; write its address in 'vips'." : "Add 'vip': the address, with prefix length, that outside modules see."; // prettier-ignore
    checkup.error(one ? ['loadBalancer', 'vip'] : ['loadBalancer'], what, cure, 'key');
  }
  const { length } = checkup.facts.lbNodes;
  if (several <= length || length === 0) return;
  const what = `the load balancer has ${several} VIPs for ${length === 1 ? 'one node' : `${length} nodes`}`;
  checkup.warning(['loadBalancer', 'vips'], what, 'Each node serves with one VIP: give it more nodes, or remove what is too many.', 'key'); // prettier-ignore
}

interface Taken {
  /** port of the VIP -> the first VNFC that has it */
  readonly frontends: Map<number, string>;
  /** node and port -> the first VNFC that serves there */
  readonly ports: Map<string, number>;
}

function checkFrontend(
  checkup: Checkup,
  path: Path,
  name: string,
  { frontend, port }: { readonly frontend?: number | undefined; readonly port?: number | undefined },
  { frontends }: Taken,
): void {
  const wanted = frontend ?? port;
  if (wanted === undefined) return;
  const other = frontends.get(wanted);
  if (other === undefined) return void frontends.set(wanted, name);
  const field = [...path, checkup.absent([...path, 'frontend']) ? 'port' : 'frontend'];
  const what = `port ${wanted} of the load balancer's VIP is used by the VNFC '${other}' already`;
  checkup.error(field, what, "Give each VNFC its own 'frontend' port.");
}

function checkPorts(checkup: Checkup, path: Path, name: string, at: number, vnfc: LooseVnfc, taken: Taken): void {
  const { port } = vnfc.service!;
  const other = (index: number) => `the VNFC '${checkup.description.vnfcs?.[index]?.name ?? index}'`;
  if (port === undefined) return;
  const nodes = nodesOf(vnfc, checkup.facts);
  const rival = nodes.map((node) => taken.ports.get(`${node} ${port}`)).find((index) => index !== undefined);
  if (rival !== undefined) {
    const node = nodes.find((one) => taken.ports.get(`${one} ${port}`) === rival)!;
    const what = `port ${port} of the node '${node}' is used by ${other(rival)} already`;
    checkup.error([...path, 'port'], what, 'Give each VNFC of a node its own port, or its own nodes.');
  }
  for (const node of nodes) if (!taken.ports.has(`${node} ${port}`)) taken.ports.set(`${node} ${port}`, at);
  const shared = taken.frontends.has(port) ? checkup.facts.lbNodes.find((node) => nodes.includes(node)) : undefined;
  if (shared !== undefined) {
    const what = `on '${shared}' HAProxy serves port ${port} at the VIP, and ${name} the same port: where it binds all addresses, one of them will not start`;
    checkup.warning(
      [...path, 'port'],
      what,
      "Take another 'port' or 'frontend', or let the program bind its node's address only.",
    );
  }
}

function checkNetwork(checkup: Checkup, path: Path, name: string, vnfc: LooseVnfc): void {
  const { networks, networksOfNode, lbNodes } = checkup.facts;
  const nodes = [...new Set([...nodesOf(vnfc, checkup.facts), ...lbNodes])];
  const network = vnfc.service!.network;
  if (network !== undefined) {
    if (!known(checkup, [...path, 'network'], 'network', network, networks)) return;
    const outside = nodes.filter((node) => !networksOfNode.get(node)!.has(network));
    if (outside.length === 0) return;
    const what = `the load balancer cannot reach ${name} on '${network}': ${outside.slice(0, 5).join(', ')} ${outside.length === 1 ? 'is' : 'are'} not in it`;
    return checkup.error(
      [...path, 'network'],
      what,
      'Take a network that its nodes and those of the load balancer are all in.',
    );
  }
  if (!checkup.absent([...path, 'network'])) return;
  for (const one of networks.keys()) if (nodes.every((node) => networksOfNode.get(node)!.has(one))) return;
  const what = `the nodes of ${name} and of the load balancer are all together in no network`;
  checkup.error(path, what, 'Give them addresses in one network, or take other nodes.', 'key');
}
