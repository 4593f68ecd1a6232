/**
 * When a failure was seen, excluded and made good for, as it was said in the group of the bridges: facts that an incident carries along. Times
 * are ms since the epoch, each by the clock of the node that saw it.
 *
 * An episode is one failure of one instance: it begins with the first word of it, and is over when the instance is well again.
 */
import type { ClusterStatus } from '../model/cluster.ts';
import { backendName, resourceId, vipId } from '../model/names.ts';
import type { Vnf, Vnfc } from '../model/vnf.ts';
import type { BridgeMessage, PacemakerAlert } from '../model/wire.ts';

export interface Episode {
  /** When the supervisor saw it; undefined: only Pacemaker's monitor found it, and nobody knows since when it was so. */
  readonly failedAt: number | undefined;
  /** When the group had the word, by the clock of the notifier. */
  readonly noticedAt: number;
  /** What it was when it failed; undefined: it has no role, or nobody knew. */
  readonly role: 'active' | 'standby' | undefined;
  /** By the node of each HAProxy: when that had the server out, and in again. */
  readonly out: ReadonlyMap<string, number>;
  readonly in: ReadonlyMap<string, number>;
  /** When Pacemaker was first seen to have another instance active, and its address there. */
  readonly servedAt: number | undefined;
  readonly overAt: number | undefined;
}

/** By VNFC and node. */
export type Episodes = ReadonlyMap<string, Episode>;

export const episodeKey = (vnfc: string, node: string): string => `${vnfc}/${node}`;

/** What an entry of the journal carries: absent where it was not seen. */
export interface RaisedTimes {
  readonly failedAt?: number;
  readonly noticedAt?: number;
  readonly excludedAt?: number;
  readonly servedAt?: number;
  readonly role?: 'active' | 'standby';
}

/** A word of the group, heard `at`; `status` is how Pacemaker had it before. */
export function withWord(all: Episodes, message: BridgeMessage, at: number, vnf: Vnf, status: ClusterStatus | undefined): Episodes {
  switch (message.type) {
    case 'instance': {
      const { resource, node, word } = message;
      const vnfc = vnfcOf(vnf, resource);
      if (vnfc === undefined) return all;
      return word === 'well' ? over(all, vnfc, node, at) : begun(all, vnfc, node, { failedAt: message.since ?? message.at, at }, vnf, status);
    }
    case 'alert': {
      const { alert } = message;
      const vnfc = alert.kind === 'resource' && isFailure(alert) ? vnfcOf(vnf, alert.resource.replace(/:\d+$/, '')) : undefined;
      if (vnfc === undefined || alert.kind !== 'resource') return all;
      // an alert is on its way for a while: it may be of what is over
      const ended = all.get(episodeKey(vnfc.name, alert.node))?.overAt;
      if (ended !== undefined && alert.happened <= ended) return all;
      return begun(all, vnfc, alert.node, { failedAt: undefined, at }, vnf, status);
    }
    case 'readmit': {
      const vnfc = vnf.vnfcs.find(({ name }) => backendName(vnf.name, name) === message.backend);
      return vnfc === undefined ? all : over(all, vnfc, message.server, at);
    }
    case 'rotation':
      return message.changes.reduce((rest, change) => rotated(rest, vnf, message.node, change), all);
    case 'exclude':
    case 'ack':
    case 'bridge':
    case 'supervisor':
    case 'checks':
      return all;
  }
} // prettier-ignore

/** What Pacemaker says, asked at `askedAt`: who serves instead of a failed active instance. */
export function withStatus(all: Episodes, status: ClusterStatus, askedAt: number, vnf: Vnf): Episodes {
  return changed(all, (episode, key) => {
    if (episode.role !== 'active' || episode.servedAt !== undefined || askedAt <= episode.noticedAt) return episode;
    const [name, node] = key.split('/') as [string, string];
    const vnfc = vnf.vnfcs.find((each) => each.name === name);
    const serves = vnfc !== undefined && servesWithout(status, vnf, vnfc, node);
    return serves ? { ...episode, servedAt: askedAt } : episode;
  });
}

