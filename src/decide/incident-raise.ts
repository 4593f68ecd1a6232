/**
 * Which failures become an incident: one open incident for each VNFC and node.
 */
import type { ClusterStatus } from '../model/cluster.ts';
import { resourceId } from '../model/names.ts';
import type { Vnf } from '../model/vnf.ts';
import { episodeKey, raisedTimes } from './episode.ts';
import { type Healable, healables } from './healable.ts';
import { type Incident, isOpen, type Journal } from './incident-journal.ts';
import { isGone } from './incident-lost.ts';
import { authorOf, type Next, type Situation, write } from './incident-next.ts';

/** Since when the instances that `status` shows broken, and that are to be healed, have been so, by key; `before`: the same of the status before it. */
export function brokenSince(
  before: ReadonlyMap<string, number>,
  status: ClusterStatus | undefined,
  askedAt: number,
  vnf: Vnf,
): ReadonlyMap<string, number> {
  if (status === undefined || vnf.vnfm === undefined) return new Map();
  const broken = places(vnf).filter(({ vnfc, node }) => vnfc.condition(status, node) === 'broken');
  return new Map(broken.map(({ key }) => [key, before.get(key) ?? askedAt]));
}

/** One of the node's instances stands for it: the VM is one. */
function newLosses(journal: Journal, situation: Situation): readonly (readonly [key: string, next: Next])[] {
  const { policy, lost, status } = situation;
  const { vnf } = policy;
  const taken = new Set(openIncidents(journal).map(({ node }) => node));
  return places(vnf)
    .filter(({ vnfc, node }) => vnfc.condition(status.value, node) === 'node-lost')
    .filter(({ node }) => isGone(node, lost, status.startedAt, vnf))
    .filter(({ node }) => !taken.has(node) && taken.add(node))
    .map(({ vnfc, node, key }) => {
      const since = lost.get(node)!;
      const reason = `with its node, which has been away for ${Math.round((status.startedAt - since) / 1000)} s`;
      return [key, raise(journal, vnfc, node, { reason, last: since }, situation)];
    });
}

/**
 * Every instance that is broken or gone with its node, and has no open incident, by key, with the entry that raises it. A count must have held for a while,
 * what has failed for good need not.
 */
export function newIncidents(
  journal: Journal,
  broken: ReadonlyMap<string, number>,
  situation: Situation,
): readonly (readonly [key: string, next: Next])[] {
  const { vnf, timing } = situation.policy;
  const { value, startedAt } = situation.status;
  const open = new Set(openIncidents(journal).map((incident) => keyOf(vnf.name, incident.vnfc, incident.node)));
  const broke = places(vnf)
    .filter(({ key }) => broken.has(key) && !open.has(key))
    .filter(
      ({ vnfc, node, key }) => vnfc.failure(value, node).forGood || startedAt - broken.get(key)! >= timing.confirm,
    )
    .map(({ vnfc, node, key }) => {
      const { reason, last } = vnfc.failure(value, node);
      return [key, raise(journal, vnfc, node, { reason, last: parseTime(last) }, situation)] as const;
    });
  return [...broke, ...newLosses(journal, situation)];
}

const places = (vnf: Vnf) =>
  healables(vnf)
    .filter(({ heal }) => heal)
    .flatMap((vnfc) => vnfc.places.map((node) => ({ vnfc, node, key: keyOf(vnf.name, vnfc.name, node) })));

/** The incidents that stand for the same instance as another one (two partitions came together). */
export function duplicates(journal: Journal): ReadonlySet<string> {
  const keys = new Set<string>();
  const doubled = new Set<string>();
  for (const incident of openIncidents(journal).sort(inOrder)) {
    const key = keyOf('', incident.vnfc, incident.node);
    if (keys.has(key)) doubled.add(incident.id);
    keys.add(key);
  }
  return doubled;
}

const keyOf = (vnf: string, vnfc: string, node: string) => `${vnf}/${vnfc}/${node}`;

function openIncidents(journal: Journal): Incident[] {
  return [...journal.values()].flatMap(({ incident }) =>
    incident !== undefined && isOpen(incident) ? [incident] : [],
  );
}

/** Those that got further with their heals first, then the older. */
function inOrder(one: Incident, other: Incident): number {
  return other.attempt - one.attempt || one.raisedAt - other.raisedAt || (one.id < other.id ? -1 : 1);
}

interface Evidence {
  readonly reason: string;
  /** When it was seen (ms since the epoch). */
  readonly last: number | undefined;
}

function raise(
  journal: Journal,
  vnfc: Healable,
  node: string,
  { reason, last }: Evidence,
  situation: Situation,
): NonNullable<Next> {
  const { vnf } = situation.policy;
  const status = situation.status.value;
  // Named after the failure: when a speaker dies with this entry on the wire, the next one means the same incident.
  const stamp = Math.round(last ?? situation.now).toString(36);
  const incident = unused(`${resourceId(vnf.name, vnfc.name)}-${node}-${stamp}`, journal);
  const severity = vnfc.serving(status) === 0 ? 'CRITICAL' : 'MAJOR';
  const times = raisedTimes(situation.episodes.get(episodeKey(vnfc.name, node)));
  const fact = { kind: 'raised', incident, vnfc: vnfc.name, node, reason, severity, ...times } as const;
  return { action: write(authorOf(situation), fact) };
}

function unused(id: string, journal: Journal): string {
  let name = id;
  for (let n = 2; journal.has(name); n++) name = `${id}-${n}`;
  return name;
}

/** A time of crm_mon's: it may come without a zone, and any will do. */
function parseTime(text: string | undefined): number | undefined {
  return [`${text} UTC`, text ?? ''].map((each) => Date.parse(each)).find((time) => !Number.isNaN(time));
}
