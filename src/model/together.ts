/** What keeps VNFs from running side by side on the same nodes, each well described by itself. Pure. */
import { backendName, haproxyId, lbNodes, ownAddresses, resourceId } from './names.ts';
import { hasSidecar, type Vnf } from './vnf.ts';

export interface TogetherProblem {
  /** The VNF that is in the way of one before it. */
  readonly vnf: Vnf;
  /** One sentence. */
  readonly what: string;
  readonly cure: string;
}

/** Everything that several VNFs of one cluster both want, each said once. */
export function togetherProblems(vnfs: readonly Vnf[]): TogetherProblem[] {
  const [first] = vnfs;
  const taken = new Map<string, Vnf>();
  return vnfs.flatMap((vnf) => {
    const problems = [...claimsOf(vnf)].flatMap(([thing, cure]) => {
      const other = taken.get(thing);
      if (other === undefined) taken.set(thing, vnf);
      return other === undefined || other === vnf
        ? []
        : [{ vnf, what: `'${other.name}' and '${vnf.name}' both have ${thing}`, cure }];
    });
    if (vnf !== first) problems.push(...guestProblems(first!, vnf));
    return vnf === first || nodesText(vnf) === nodesText(first!) ? problems : [...problems, otherNodes(first!, vnf)];
  });
}

/** What one VNF only may have, in words, with what is to be done where two do. */
function* claimsOf(vnf: Vnf): Generator<readonly [thing: string, cure: string]> {
  const { name, vnfcs, loadBalancer: lb, cluster } = vnf;
  const rename = 'Give one of them another name.';
  yield [`the name '${name}'`, rename];
  if (!vnf.beside)
    yield ["the nodes' own files and sockets", "Write 'beside: true' under 'vnf' in all but one of the descriptions."];
  const ids = new Set([
    ...[...vnfcs, ...(lb?.manages ?? [])].flatMap((vnfc) => [
      resourceId(name, vnfc.name),
      backendName(name, vnfc.name),
    ]),
    ...(lb === undefined ? [] : [haproxyId(name, lb.name)]),
  ]);
  for (const id of ids) yield [`the id '${id}'`, rename];
  const vips = [...vnfcs.flatMap(ownAddresses), ...(lb?.vips ?? []).map(({ ip }) => ip)];
  for (const ip of vips) yield [`the address ${ip}`, 'Give each its own.'];
  const port = cluster.heartbeat.port;
  for (const node of lbNodes(lb))
    yield [
      `UDP port ${port} of ${node} for the heartbeats of nodes`,
      "Give one of them another 'cluster.heartbeat.port'.",
    ];
  for (const vnfc of vnfcs) {
    if (vnfc.redundancy === 'active-active-vms') {
      // their services have the VMs' addresses
      for (const { domain, config, ownerFile } of vnfc.vms) {
        yield [`the domain '${domain}'`, "Give one of them another 'domain'."];
        for (const file of [config, ownerFile])
          if (file !== undefined) yield [`the file ${file}`, 'Give each VM its own.'];
      }
      continue;
    }
    for (const node of vnfc.nodes) {
      if (vnfc.redundancy === 'active-active')
        yield [`port ${vnfc.service.port} of ${node}`, "Give one of them another 'service.port'."];
      else if (hasSidecar(vnfc, node) && vnfc.sync?.channel.type === 'direct')
        yield [`port ${vnfc.sync.channel.port} of ${node}`, "Give one of them another 'sync.port'."];
    }
  }
}

/** What the description of one VNF doesn't name may run in the guests of another. */
const guestProblems = (first: Vnf, vnf: Vnf): TogetherProblem[] => {
  const having = [first, vnf].filter(({ guests }) => guests.length > 0);
  const what = `${having.map(({ name }) => `'${name}'`).join(' and ')} ${having.length === 1 ? 'has' : 'have'} guests, and a VNF with those has its cluster for itself`;
  return having.length === 0 ? [] : [{ vnf, what, cure: 'Run the other VNF on other nodes, or without guests.' }];
};

const nodesText = ({ nodes }: Vnf): string =>
  nodes.map(({ name, id }) => `${name} (${id})`).toSorted().join(', '); // prettier-ignore

const otherNodes = (first: Vnf, vnf: Vnf): TogetherProblem => ({
  vnf,
  what: `'${first.name}' has the nodes ${nodesText(first)}, and '${vnf.name}' ${nodesText(vnf)}`,
  cure: "Describe the cluster's nodes alike, all of them; a VNFC that shall not run on all has 'nodes' of its own.",
});
