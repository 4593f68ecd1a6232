/** What goes wrong with a cluster. Pure. */
import { idOf, section } from '../cib/tree.ts';
import type { ClusterStatus } from '../model/cluster.ts';
import { hostPort } from '../model/address.ts';
import {
  alertId,
  bridgeGroup,
  guestId,
  guestsUpId,
  notifierGroup,
  ownerTag,
  paths,
  remoteKey,
  remotePort,
  resourceId,
  vnfUnit,
} from '../model/names.ts';
import type { Vnf } from '../model/vnf.ts';
import type { Element } from '../process/xml.ts';
import type { ClusterFacts, Facts } from './facts.ts';
import { error, type Finding, warning } from './finding.ts';

/** Everything that is wrong with the cluster, as this node sees it. */
export function clusterFindings({
  cluster,
  clusterProblem,
  others,
  here,
  description: { vnf, file },
}: Facts): Finding[] {
  if (cluster === undefined) {
    return [error('cluster', clusterProblem ?? 'the cluster is not running here', "Run 'systemctl start pacemaker'.")];
  }
  return [
    ...fencing(cluster),
    ...membership(cluster),
    ...(vnf === undefined
      ? []
      : [
          ...applied(cluster, vnf, file),
          ...alert(cluster, vnf),
          ...token(cluster, vnf),
          ...scores(cluster, vnf),
          ...guests(cluster, vnf, here),
          ...daemons(cluster, vnf, others),
        ]),
  ];
}

const configuration = ({ cib }: ClusterFacts): Element => section(cib, 'configuration')!;

function all(root: Element, name: string): Element[] {
  const inside = root.children.flatMap((child) => all(child, name));
  return root.name === name ? [root, ...inside] : inside;
}

function property(cluster: ClusterFacts, ...names: string[]): string | undefined {
  const pairs = all(section(configuration(cluster), 'crm_config')!, 'nvpair');
  return pairs.find(({ attributes }) => names.includes(attributes['name'] ?? ''))?.attributes['value'];
}

const isOff = (value: string | undefined): boolean => /^(false|off|no|n|0)$/i.test(value ?? '');

function fencing(cluster: ClusterFacts): Finding[] {
  const lost = 'a lost node is not powered off, so that two nodes may believe that they are the active one';
  if (isOff(property(cluster, 'stonith-enabled', 'fencing-enabled'))) {
    return [error('fencing', `fencing is switched off: ${lost}`, "Run 'pcs property set stonith-enabled=true'.")];
  }
  const devices = all(configuration(cluster), 'primitive').filter(
    ({ attributes }) => attributes['class'] === 'stonith',
  );
  if (devices.length === 0) {
    return [error('fencing', 'there is no fence device: what fails on a lost node is never recovered', "Add 'fencing' to the description and apply it.")]; // prettier-ignore
  }
  const running = new Set(cluster.status.resources.filter(({ active }) => active).map(({ id }) => id));
  return devices
    .map(idOf)
    .filter((id) => !running.has(id))
    .map((id) => error('fencing', `the fence device '${id}' is not started`, `Run 'crm_mon -1rf' to see why, correct it, then 'pcs stonith cleanup ${id}'.`)); // prettier-ignore
}

function membership({ status }: ClusterFacts): Finding[] {
  return [
    ...(status.quorate
      ? []
      : [error('quorum', 'this node is in a partition without quorum: nothing is recovered here', "Run 'corosync-quorumtool' and bring the missing nodes back.")]), // prettier-ignore
    ...(status.maintenance
      ? [warning('maintenance', 'the cluster is in maintenance mode: nothing is recovered', "Run 'pcs property set maintenance-mode=false'.")] // prettier-ignore
      : []),
    ...status.nodes
      .filter(({ online, id }) => !online && id > 0)
      .map(({ name }) => error('nodes', `${name} is not online`, 'Start the node, or its Corosync and Pacemaker.')),
    ...status.nodes
      .filter(({ online, standby, maintenance }) => online && (standby || maintenance))
      .map(({ name }) => warning('nodes', `${name} is in standby or maintenance`, `Run 'pcs node unstandby ${name}' or 'pcs node unmaintenance ${name}'.`)), // prettier-ignore
  ];
}

/** Those that aren't there, by how far one comes to them from here; and those in which nothing is started though they are. */
function guests({ status }: ClusterFacts, vnf: Vnf, { guestsAnswer }: Facts['here']): Finding[] {
  const there = status.nodes.flatMap(({ name, online }) => (online ? [name] : []));
  const idle = status.nodes.flatMap(({ name, standby, maintenance }) => (standby || maintenance ? [name] : []));
  const up = guestsUpId(vnf.name);
  const say = status.resources.flatMap((one) => (one.id === up && one.active ? one.nodes : []));
  return vnf.guests
    .filter(({ name }) => !there.includes(name) || ![...say, ...idle].includes(name))
    .map(({ name, addresses }) => {
      if (there.includes(name)) {
        const what = `the guest ${name} is online, and ${up} doesn't run in it: until it does no VNFC is started there`;
        return error('guests', what, `Run 'crm_mon -1rf' to see why; 'pcs resource cleanup ${up}' has it tried again.`);
      }
      const id = guestId(vnf.name, name);
      const host = status.resources.find((one) => one.id === id && one.active)?.nodes[0];
      const at = `${hostPort(Object.values(addresses)[0]!, remotePort)}`;
      if (host === undefined) {
        const cure = `Run 'crm_mon -1rf' to see why, correct it, then 'pcs resource cleanup ${id}'.`;
        return error('guests', `the guest ${name} is not online: its VM runs nowhere`, cure);
      }
      const [what, cure] = guestsAnswer.has(name)
        ? [`something answers at ${at}, and not as Pacemaker wants it`, `Give it the ${remoteKey} that the nodes have.`]
        : [
            `nothing answers at ${at}`,
            'See whether it is booted and has that address, and whether pacemaker_remote runs in it.',
          ];
      return error('guests', `the guest ${name} is not online: its VM runs on ${host}, and ${what}`, cure);
    });
}

