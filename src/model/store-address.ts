/** Where a checkpoint store is: HOST:PORT, or a unix socket. Pure. */

/** What an address looks like; `storeFaults` says the rest. */
const hostPort = '[^:\\s]+:[0-9]{1,5}|\\[[0-9A-Fa-f:.]+\\]:[0-9]{1,5}';
export const hostPortPattern = `^(${hostPort})$`;
export const storePattern = `^(/\\S+|${hostPort})$`;

/** HOST:PORT, the host perhaps in brackets. */
export function hostAndPort(text: string): { host: string; port: number } {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}

interface Store {
  readonly type: string;
  readonly address: string;
  readonly tls?: { readonly certificate?: string | undefined; readonly key?: string | undefined } | undefined;
}

/** What is wrong with a store whose fields have the right shape: the field, and a sentence about it. */
export function storeFaults({ type, address, tls }: Store): { field: 'address' | 'tls'; what: string }[] {
  const faults: { field: 'address' | 'tls'; what: string }[] = [];
  const onSocket = address.startsWith('/');
  const { port } = hostAndPort(address);
  if (!onSocket && (port < 1 || port > 65_535)) faults.push({ field: 'address', what: `${port} is no port` });
  if (onSocket && type === 'checkpoint-postgresql' && !/\/\.s\.PGSQL\.\d+$/.test(address))
    faults.push({ field: 'address', what: 'a socket of PostgreSQL is called FOLDER/.s.PGSQL.PORT' });
  if (onSocket && tls !== undefined) faults.push({ field: 'tls', what: 'a unix socket has none' });
  if ((tls?.certificate === undefined) !== (tls?.key === undefined))
    faults.push({ field: 'tls', what: 'certificate and key belong together' });
  return faults;
}
