/** What must never be, whatever is damaged: found in what the nodes' watchers have seen. Pure. */

/** One look at a node, from inside of it. */
export interface Look {
  /** ms since the epoch, by the clock that all nodes of a lab share. */
  readonly at: number;
  readonly addresses: readonly string[];
  /** Whether the pool's instance there answers. */
  readonly web: boolean;
  /** The servers that its HAProxy sends requests to; null: no HAProxy answers there. */
  readonly rotation: readonly string[] | null;
}

export interface Rules {
  /** Each is on one node at most. */
  readonly vips: readonly string[];
  /** The nodes that have an instance of the pool; its servers are called so. */
  readonly nodes: readonly string[];
  /** ms that a dead instance may be in rotation, and a backend empty while an instance answers. */
  readonly patienceMs: number;
}

export interface Judge {
  /** What a node's watcher has seen; a node that is off has nothing to say. */
  heard(node: string, look: Look): void;
  readonly violations: readonly string[];
}

/** A look that is older says nothing about now. */
const freshMs = 700;

export function createJudge({ vips, nodes, patienceMs }: Rules): Judge {
  const last = new Map<string, Look>();
  /** Since when each complaint holds without a break, by its text; and those that were made. */
  const since = new Map<string, number>();
  const made = new Set<string>();
  const violations: string[] = [];
  let answeredAt = new Map<string, number>();

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
    heard(node, look) {
      last.set(node, look);
      const { at } = look;
      const fresh = new Map([...last].filter(([, one]) => at - one.at < freshMs));
      answeredAt = new Map(nodes.map((name) => [name, fresh.get(name)?.web ? at : (answeredAt.get(name) ?? 0)]));
      for (const vip of vips) {
        const owners = [...fresh].filter(([, { addresses }]) => addresses.includes(vip)).map(([name]) => name);
        // an address that moves between the looks at two nodes is seen twice for a moment
        hold(`${vip} has several owners`, owners.length > 1, at, freshMs + 300);
      }
      if (look.rotation === null) {
        for (const server of nodes) hold(`${node} sends requests to ${server}, which is dead`, false, at, 0);
        hold(`${node} sends requests to nobody, though an instance answers`, false, at, 0);
        return;
      }
      for (const server of nodes) {
        const dead = at - answeredAt.get(server)! > freshMs;
        hold(`${node} sends requests to ${server}, which is dead`, dead && look.rotation.includes(server), at, patienceMs); // prettier-ignore
      }
      const answers = [...fresh.values()].some(({ web }) => web);
      hold(`${node} sends requests to nobody, though an instance answers`, answers && look.rotation.length === 0, at, patienceMs); // prettier-ignore
    },
  };
}
