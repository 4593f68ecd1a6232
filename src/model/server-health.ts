/**
 * What the HAProxy of a node says of the servers of a VNFC that the load balancer manages, as its bridge tells the cluster: a node
 * attribute BACKEND-servers, 'NAME:up NAME:down …', which goes with the node. Absent: that HAProxy says nothing.
 */

/** unknown: not checked yet, or taken out by hand. */
export type ServerHealth = 'up' | 'down' | 'unknown';

export type ServersHealth = Readonly<Record<string, ServerHealth>>;

/** The attribute's name. */
export const healthAttribute = (backend: string): string => `${backend}-servers`;

/** The backend that an attribute of this name is about; undefined: it is about something else. */
export const backendOfAttribute = (name: string): string | undefined => /^(.+)-servers$/.exec(name)?.[1];

/** As the attribute's value. */
export const healthText = (servers: ServersHealth): string =>
  Object.entries(servers)
    .map(([name, health]) => `${name}:${health}`)
    .join(' ');

/** Reads it back; undefined: it is no such value. */
export function readHealth(value: string): ServersHealth | undefined {
  const words = value.split(' ').map((word) => /^([A-Za-z][A-Za-z0-9_-]*):(up|down|unknown)$/.exec(word));
  const known = words.flatMap((word) => (word === null ? [] : [[word[1]!, word[2] as ServerHealth] as const]));
  return known.length === words.length ? Object.fromEntries(known) : undefined;
}
