/** A status page as a bridge serves it, of a cluster that the test makes up; real HTTP, a real journal. */
import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ClusterStatus, InstanceStatus } from '../../../src/model/cluster.ts';
import { loadVnf } from '../../../src/model/load.ts';
import { targetOf } from '../../../src/model/recovery.ts';
import { startPage } from '../../../src/page/page.ts';
import type { PageServer } from '../../../src/page/server.ts';
import { now } from '../../../src/process/clock.ts';
import { createLog } from '../../../src/process/log.ts';
import type { ServerRotation } from '../../../src/status/bridge-state.ts';

export interface Scene {
  readonly url: string;
  readonly port: number;
  readonly logged: Record<string, unknown>[];
  /** What crm_mon says; an Error: that it gives no answer. */
  cluster: ClusterStatus | Error;
  rotation: ServerRotation[];
  /** How often crm_mon was asked. */
  asked: number;
  /** The bridge has heard something. */
  nudge(): void;
  readonly journal: (...entries: object[]) => Promise<void>;
  /** The page's server ends, and begins anew at the same port. */
  stop(): Promise<void>;
  start(): Promise<void>;
  end(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export async function scene(port?: number, example = 'sipcore'): Promise<Scene> {
  const described = await loadVnf(`examples/${example}.yaml`);
  const vnf = { ...described, recovery: targetOf('SAL1') };
  const directory = await mkdtemp(path.join(tmpdir(), 'vnfha-page-'));
  const journal = path.join(directory, 'incidents.jsonl');
  const logged: Record<string, unknown>[] = [];
  const place = port ?? (await freePort());
  let server: PageServer | undefined;
  const self: Scene = {
    ...{ url: `http://127.0.0.1:${place}/`, port: place, logged, asked: 0 },
    ...{ cluster: wellCluster, rotation: wellRotation },
    nudge: () => server?.nudge(),
    async journal(...entries) {
      const lines = entries.map((entry) => `${JSON.stringify({ v: 1, vnf: 'sipcore', by: 'node1', ...entry })}\n`);
      await writeFile(`${journal}.new`, lines.join(''));
      await rename(`${journal}.new`, journal); // the page reads all of it or nothing
    },
    async stop() {
      await server?.close();
      server = undefined;
    },
    async start() {
      server = await startPage(String(place), {
        ...{ node: 'node1', vnf: () => vnf, journal },
        bridge: () => ({
          cluster: self.cluster instanceof Error ? undefined : { begun: now(), status: self.cluster },
          rotation: self.rotation,
          self: { corosync: true, settled: true, haproxy: true, outdated: null, silentNodes: [] },
        }),
        async readStatus() {
          self.asked++;
          if (self.cluster instanceof Error) throw self.cluster;
          return self.cluster;
        },
        log: createLog('bridge', (line) => logged.push(JSON.parse(line) as Record<string, unknown>)),
      });
    },
    async end() {
      await self.stop();
      await rm(directory, { recursive: true });
    },
  };
  await self.start();
  return self;
}

export function resource(id: string, role: InstanceStatus['role'], node: string): InstanceStatus {
  const agent = 'ocf:vnfha:vnfc';
  return { id, agent, role, active: true, failed: false, managed: true, pending: undefined, nodes: [node] };
}

const nodes = ['node1', 'node2', 'node3'];
export const wellCluster: ClusterStatus = {
  ...{ quorate: true, dc: 'node1', maintenance: false, failures: [] },
  resources: [
    resource('sipcore-registrar', 'Promoted', 'node2'),
    ...['node1', 'node3'].map((node) => resource('sipcore-registrar', 'Unpromoted', node)),
    resource('sipcore-registrar-vip', 'Started', 'node2'),
    ...nodes.map((node) => resource('sipcore-web', 'Started', node)),
    ...['node1', 'node2'].map((node) => resource('sipcore-lb', 'Started', node)),
    resource('sipcore-lb-vip', 'Started', 'node1'),
  ],
  nodes: nodes.map((name, at) => ({ name, id: at + 1, online: true, standby: false, maintenance: false, pending: false, unclean: false })), // prettier-ignore
};
export const wellRotation: ServerRotation[] = nodes.map((node) => ({ vnfc: 'web', server: node, rotation: 'in', reason: 'readmitted' })); // prettier-ignore

/** One server out of rotation, for this reason. */
export const without = (node: string, reason: string): ServerRotation[] =>
  wellRotation.map((one) => (one.server === node ? { ...one, rotation: 'out', reason } : one));
