/** The status page of a bridge: its data from where `vnfha status` has it, by the same rules. */
import { stat } from 'node:fs/promises';
import { vnfPaths } from '../model/names.ts';
import type { ClusterStatus } from '../model/cluster.ts';
import type { Vnf } from '../model/vnf.ts';
import { readStatus } from '../pacemaker/crm-mon.ts';
import { now } from '../process/clock.ts';
import { messageOf } from '../process/failure.ts';
import type { Journal } from '../decide/incident-journal.ts';
import type { Log } from '../process/log.ts';
import type { ServerRotation } from '../status/bridge-state.ts';
import { incidentPage, incidentStyleHash } from '../status/incident-picture.ts';
import { incidentTimes } from '../status/incident-times.ts';
import { readJournal, timelineOf } from '../status/incidents.ts';
import { askSidecars } from '../status/sync-state.ts';
import { vnfStatus } from '../status/vnf-status.ts';
import { pageAddress } from './address.ts';
import { loadPageFiles } from './files.ts';
import { type PageServer, servePage } from './server.ts';
import { type BridgeView, pageState, type PageState } from './state.ts';

/** What a bridge has at hand. */
export interface BridgeSource {
  readonly cluster: { readonly begun: number; readonly status: ClusterStatus } | undefined;
  readonly rotation: readonly ServerRotation[];
  readonly self: BridgeView;
}

export interface PageOptions {
  /** This node, as the description calls it. */
  readonly node: string;
  /** The description as it is now; undefined: none was read yet. */
  readonly vnf: () => Vnf | undefined;
  /** Undefined: it idles here. */
  readonly bridge: () => BridgeSource | undefined;
  readonly journal?: string;
  readonly readStatus?: () => Promise<ClusterStatus>;
  readonly log: Log;
}

/** What crm_mon said so recently is not asked for again: it costs 50 to 100 ms of a processor. */
const freshMs = 1900;

/**
 * Serves it at `address` ([ADDRESS:]PORT, of the loopback); nothing without one.
 * @throws Failure 'usage' for another address, 'missing' when its files aren't installed
 */
export async function startPage(address: string | undefined, options: PageOptions): Promise<PageServer> {
  if (address === undefined) return noPage;
  const place = pageAddress(address);
  const { log } = options;
  const journal = journalReader((vnf) => options.journal ?? vnfPaths(vnf).incidentJournal);
  const cluster = clusterReader(options);
  return servePage({
    address: place,
    files: await loadPageFiles(),
    log,
    build: async () => build(options, await cluster(), await journal(vnfOf(options))),
    async incident(id) {
      const vnf = vnfOf(options);
      const recorded = (await journal(vnf))?.get(id);
      if (recorded?.incident === undefined) return undefined;
      const { incident, entries } = recorded;
      const at = now();
      const times = incidentTimes(entries, vnf.recovery, at);
      return { html: incidentPage({ incident, timeline: timelineOf(recorded), times, now: at }), style: incidentStyleHash }; // prettier-ignore
    },
  });
}

const noPage: PageServer = { nudge: () => undefined, close: () => Promise.resolve() };

function vnfOf({ vnf }: PageOptions): Vnf {
  const read = vnf();
  if (read === undefined) throw new Error('the description is not read yet');
  return read;
}

type Cluster = ClusterStatus | { readonly silent: string };

async function build(options: PageOptions, cluster: Cluster, journal: Journal | undefined): Promise<PageState> {
  const { node } = options;
  const vnf = vnfOf(options);
  const bridge = options.bridge();
  const common = { node, vnf, bridge: bridge?.self, journal, now: now() };
  if ('silent' in cluster) return pageState({ ...common, status: undefined, silent: cluster.silent });
  const sidecars = await askSidecars(vnf, node);
  const status = vnfStatus(vnf, cluster, bridge?.rotation, journal, now(), sidecars);
  return pageState({ ...common, status, silent: undefined });
}

/** crm_mon's word: the bridge's own while that is new, else it is asked. */
function clusterReader({ bridge, readStatus: read = readStatus }: PageOptions): () => Promise<Cluster> {
  let last: { readonly begun: number; readonly status: Cluster } | undefined;
  return async () => {
    const heard = bridge()?.cluster;
    if (heard !== undefined && heard.begun > (last?.begun ?? 0)) last = heard;
    const begun = now();
    if (last !== undefined && begun - last.begun < freshMs) return last.status;
    last = { begun, status: await read().catch((error: unknown) => ({ silent: messageOf(error) })) };
    return last.status;
  };
}

/** The journal of incidents, read when it has changed; undefined: it can't be read. */
function journalReader(pathOf: (vnf: Vnf) => string): (vnf: Vnf) => Promise<Journal | undefined> {
  let last: { readonly stamp: string; readonly journal: Journal } | undefined;
  return async (vnf) => {
    const path = pathOf(vnf);
    const found = await stat(path, { bigint: true }).catch(() => undefined);
    const stamp = `${vnf.name} ${found?.ino} ${found?.size} ${found?.mtimeNs}`;
    if (last?.stamp === stamp) return last.journal;
    const journal = await readJournal(path, vnf.name).catch(() => undefined);
    last = journal && { stamp, journal };
    return journal;
  };
}
