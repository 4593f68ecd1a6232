/** What each channel needs to run on this machine: nodes, certificates, a folder, a real store; and its configuration for each sidecar. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificates } from './certificates.ts';
import { type Corosyncs, startCorosyncs } from './corosyncs.ts';
import { type Disk, makeDisk } from './disk.ts';
import { type Nodes, startNodes } from './nodes.ts';
import { makePostgresql, makeRedis, type Place, type StoreServer } from './stores.ts';

/** What more than its sidecar goes with the power of a node. */
export interface Power {
  /** First. */
  cut(node: string): Promise<void> | void;
  /** When its sidecar is dead. */
  gone?(): void;
  /** Before its sidecar is started. */
  back(node: string): Promise<void> | void;
}

export interface Ground {
  readonly names: readonly string[];
  readonly channel: (name: string) => object;
  /** Where the channel has one: a real server, started. */
  readonly store?: StoreServer;
  /** What a command begins with that is to run on that node; without it, all run on this machine. */
  readonly enter?: (name: string) => readonly string[];
  /** Takes a node's cable off, or puts it back; without it, there is no network. */
  readonly plug?: (node: string, on: boolean) => void;
  readonly power?: Power;
  /** Of `messages`. */
  readonly corosyncs?: Corosyncs;
  end(): Promise<void>;
}

export interface GroundOptions {
  /** What has to survive a power cut is on a disk of its own, whose power is cut too: see makeDisk. */
  readonly disk?: boolean;
}

const names = ['node1', 'node2', 'node3'];
const both = names.slice(0, 2);

type Prepare = (folder: string, options?: GroundOptions) => Promise<Ground>;

export const grounds: Readonly<Record<string, Prepare>> = {
  async direct(folder) {
    makeCertificates(folder, names);
    const nodes = await startNodes(names);
    const addresses = Object.fromEntries(names.map((name) => [name, `${nodes.address(name)}:7410`]));
    const at = (file: string): string => join(folder, file);
    const channel = (name: string): object => ({
      type: 'direct',
      addresses,
      ca: at('ca.pem'),
      certificate: at(`${name}.pem`),
      key: at(`${name}.key`),
    });
    return { names, channel, ...onNodes(nodes), power: cable(nodes), end: endOf(nodes) };
  },
  async messages() {
    const nodes = await startNodes(names);
    const corosyncs = await startCorosyncs(nodes, names);
    const power: Power = {
      async cut(node) {
        nodes.plug(node, false);
        await corosyncs.kill(node);
      },
      async back(node) {
        nodes.plug(node, true);
        await corosyncs.start(node);
      },
    };
    return { names, channel: () => ({ type: 'messages' }), ...onNodes(nodes), power, corosyncs, end: endOf(nodes) };
  },
  'shared-storage'(folder, { disk: onDisk = false } = {}) {
    const disk = onDisk ? makeDisk(folder) : undefined;
    const shared = join(disk?.directory ?? folder, 'shared');
    mkdirSync(shared, { mode: 0o700 });
    return Promise.resolve({
      names: both,
      channel: () => ({ type: 'shared-storage', folder: shared }),
      ...(disk && { power: { cut: () => disk.cut(), gone: () => disk.back(), back: () => undefined } }),
      end: () => Promise.resolve(disk?.end()),
    });
  },
  'checkpoint-redis': (folder, options) => checkpoint(makeRedis, 'checkpoint-redis', {}, folder, options),
  'checkpoint-postgresql': (folder, options) =>
    checkpoint(makePostgresql, 'checkpoint-postgresql', { user: 'vnfha', database: 'postgres' }, folder, options),
};

async function checkpoint(
  make: (place: Place) => StoreServer,
  type: string,
  rest: object,
  folder: string,
  { disk: onDisk = false }: GroundOptions = {},
): Promise<Ground> {
  const nodes = await startNodes([...both, 'store']);
  const disk: Disk | undefined = onDisk ? makeDisk(folder) : undefined;
  const store = make({ enter: nodes.enterNetwork('store'), address: nodes.address('store'), disk });
  await store.start();
  const channel = (): object => ({ type, address: `${nodes.address('store')}:${store.port}`, ...rest });
  const end = async (): Promise<void> => {
    await store.end();
    disk?.end();
    nodes.end();
  };
  return { names: both, channel, ...onNodes(nodes), power: cable(nodes), store, end };
}

const onNodes = ({ enter, plug }: Nodes): Pick<Ground, 'enter' | 'plug'> => ({ enter, plug });

const cable = (nodes: Nodes): Power => ({
  cut: (node) => nodes.plug(node, false),
  back: (node) => nodes.plug(node, true),
});

const endOf = (nodes: Nodes) => (): Promise<void> => Promise.resolve(nodes.end());
