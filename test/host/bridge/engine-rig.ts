/**
 * A bridge's engine on a real HAProxy; the cluster's word is a value that the test sets, what it sends is kept.
 */
import type { ExecutionContext } from 'ava';
import { now } from '../../../src/process/clock.ts';
import { type Engine, startEngine } from '../../../src/bridge/engine.ts';
import type { Structure } from '../../../src/bridge/structure.ts';
import type { RotationPlace } from '../../../src/decide/rotation-types.ts';
import type { ClusterStatus, InstanceStatus } from '../../../src/model/cluster.ts';
import type { Vnf } from '../../../src/model/vnf.ts';
import type { BridgeMessage } from '../../../src/model/wire.ts';
import { createLog } from '../../../src/process/log.ts';
import { backend, haproxyRig, nodes, type Rig } from '../haproxy/rig.ts';

export interface Bench {
  readonly rig: Rig;
  /** What the cluster says when it is asked; undefined: it gives no answer. */
  status: ClusterStatus | undefined;
  readonly sent: BridgeMessage[];
  readonly logged: Record<string, unknown>[];
  /** A bridge, as if `vnfha bridge` had been started (again). */
  engine(changed?: { readonly haproxyTimeoutMs?: number; readonly observeMs?: number }): Promise<Engine>;
  structure(change?: (text: string) => string): Structure;
  logs(event: string): Record<string, unknown>[];
}

export async function bench(t: ExecutionContext): Promise<Bench> {
  const rig = await haproxyRig(t);
  const engines: Engine[] = [];
  t.teardown(() => Promise.all(engines.map((engine) => engine.stop())));
  const self: Bench = {
    rig,
    status: statusWith(),
    sent: [],
    logged: [],
    structure(change = (text) => text) {
      const places = nodes.map((node): RotationPlace => {
        const [address, port] = ['127.0.0.1', rig.backendPorts[node]!];
        const hosts = [{ name: node, id: Number(node.slice(1)) }];
        const ids = { hosts, vnfcResource: 'tel-web', memberResource: 'tel-web-member' };
        return { backend, server: node, vnfc: 'web', node, address, port, ...ids };
      });
      return { vnf: { name: 'tel' } as Vnf, places, render: (excluded) => change(rig.render(excluded)) };
    },
    async engine(changed = {}) {
      const engine = await startEngine({
        node: 'n1',
        structure: self.structure(),
        config: rig.config,
        haproxySocket: rig.socket,
        haproxyMaster: rig.master,
        haproxyTimeoutMs: 20_000, // a busy machine is not a hung HAProxy
        observeMs: 200,
        observeQuietMs: 200,
        ...changed,
        policy: {
          statusIntervalMs: 500,
          quietAfterMs: 60_000,
          quietIntervalMs: 30_000,
          askGapMs: 500,
          settleMs: 500,
          untoldMs: 10_000,
          minHoldMs: 2000,
          maxHoldMs: 120_000,
        },
        readStatus: () =>
          self.status === undefined ? Promise.reject(new Error('no pacemaker')) : Promise.resolve(self.status),
        send: (message) => Promise.resolve(void self.sent.push(message)),
        log: createLog('bridge', (line) => self.logged.push(JSON.parse(line) as Record<string, unknown>)),
      });
      engines.push(engine);
      return engine;
    },
    logs: (event) => self.logged.filter((line) => line.event === event),
  };
  return self;
}

/** An agent's request, heard now. */
export function ask(engine: Engine, type: 'exclude' | 'readmit', server: string, id = `${type}-${server}`): void {
  const at = now();
  engine.post({
    type: 'request',
    at,
    id,
    out: type === 'exclude',
    backend,
    server,
    nodeId: 1,
    sent: at,
    until: at + 20_000,
  });
}

/** The ack of a request, if it has come. */
export const ackOf = (self: Bench, id: string): BridgeMessage | undefined =>
  self.sent.find((message) => message.type === 'ack' && message.id === id && message.error === undefined);

/** All is well but for these members, which are stopped. */
export function statusWith(...stopped: string[]): ClusterStatus {
  const instances = (id: string): InstanceStatus[] =>
    nodes.map((node) => {
      const active = !stopped.includes(node);
      const at = { role: active ? 'Started' : 'Stopped', active, nodes: active ? [node] : [] } as const;
      return { id, agent: 'ocf:vnfha:vnfc', failed: false, managed: true, pending: undefined, ...at };
    });
  return {
    quorate: true,
    dc: 'n1',
    maintenance: false,
    nodes: nodes.map((name, index) => {
      const flags = { standby: false, maintenance: false, pending: false, unclean: false };
      return { name, id: index + 1, online: true, ...flags };
    }),
    resources: [...instances('tel-web'), ...instances('tel-web-member')],
    failures: [],
  };
}