/** Of the failure of an instance that is not over. */
export function raisedTimes(episode: Episode | undefined): RaisedTimes {
  if (episode === undefined || episode.overAt !== undefined) return {};
  const { failedAt, noticedAt, role, out, servedAt } = episode;
  const times = { failedAt, noticedAt, role, servedAt, excludedAt: out.size === 0 ? undefined : Math.max(...out.values()) }; // prettier-ignore
  const known = Object.entries(times).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    known.map(([name, value]) => [name, typeof value === 'number' ? Math.round(value) : value]),
  );
}

/** When the last HAProxy had it in again, after it was raised at `raisedAt`. */
export function readmittedAt(episode: Episode | undefined, raisedAt: number): number | undefined {
  const times = [...(episode?.in.values() ?? [])].filter((at) => at >= raisedAt);
  return times.length === 0 ? undefined : Math.round(Math.max(...times));
}

const isFailure = ({ rc, targetRc }: Extract<PacemakerAlert, { kind: 'resource' }>): boolean => rc !== targetRc;

const vnfcOf = (vnf: Vnf, resource: string): Vnfc | undefined =>
  vnf.vnfcs.find(({ name }) => resourceId(vnf.name, name) === resource);

function begun(
  all: Episodes,
  vnfc: Vnfc,
  node: string,
  { failedAt, at }: { readonly failedAt: number | undefined; readonly at: number },
  vnf: Vnf,
  status: ClusterStatus | undefined,
): Episodes {
  const key = episodeKey(vnfc.name, node);
  const known = all.get(key);
  if (known !== undefined && known.overAt === undefined) return all;
  const role = status && roleOf(status, vnf, vnfc, node);
  const none = {
    out: new Map<string, number>(),
    in: new Map<string, number>(),
    servedAt: undefined,
    overAt: undefined,
  };
  return new Map(all).set(key, { failedAt, noticedAt: at, role, ...none });
}

const over = (all: Episodes, vnfc: Vnfc, node: string, at: number): Episodes =>
  changed(all, (episode, key) =>
    key === episodeKey(vnfc.name, node) && episode.overAt === undefined ? { ...episode, overAt: at } : episode,
  );

type RotationChange = Extract<BridgeMessage, { type: 'rotation' }>['changes'][number];

function rotated(all: Episodes, vnf: Vnf, lb: string, { backend, server, out, at }: RotationChange): Episodes {
  return changed(all, (episode, key) => {
    const [name, node] = key.split('/') as [string, string];
    if (node !== server || backendName(vnf.name, name) !== backend) return episode;
    if (!out) return { ...episode, in: new Map(episode.in).set(lb, at) };
    // of a failure the first exclusion counts
    const counts = episode.overAt === undefined && !episode.out.has(lb);
    return counts ? { ...episode, out: new Map(episode.out).set(lb, at) } : episode;
  });
}

function changed(all: Episodes, change: (episode: Episode, key: string) => Episode): Episodes {
  let result: Map<string, Episode> | undefined;
  for (const [key, episode] of all) {
    const next = change(episode, key);
    if (next !== episode) (result ??= new Map(all)).set(key, next);
  }
  return result ?? all;
}

function roleOf(status: ClusterStatus, vnf: Vnf, vnfc: Vnfc, node: string): Episode['role'] {
  if (vnfc.redundancy !== 'active-standby') return undefined;
  const id = resourceId(vnf.name, vnfc.name);
  if (vnfc.vipBy === 'election')
    return status.elected?.some((one) => one.resource === id && one.node === node) ? 'active' : 'standby';
  const role = status.resources.find((one) => one.id === id && one.nodes.includes(node))?.role;
  return role === 'Promoted' ? 'active' : role === 'Unpromoted' ? 'standby' : undefined;
}

/** Another instance is active, and has the address if that is a resource of its own. */
function servesWithout(status: ClusterStatus, vnf: Vnf, vnfc: Vnfc, failed: string): boolean {
  if (vnfc.redundancy !== 'active-standby') return false;
  const node = vnfc.nodes.find((one) => one !== failed && roleOf(status, vnf, vnfc, one) === 'active');
  if (node === undefined) return false;
  if (vnfc.vipBy !== 'cluster') return true;
  const vip = status.resources.find(({ id }) => id === vipId(vnf.name, vnfc.name));
  return vip?.role === 'Started' && vip.nodes.includes(node);
}
