/** What must never be, whatever is damaged: found in what the hosts' watchers have seen. Pure. */

/** One look at a host, from inside of it. A server is called BACKEND/SERVER. */
export interface Look {
  /** ms since the epoch, by the clock that all hosts of a lab share. */
  readonly at: number;
  /** Those of interfaces that have a carrier: who is cut off answers for none. */
  readonly addresses: readonly string[];
  /** Whether the servers answer that are asked from here. */
  readonly answers: Readonly<Record<string, boolean>>;
  /** The servers that its HAProxy sends requests to; null: no HAProxy answers there. */
  readonly rotation: readonly string[] | null;
}

export interface Rules {
  /** ms for which two hosts may have an address, by the address. */
  readonly vips: Readonly<Record<string, number>>;
  readonly servers: readonly string[];
  /** ms that a dead server may be in rotation. */
  readonly deadMs: number;
  /** ms that a backend may be empty while one of its servers answers. */
  readonly emptyMs: number;
}

export interface Judge {
  /** What a host's watcher has seen; a host that is off has nothing to say. */
  heard(host: string, look: Look): void;
  /** The servers that `host` sends requests to now; undefined: nothing was heard of late, or no HAProxy answers. */
  rotation(host: string, now: number): readonly string[] | undefined;
  readonly violations: readonly string[];
}

/** A look that is older says nothing about now. */
const freshMs = 700;
/** For who only waits until all is well, also of a busy machine. */
const recentMs = 2000;

const backendOf = (server: string): string => server.split('/')[0]!;

export function createJudge({ vips, servers, deadMs, emptyMs }: Rules): Judge {
  const last = new Map<string, Look>();
  const answeredAt = new Map<string, number>();
  /** Since when each complaint holds without a break, by its text; and those that were made. */
  const since = new Map<string, number>();
  const made = new Set<string>();
  const violations: string[] = [];
  const backends = [...new Set(servers.map(backendOf))];

  function hold(complaint: string, holds: boolean, at: number, allowedMs: number): void {
    if (!holds) {
      since.delete(complaint);
      made.delete(complaint);
      return;
    }
    const begun = since.get(complaint) ?? at;
    since.set(complaint, begun);
    if (at - begun <= allowedMs || made.has(complaint)) return;
    made.add(complaint);
    violations.push(`${new Date(at).toISOString()}: ${complaint} for ${Math.round(at - begun)} ms`);
  }

  return {
    violations,
    rotation(host, now) {
      const look = last.get(host);
      return look !== undefined && now - look.at < recentMs ? (look.rotation ?? undefined) : undefined;
    },
    heard(host, look) {
      last.set(host, look);
      const { at, rotation } = look;
      for (const [server, answers] of Object.entries(look.answers)) if (answers) answeredAt.set(server, at);
      const lives = (server: string): boolean => at - (answeredAt.get(server) ?? 0) < freshMs;
      for (const [vip, allowedMs] of Object.entries(vips)) {
        const owners = [...last].filter(([, one]) => at - one.at < freshMs && one.addresses.includes(vip));
        hold(`${vip} has several owners`, owners.length > 1, at, allowedMs);
      }
      for (const server of servers) {
        const asked = rotation?.includes(server) ?? false;
        hold(`${host} sends requests to ${server}, which is dead`, asked && !lives(server), at, deadMs);
      }
      for (const backend of backends) {
        const ofIt = servers.filter((server) => backendOf(server) === backend);
        const nobody = rotation !== null && !ofIt.some((server) => rotation.includes(server));
        const complaint = `${host} sends requests for ${backend} to nobody, though an instance answers`;
        hold(complaint, nobody && ofIt.some(lives), at, emptyMs);
      }
    },
  };
}
