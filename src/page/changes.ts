/** What is otherwise than it was, in sentences: for who hears the page, and for its list of changes. Pure. */
import type { GroupStatus, InstanceView } from '../status/vnf-status.ts';
import type { IncidentRow, PageState } from './state.ts';

/** A failure of many things is one glance at the page, not an hour of listening. */
const most = 12;

export function changesBetween(before: PageState, after: PageState): readonly string[] {
  if (before.vnf !== after.vnf) return [`this page now shows ${after.vnf}`];
  const all = [...clusterChanges(before, after), ...nodeChanges(before, after), ...groupChanges(before, after), ...incidentChanges(before, after)]; // prettier-ignore
  return all.length <= most ? all : [...all.slice(0, most), `and ${all.length - most} more`];
}

function clusterChanges({ status: old, silent: was, bridge }: PageState, after: PageState): readonly string[] {
  const { status, silent } = after;
  if (silent !== null) return was === null ? [`the cluster gives no answer: ${silent}`] : [];
  if (status === null || old === null) return was === null ? [] : ['the cluster answers again'];
  return [
    ...(old.ok === status.ok ? [] : [`${status.vnf} is ${status.ok ? 'well' : 'not well'}`]),
    ...(old.cluster.quorate === status.cluster.quorate ? [] : [`this partition has ${status.cluster.quorate ? 'quorum again' : 'no quorum'}`]),
    ...(bridge?.haproxy === after.bridge?.haproxy || after.bridge === null ? [] : [`HAProxy on ${after.node} ${after.bridge.haproxy ? 'runs' : 'does not run'}`]),
  ];
} // prettier-ignore

const nodeChanges = (before: PageState, after: PageState): readonly string[] =>
  (after.status?.nodes ?? []).flatMap(({ name, state }) => {
    const was = before.status?.nodes.find((one) => one.name === name)?.state;
    return was === undefined || was === state ? [] : [`${name} is ${state}`];
  });

function groupChanges(before: PageState, after: PageState): readonly string[] {
  const old = groupsOf(before);
  return groupsOf(after).flatMap((group) => {
    const was = old.find(({ name }) => name === group.name);
    if (was === undefined) return [];
    const moved = group.vips.filter(({ address, node }) => was.vips.some((one) => one.address === address && one.node !== node));
    return [
      ...group.instances.flatMap((one) => instanceChanges(group.name, was.instances.find(({ node }) => node === one.node), one)),
      ...moved.map(({ address, node }) => `${address} of ${group.name} is ${node === undefined ? 'nowhere' : `on ${node}`}`),
    ];
  }); // prettier-ignore
}

function instanceChanges(group: string, was: InstanceView | undefined, { node, state, rotation, reason }: InstanceView): readonly string[] {
  if (was === undefined) return [];
  const place = rotation === 'in' ? 'in rotation' : `out of rotation: ${reason}`;
  return [
    ...(was.state === state ? [] : [`${group} on ${node} is ${state}`]),
    ...(was.rotation === rotation || rotation === undefined ? [] : [`${group} on ${node} is ${place}`]),
  ];
} // prettier-ignore

function incidentChanges(before: PageState, after: PageState): readonly string[] {
  if (before.incidents === null) return [];
  const old = new Map(before.incidents.map((one) => [one.id, one]));
  return (after.incidents ?? []).flatMap((one) => {
    const was = old.get(one.id);
    // an older one that only now fits on the page is no news
    if (was === undefined) return one.open || before.older === 0 ? [`incident ${one.id}: ${told(one)}`] : [];
    return was.phase === one.phase ? [] : [`incident ${one.id}: ${told(one)}`];
  });
}

const told = ({ vnfc, node, phase }: IncidentRow): string => `${vnfc} on ${node}, ${phase}`;

const groupsOf = ({ status }: PageState): readonly GroupStatus[] =>
  status === null ? [] : [...status.vnfcs, ...(status.loadBalancer === undefined ? [] : [status.loadBalancer])];
