/** What each channel needs to run on this machine: certificates, a folder, a real store; and its configuration for each sidecar. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificates } from './certificates.ts';
import { makePostgresql, makeRedis, type StoreServer } from './stores.ts';
import { type Corosyncs, startCorosyncs } from './corosyncs.ts';

export interface Ground {
  readonly names: readonly string[];
  readonly channel: (name: string) => object;
  /** Where the channel has one: a real server, started. */
  readonly store?: StoreServer;
  /** What a command begins with that is to run on that node; without it, all run on this machine. */
  readonly enter?: (name: string) => readonly string[];
  /** Of `messages`. */
  readonly corosyncs?: Corosyncs;
  end(): Promise<void>;
}

const nothing = (): Promise<void> => Promise.resolve();
const names = ['node1', 'node2', 'node3'];

export const grounds: Readonly<Record<string, (folder: string) => Promise<Ground>>> = {
  direct(folder) {
    makeCertificates(folder, names);
    const addresses = ownAddresses();
    const at = (file: string): string => join(folder, file);
    const channel = (name: string): object => ({
      type: 'direct',
      addresses,
      ca: at('ca.pem'),
      certificate: at(`${name}.pem`),
      key: at(`${name}.key`),
    });
    return Promise.resolve({ names, channel, end: nothing });
  },
  async messages() {
    const corosyncs = await startCorosyncs(names);
    const end = (): Promise<void> => Promise.resolve(corosyncs.end());
    return { names, channel: () => ({ type: 'messages' }), enter: corosyncs.enter, corosyncs, end };
  },
  'shared-storage'(folder) {
    const shared = join(folder, 'shared');
    mkdirSync(shared);
    return Promise.resolve({
      names: names.slice(0, 2),
      channel: () => ({ type: 'shared-storage', folder: shared }),
      end: nothing,
    });
  },
  'checkpoint-redis': () => checkpoint(makeRedis(), 'checkpoint-redis', {}),
  'checkpoint-postgresql': () =>
    checkpoint(makePostgresql(), 'checkpoint-postgresql', { user: 'vnfha', database: 'postgres' }),
};

async function checkpoint(store: StoreServer, type: string, rest: object): Promise<Ground> {
  await store.start();
  const channel = (): object => ({ type, address: store.socket, ...rest });
  return { names: names.slice(0, 2), channel, store, end: () => store.end() };
}

let scenes = 0;

function ownAddresses(): Record<string, string> {
  scenes += 1;
  return Object.fromEntries(names.map((name, at) => [name, `${ownHost(at)}:${7410 + scenes}`]));
}

/** An address on the loopback interface of this process alone: no other has its pid in 127.0.0.0/8. @param at 0 to 3 */
export function ownHost(at: number): string {
  const number = process.pid * 4 + at; // a pid has 22 bits
  return `127.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
}
