/** How a VNF is, for people. Pure. */
import type { GroupStatus, InstanceView, VnfStatus } from '../status/vnf-status.ts';

/** Ends with a line feed. */
export function statusText(status: VnfStatus): string {
  const { vnf, ok, problems, cluster, nodes, vnfcs, loadBalancer, incidents } = status;
  const [members, guests] = [
    nodes.filter(({ host }) => host === undefined),
    nodes.filter(({ host }) => host !== undefined),
  ];
  const groups = [...vnfcs, ...(loadBalancer === undefined ? [] : [loadBalancer])];
  const places = groups.flatMap(({ instances }) => instances.map(({ node }) => node));
  const width = Math.max(...[...nodes.map(({ name }) => name), ...places].map(({ length }) => length));
  return [
    `${vnf}: ${ok ? 'well' : 'not well'}`,
    ...problems.map((problem) => `  ! ${problem}`),
    '',
    `nodes: ${onlineText(members)}, ${cluster.quorate ? 'with' : 'without'} quorum, DC ${cluster.dc ?? '(none)'}`,
    ...(guests.length === 0
      ? []
      : [
          `guests: ${onlineText(guests)}; ${guests.map(({ name, host }) => `${name} ${host === null ? 'nowhere' : `on ${host}`}`).join(', ')}`,
        ]),
    ...groups.flatMap((group) => [
      '',
      headOf(group),
      ...group.instances.map((one) => instanceText(one, width)),
      ...stateText(group),
    ]),
    '',
    `incidents: ${incidents === undefined ? 'the journal cannot be read here' : incidents.length === 0 ? 'none open' : `${incidents.length} open`}`,
    '',
  ].join('\n');
}

const onlineText = (nodes: VnfStatus['nodes']): string =>
  `${nodes.filter(({ state }) => state === 'online').length} of ${nodes.length} online`;

function headOf({ name, kind, vips }: GroupStatus): string {
  const addresses = vips.map(({ address, node }) => `, ${address} ${node === undefined ? 'nowhere' : `on ${node}`}`);
  return `${name} (${kinds[kind]})${addresses.join('')}`;
}

const kinds: Readonly<Record<GroupStatus['kind'], string>> = {
  'active-standby': 'active/standby',
  'active-active': 'active/active',
  vms: 'active/active, VMs',
  'load-balancer': 'load balancer',
  'lb-managed': 'managed by the load balancer',
};

function instanceText({ node, host, state, rotation, reason }: InstanceView, width: number): string {
  const place = rotation === undefined ? '' : rotation === 'in' ? 'in rotation' : `out of rotation: ${reason}`;
  const at = host === undefined ? '' : `on ${host}${place === '' ? '' : ', '}`;
  return `  ${node.padEnd(width)}  ${state.padEnd(8)}  ${at}${place}`.trimEnd();
}

function stateText({ sync }: GroupStatus): string[] {
  if (sync === undefined) return [];
  const copies = sync.copies.map(({ copy, behind }) => {
    if (behind === undefined) return `${copy} not connected`;
    return behind === 0 ? `${copy} in step` : `${copy} ${behind} ${behind === 1 ? 'write' : 'writes'} behind`;
  });
  const here = sync.fresh ? sync.role : `${sync.role}, not fresh`;
  return [`  state: epoch ${sync.epoch}, ${here} here${copies.length === 0 ? '' : `; ${copies.join(', ')}`}`];
}
