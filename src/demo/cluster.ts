/** What the demo asks the cluster: where things are, and whether all is well. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterStatus } from '../model/cluster.ts';
import { haproxyId, lbVips, memberId, resourceId, vipId, vmId, vmMemberId } from '../model/names.ts';
import type { Vnf } from '../model/vnf.ts';
import { Failure } from '../process/failure.ts';
import type { Stage } from './stage.ts';

type OnLab = Pick<Stage, 'lab'>;

/** The nodes on which a resource is active, in any of `roles`. */
function nodesOf(status: ClusterStatus, resource: string, roles = ['Started', 'Promoted', 'Unpromoted']): string[] {
  return status.resources
    .filter(({ id, role, active, failed }) => id === resource && active && !failed && roles.includes(role))
    .flatMap(({ nodes }) => nodes);
}

/** Undefined when Pacemaker has nothing more to do. */
export async function busy({ lab }: OnLab, status: ClusterStatus | undefined): Promise<string | undefined> {
  const dc = status?.dc;
  if (dc === undefined) return 'Pacemaker has no DC';
  const { stdout } = await lab.exec(dc, ['crmadmin', '--status', dc]);
  return stdout.includes('S_IDLE') ? undefined : `Pacemaker is at work: ${stdout.trim()}`;
}

/** What is not as the description wants it; empty: all is well. */
export function unwell(status: ClusterStatus | undefined, vnf: Vnf): string[] {
  if (status === undefined) return ['no node answers'];
  const count = (resource: string, wanted: number, roles?: string[]): string[] => {
    const there = nodesOf(status, resource, roles).length;
    return there === wanted ? [] : [`${there} of ${wanted} ${resource}`];
  };
  const offline = vnf.nodes.filter(({ name }) => !status.nodes.some((node) => node.name === name && node.online));
  const lb = vnf.loadBalancer;
  return [
    ...offline.map(({ name }) => `${name} is not online`),
    ...(lb
      ? [
          ...count(haproxyId(vnf.name, lb.name), lb.nodes.length),
          ...lbVips(vnf.name, lb).flatMap(({ id }) => count(id, 1)),
        ]
      : []),
    ...vnf.vnfcs.flatMap((vnfc) => {
      if (vnfc.redundancy === 'active-active-vms')
        return vnfc.vms.flatMap(({ name }) => [
          ...count(vmId(vnf.name, vnfc.name, name), 1),
          ...count(vmMemberId(vnf.name, vnfc.name, name), 1),
        ]);
      const id = resourceId(vnf.name, vnfc.name);
      if (vnfc.redundancy === 'active-active') {
        return [...count(id, vnfc.instances), ...count(memberId(vnf.name, vnfc.name), vnfc.instances)];
      }
      if (vnfc.vipBy === 'election') {
        const active = (status.elected ?? []).filter(({ resource }) => resource === id).length;
        return [...count(id, vnfc.instances), ...(active === 1 ? [] : [`${active} active ${id}`])];
      }
      return [
        ...count(id, 1, ['Promoted']),
        ...count(id, vnfc.instances - 1, ['Unpromoted']),
        // otherwise the address is no resource of its own
        ...(vnfc.vipBy === 'cluster' ? count(vipId(vnf.name, vnfc.name), 1) : []),
      ];
    }),
  ];
}

/** The one node where a resource has the role; fails if there isn't exactly one. */
export async function theNodeOf({ lab }: OnLab, resource: string, role: string): Promise<string> {
  const status = await lab.cluster();
  const [node, ...others] = status ? nodesOf(status, resource, [role]) : [];
  if (node === undefined || others.length > 0)
    throw new Failure('lab', `${resource} is not ${role} on exactly one node`);
  return node;
}

/** Waits until `isSo` says undefined; says every two seconds what it waits for. */
export async function until(
  isSo: () => Promise<string | undefined>,
  options: { readonly timeout: number; readonly say: (text: string) => void },
): Promise<void> {
  const begun = performance.now();
  let said = begun;
  for (;;) {
    const missing = await isSo();
    if (missing === undefined) return;
    const now = performance.now();
    if (now - begun > options.timeout)
      throw new Failure('timeout', `after ${options.timeout / 1000} s still: ${missing}`);
    if (now - said > 2000) {
      options.say(`waiting: ${missing}`);
      said = now;
    }
    await delay(100);
  }
}

/** Ends the processes called `name` on a node, by their pids, as a crash would. */
export async function crash({ lab }: OnLab, node: string, name: string): Promise<void> {
  const { stdout } = await lab.exec(node, ['pgrep', '-x', name]);
  const pids = stdout.split('\n').filter(Boolean);
  if (pids.length === 0) throw new Failure('lab', `no ${name} runs on ${node}`);
  await lab.exec(node, ['kill', '-KILL', ...pids]);
}
