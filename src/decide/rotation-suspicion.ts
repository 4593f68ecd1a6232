/**
 * Which suspicions are acted on. A suspicion is no proof, and many at once are rather a fault of the one who suspects: they
 * never take a backend's last server, nor more than half of its servers. The oldest are heeded.
 */
import type { RotationState, Server, ServerKey, Suspicion } from './rotation-types.ts';

export interface Suspects {
  readonly heeded: ReadonlyMap<ServerKey, Suspicion>;
  readonly spared: ReadonlySet<ServerKey>;
}

/** `state` with the cluster's word in every server. Without quorum no new suspicion is heeded. */
export function suspectsOf(state: RotationState): Suspects {
  const heeded = new Map<ServerKey, Suspicion>();
  const spared = new Set<ServerKey>();
  for (const servers of byBackend(state)) {
    const within = servers.filter(([, server]) => !(server.word?.out ?? server.out));
    const most = Math.min(Math.floor(servers.length / 2), within.length - 1);
    const suspicions = within
      .flatMap(([key, server]) => {
        const suspicion = suspicionOf(key, server, state);
        return suspicion === undefined ? [] : [{ key, suspicion }];
      })
      .filter(({ key }) => state.snapshot !== undefined || state.suspected.has(key))
      .sort((a, b) => a.suspicion.at - b.suspicion.at);
    suspicions.forEach(({ key, suspicion }, index) => (index < most ? heeded.set(key, suspicion) : spared.add(key)));
  }
  return { heeded, spared };
}

/** Its supervisor's word, or its node's silence: the older one. Of a node that left the ring meanwhile only the cluster's word clears it. */
function suspicionOf(key: ServerKey, { hung, host }: Server, state: RotationState): Suspicion | undefined {
  const { suspects, suspected, ring, returned } = state;
  if (host === undefined) return hung;
  const away = (ring !== undefined && !ring.members.has(host.id)) || returned.has(host.id);
  if (away && suspected.has(key)) return suspected.get(key);
  const silence = suspects.get(host.id);
  if (silence === undefined || (hung !== undefined && hung.at < silence.at)) return hung;
  return { at: silence.at, what: `${host.name} is silent (${silence.what})` };
}

function byBackend({ servers }: RotationState): (readonly [ServerKey, Server])[][] {
  const backends = new Map<string, (readonly [ServerKey, Server])[]>();
  for (const entry of servers) {
    const { backend } = entry[1].place;
    const others = backends.get(backend);
    if (others === undefined) backends.set(backend, [entry]);
    else others.push(entry);
  }
  return [...backends.values()];
}
