/**
 * The wider fault zone (OPNFV's use case 9): when Pacemaker has given an instance up on its node, the node itself, which is the VM, is
 * restarted before the VNFM is asked. Once within the VNFC's probation time, and only where that takes nothing away that has no other.
 */
import type { ClusterStatus, InstanceStatus } from '../model/cluster.ts';
import { guestId, resourceId } from '../model/names.ts';
import type { Vnf } from '../model/vnf.ts';
import type { Incident, Journal } from './incident-journal.ts';

/** restart: the node; wait: another one is being restarted; not: why the VNFM is to be asked at once; undefined: nobody wants it. */
export type Escalation = 'restart' | 'wait' | { readonly not: string } | undefined;

/** What comes before the heal of `incident`, of which nothing has been tried yet. */
export function escalationOf(
  incident: Incident,
  journal: Journal,
  status: ClusterStatus,
  vnf: Vnf,
  now: number,
): Escalation {
  const { node } = incident;
  const recovery = vnf.vnfcs.find(({ name }) => name === incident.vnfc)?.recovery;
  if (recovery?.escalate !== 'node') return undefined;
  if ([...journal.values()].some((other) => other.incident?.phase === 'restarting')) return 'wait';
  const last = lastRestart(journal, node);
  if (last !== undefined && now - last < recovery.withinMs) {
    return { not: `it was restarted ${Math.max(0, Math.round((now - last) / 1000))} s ago` };
  }
  const why = lossOf(status, vnf, incident.vnfc, node);
  return why === undefined ? 'restart' : { not: why };
}

/** When a restart of `node` was last begun. */
function lastRestart(journal: Journal, node: string): number | undefined {
  const times = [...journal.values()]
    .filter(({ incident }) => incident?.node === node)
    .flatMap(({ entries }) => entries.flatMap(({ kind, at }) => (kind === 'node-restart-requested' ? [at] : [])));
  return times.length === 0 ? undefined : Math.max(...times);
}

/** What would be lost without `node`; undefined: nothing that isn't elsewhere, too. `vnfc` is lost there already. */
function lossOf(status: ClusterStatus, vnf: Vnf, vnfc: string, node: string): string | undefined {
  const unwell = status.nodes.find((other) => other.name !== node && !isWell(other));
  if (unwell !== undefined) return `${unwell.name} isn't well either`;
  const guest = vnf.guests.find(({ name }) =>
    status.resources.some((each) => each.id === guestId(vnf.name, name) && each.nodes.includes(node)),
  );
  if (guest !== undefined) return `the VM of the guest ${guest.name} runs there`;
  const own = resourceId(vnf.name, vnfc);
  const here = status.resources.filter((each) => each.nodes.includes(node) && each.active && each.id !== own);
  const foreign = here.find(({ id, agent }) => !agent.startsWith('stonith:') && !id.startsWith(`${vnf.name}-`));
  if (foreign !== undefined) return `${foreign.id} runs there, which isn't this VNF's`;
  const single = vnf.vnfcs
    .map(({ name }) => resourceId(vnf.name, name))
    .find((id) => here.some((each) => each.id === id) && !status.resources.some((each) => isElsewhere(each, id, node)));
  return single && `${single} is well nowhere else`;
}

const isWell = ({ online, unclean, standby, maintenance, pending }: ClusterStatus['nodes'][number]): boolean =>
  online && !unclean && !standby && !maintenance && !pending;

const settled: readonly InstanceStatus['role'][] = ['Started', 'Promoted', 'Unpromoted'];

const isElsewhere = (each: InstanceStatus, id: string, node: string): boolean =>
  each.id === id &&
  each.active &&
  !each.failed &&
  settled.includes(each.role) &&
  each.nodes.some((other) => other !== node);