function applied(cluster: ClusterFacts, vnf: Vnf, file: string): Finding[] {
  const tags = section(configuration(cluster), 'tags')?.children.map(idOf) ?? [];
  if (!tags.includes(ownerTag(vnf.name))) {
    return [error('applied', `the VNF '${vnf.name}' is not in the cluster`, `Run 'vnfha apply ${file}'.`)];
  }
  const { differences = 0 } = cluster;
  if (differences === 0) return [];
  const what = `the cluster is not as ${file} says: ${differences} difference${differences === 1 ? '' : 's'}`;
  return [
    warning('applied', what, `Run 'vnfha diff ${file}', then 'vnfha apply ${file}', or correct the description.`),
  ];
}

function alert(cluster: ClusterFacts, vnf: Vnf): Finding[] {
  const alerts = all(configuration(cluster), 'alert');
  const ours = alerts.find((one) => idOf(one) === alertId(vnf.name));
  if (ours?.attributes['path'] === paths.alertAgent) return [];
  const what = `the cluster has no alert '${alertId(vnf.name)}' with ${paths.alertAgent}: bridges and notifiers hear of failures late`;
  return [error('alert', what, "Run 'vnfha apply' with the description.")];
}

function token({ tokenMs }: ClusterFacts, vnf: Vnf): Finding[] {
  const wanted = vnf.cluster.tokenMs;
  if (tokenMs === undefined || tokenMs === wanted) return [];
  const what = `Corosync's token is ${tokenMs} ms, and the description's ${wanted} ms: the loss of a node takes another time than 'vnfha budget' says`; // prettier-ignore
  return [error('token', what, "Generate corosync.conf anew on every node, then run 'corosync-cfgtool -R' on one.")];
}

/** Pacemaker promotes nobody who has no promotion score. */
function scores(cluster: ClusterFacts, vnf: Vnf): Finding[] {
  const named = new Set(all(cluster.cib, 'nvpair').map(({ attributes }) => attributes['name']));
  return vnf.vnfcs
    .filter((vnfc) => vnfc.redundancy === 'active-standby' && vnfc.vipBy !== 'election')
    .map(({ name }) => resourceId(vnf.name, name))
    .filter((id) => cluster.status.resources.some((one) => one.id === id && one.active))
    .filter((id) => !named.has(`master-${id}`) && !named.has(`promotion-${id}`))
    .map((id) => unpromotable(id, cluster.status));
}

function unpromotable(id: string, { waits = [] }: ClusterStatus): Finding {
  const why = waits.filter(({ resource }) => resource === id).map((wait) => `${wait.node}: ${wait.why}`);
  return why.length === 0
    ? error('promotion', `no instance of '${id}' has a promotion score: none can be promoted`, "Look at its agent's messages: 'journalctl -u pacemaker', then 'pcs resource cleanup'.") // prettier-ignore
    : error('promotion', `no instance of '${id}' has the state, and they are to wait (${why.join('; ')})`, "Bring one back that has it; or write 'unsure: promote' for it in the description, and run 'vnfha apply'."); // prettier-ignore
}

/**
 * On each node that is online a supervisor is in our CPG group, on the load balancer's nodes a bridge as well (elsewhere it idles), and
 * so is a notifier, where there is a VNFM; that one is in a group of its own too. Every VNF has its own bridges and notifiers.
 */
function daemons({ members, status }: ClusterFacts, vnf: Vnf, others: readonly Vnf[]): Finding[] {
  if (members === undefined) return [];
  const on = (group: string, id: number) => (members.get(group) ?? []).filter(({ nodeId }) => nodeId === id);
  const all = [vnf, ...others];
  const start = (units: string): string => `Run 'systemctl enable --now ${units}' there.`;
  return status.nodes
    .filter(({ online, id }) => online && id > 0)
    .flatMap(({ name, id }) => {
      const notifiers = all.flatMap((each) => on(notifierGroup(each), id).map(({ pid }) => pid));
      const found = on(bridgeGroup, id).filter(({ pid }) => !notifiers.includes(pid));
      const balancers = all.filter(({ loadBalancer }) => loadBalancer?.nodes.includes(name));
      const what = ['the supervisor does', 'the bridge or the supervisor does'][balancers.length] ?? 'a bridge or the supervisor does'; // prettier-ignore
      const units = [
        'vnfha-supervisor',
        ...(balancers.length > 0 ? balancers : [vnf]).map((each) => vnfUnit('bridge', each)),
      ];
      return [
        ...(found.length > balancers.length
          ? []
          : [error('daemons', `${what} not run on ${name}`, start(units.join(' ')))]),
        ...(vnf.vnfm === undefined || on(notifierGroup(vnf), id).length > 0
          ? []
          : [warning('daemons', `the notifier does not run on ${name}`, start(vnfUnit('notifier', vnf)))]),
      ];
    });
}
