/** What a bridge tells Prometheus: docs/metrics.md. */
import type { RotationState } from '../decide/rotation-types.ts';
import type { Meters, Observe } from '../process/metrics.ts';

interface Sources {
  readonly state: () => RotationState;
  readonly corosync: () => boolean;
  readonly outdated: () => boolean;
}

export interface BridgeMeters {
  /** From the evidence until HAProxy has the server out, or in. */
  readonly changed: Observe<'vnfc' | 'rotation'>;
}

/** Failovers take milliseconds; what takes seconds is amiss. */
const buckets = [0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const one = (value: boolean): number => (value ? 1 : 0);

/** `sources` are asked when they are scraped. */
export function bridgeMeters(meters: Meters, { state, corosync, outdated }: Sources): BridgeMeters {
  const plain = (name: string, help: string, read: () => number): void =>
    meters.gauge({ name, help, labels: [] }, () => [[{}, read()]]);
  const server = (name: string, help: string, read: (of: Server) => number): void =>
    meters.gauge({ name, help, labels: ['backend', 'server', 'vnfc'] }, () =>
      [...state().servers.values()].map((of) => {
        const { backend, server, vnfc } = of.place;
        return [{ backend, server, vnfc }, read(of)] as const;
      }),
    );
  plain('vnfha_bridge_corosync_up', '1: the bridge is in its group of Corosync.', () => one(corosync()));
  plain('vnfha_bridge_settled', '1: it knows the word of a cluster with quorum.', () => one(state().snapshot !== undefined)); // prettier-ignore
  plain('vnfha_haproxy_up', '1: HAProxy runs on this node.', () => one(state().haproxyPid !== undefined));
  plain('vnfha_haproxy_outdated', '1: HAProxy has not taken up the description.', () => one(outdated()));
  plain('vnfha_suspected_nodes', 'Nodes that are drained because their heartbeats stay away.', () => state().suspects.size); // prettier-ignore
  server('vnfha_server_in_rotation', '1: the server is to have requests.', ({ out }) => one(!out));
  server('vnfha_server_drift', '1: HAProxy’s memory or file says otherwise.', ({ out, memory, file }) =>
    one([memory, file].some((says) => says === (out ? 'in' : 'out'))),
  );
  server('vnfha_server_foreign_changes', 'Changes by somebody else that were put right.', ({ drifts }) => drifts);
  return {
    changed: meters.histogram({
      name: 'vnfha_rotation_change_seconds',
      help: 'From the evidence until HAProxy has the server out of rotation, or in.',
      labels: ['vnfc', 'rotation'],
      buckets,
    }),
  };
}

type Server = RotationState['servers'] extends ReadonlyMap<string, infer S> ? S : never;
