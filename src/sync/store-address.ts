/** Where a checkpoint store is, and how to get in: from the configuration, with what is in its files. */
import { readFile } from 'node:fs/promises';
import { checkServerIdentity, type ConnectionOptions } from 'node:tls';
import { Failure, messageOf } from '../process/failure.ts';
import { readSecret } from '../process/secret.ts';

export interface StoreConfig {
  /** HOST:PORT, or the path of a unix socket. */
  readonly address: string;
  readonly user?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly tls?:
    | {
        readonly ca: string;
        readonly certificate?: string | undefined;
        readonly key?: string | undefined;
        readonly serverName?: string | undefined;
      }
    | undefined;
}

export interface StoreAddress {
  /** As the configuration has it. */
  readonly text: string;
  readonly host: string;
  readonly port: number;
  /** Of a unix socket, instead of the two. */
  readonly path?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly tls?: ConnectionOptions | undefined;
}

/** @throws Failure 'missing', 'permission', 'input': a file that can't be read or is open to others */
export async function loadStoreAddress(
  config: StoreConfig,
  { host, port }: { host: string; port: number },
): Promise<StoreAddress> {
  // prettier-ignore
  const { address, user, passwordFile, tls } = config;
  return {
    text: address,
    ...(address.startsWith('/') ? { path: address, host: '', port: 0 } : { host, port }),
    user,
    password: passwordFile === undefined ? undefined : await readSecret(passwordFile, "the store's password"),
    tls: tls === undefined ? undefined : await loadTls(tls, host),
  };
}

/** The server must have a certificate of this CA, for the name or address that it is called by. */
async function loadTls(
  { ca, certificate, key, serverName }: NonNullable<StoreConfig['tls']>,
  host: string,
): Promise<ConnectionOptions> {
  // prettier-ignore
  const read = async (file: string): Promise<Buffer> => {
    try {
      return await readFile(file);
    } catch (error) {
      throw new Failure('missing', `${file} cannot be read: ${messageOf(error)}`, { cause: error });
    }
  };
  return {
    ca: await read(ca),
    ...(certificate === undefined || key === undefined ? {} : { cert: await read(certificate), key: await read(key) }),
    minVersion: 'TLSv1.2',
    checkServerIdentity: (_, presented) => checkServerIdentity(serverName ?? host, presented),
  };
}
