/**
 * Watches what HAProxy's own checks say of the servers that the load balancer manages (scheme B2), and tells the cluster: a node attribute
 * for each of those VNFCs (src/model/server-health.ts). HAProxy needs nobody to exclude such a server; the notifiers do, to have it healed.
 */
import { healthOf } from '../haproxy/health.ts';
import type { ServerStat } from '../haproxy/replies.ts';
import { backendName } from '../model/names.ts';
import { healthAttribute, healthText } from '../model/server-health.ts';
import type { ManagedVnfc, Vnf } from '../model/vnf.ts';
import { messageOf } from '../process/failure.ts';
import type { Log } from '../process/log.ts';

export interface ManagedWatchOptions {
  /** @throws when HAProxy doesn't answer */
  readonly stats: () => Promise<readonly ServerStat[]>;
  /** Keeps what HAProxy is to begin with, when it is started again. */
  readonly keep: (backend: string) => Promise<void>;
  /** Sets this node's attribute; undefined: takes it away. */
  readonly setAttribute: (name: string, value: string | undefined) => Promise<void>;
  /** Another word of this HAProxy's has been told. */
  readonly told: () => void;
  readonly everyMs: number;
  /** After which all is told again, whether or not it is another word; default 30 s. */
  readonly againMs?: number;
  readonly log: Log;
}

export interface ManagedWatch {
  use(vnf: Vnf): void;
  /** Takes the attributes away: nobody looks here any more. */
  stop(): Promise<void>;
}

/** Looks every `everyMs`, while there is something to look at. */
export function watchManaged({
  stats,
  keep,
  setAttribute,
  told,
  everyMs,
  againMs = 30_000,
  log,
}: ManagedWatchOptions): ManagedWatch {
  let managed: readonly (readonly [backend: string, vnfc: ManagedVnfc])[] = [];
  /** What the cluster has been told, by attribute; undefined: that there is nothing. */
  const known = new Map<string, string | undefined>();
  /** What HAProxy would begin with, by backend. */
  const kept = new Map<string, string>();
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let complaint: string | undefined;
  let toldAllAt = performance.now();
  let stopped = false;

  async function look(): Promise<void> {
    const seen = await stats().catch(() => undefined);
    if (stopped) return;
    const said = managed.map(([backend, vnfc]) => [backend, wordOf(seen, backend, vnfc)] as const);
    for (const [backend, word] of said) await remember(backend, word);
    const words = new Map(said.map(([backend, word]) => [healthAttribute(backend), word]));
    const gone = [...known.keys()].filter((name) => !words.has(name));
    // an attribute manager that was started anew has forgotten what it was told, and nobody says so
    const again = performance.now() - toldAllAt > againMs;
    if (again) toldAllAt = performance.now();
    const changed = [...words, ...gone.map((name) => [name, undefined] as const)].filter(
      ([name, value]) => !known.has(name) || known.get(name) !== value || (again && value !== undefined),
    );
    for (const [name, value] of changed) await tell(name, value);
    for (const name of gone) known.delete(name);
  }

  async function remember(backend: string, word: string | undefined): Promise<void> {
    if (word === undefined || kept.get(backend) === word) return;
    try {
      await keep(backend);
      kept.set(backend, word);
    } catch (error) {
      log.warn('checks-not-kept', { backend, why: messageOf(error) });
    }
  }

  async function tell(name: string, value: string | undefined): Promise<void> {
    try {
      await setAttribute(name, value);
      complaint = undefined;
      if (known.has(name) && known.get(name) === value) return;
      log.info('checks', { attribute: name, says: value ?? 'nothing' });
      known.set(name, value);
      if (!stopped) told();
    } catch (error) {
      // a Pacemaker that was away has forgotten what it was told
      known.delete(name);
      const why = messageOf(error);
      if (why !== complaint) log.warn('checks-not-told', { attribute: name, why });
      complaint = why;
    }
  }

  function next(): void {
    if (stopped || (managed.length === 0 && known.size === 0)) return;
    timer = setTimeout(() => {
      running = look().finally(() => {
        running = undefined;
        next();
      });
    }, everyMs);
  }

  return {
    use(vnf) {
      managed = (vnf.loadBalancer?.manages ?? []).map((vnfc) => [backendName(vnf.name, vnfc.name), vnfc]);
      if (running !== undefined) return;
      clearTimeout(timer);
      next();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
      for (const [name, value] of known) if (value !== undefined) await tell(name, undefined);
    },
  };
}

/** Undefined: this HAProxy says nothing, as it doesn't answer, or has no such servers yet. */
function wordOf(stats: readonly ServerStat[] | undefined, backend: string, vnfc: ManagedVnfc): string | undefined {
  const own = stats?.filter((stat) => stat.backend === backend);
  if (own === undefined || own.length === 0) return undefined;
  const healths = vnfc.servers.map(({ name }) => {
    const stat = own.find(({ server }) => server === name);
    return [name, stat === undefined ? 'unknown' : healthOf(stat)] as const;
  });
  return healthText(Object.fromEntries(healths));
}
