/** How an active/standby VNFC's state reaches its standby. */
import { Type } from '@sinclair/typebox';
import { Command, File, Name, Port, closed, patterns } from './words.ts';

const syncChannels = [
  'direct',
  'messages',
  'shared-storage',
  'checkpoint-redis',
  'checkpoint-postgresql',
  'own',
] as const;

export const Sync = closed(
  {
    channel: Type.Union(
      syncChannels.map((channel) => Type.Literal(channel)),
      {
        description:
          'what carries the state: from the active one to each standby by TCP, or by messages of Corosync; or where both reach it: a file system of the cluster, a Redis, a PostgreSQL; own: the VNFC itself, without a sidecar',
      },
    ),
    port: Type.Optional(Port('direct: the TCP port of its nodes at which the sidecars meet; default 7410')),
    network: Type.Optional(
      Name('direct: the network in which they meet; default: the first that all of its nodes are in'),
    ),
    ca: Type.Optional(File('direct: file with the CA of the nodes’ certificates; default /etc/vnfha/sync/ca.pem')),
    certificate: Type.Optional(File('direct: file with the node’s own certificate; default /etc/vnfha/sync/node.pem')),
    key: Type.Optional(File('direct: file with its key, readable by root only; default /etc/vnfha/sync/node.key')),
    folder: Type.Optional(File('shared-storage: folder on a file system that is mounted where the VNFC is active')),
    mount: Type.Optional(
      closed(
        {
          device: Type.String({ pattern: patterns.device, description: 'what is mounted, as /dev/… or HOST:/PATH' }),
          directory: File('where; it must be there on each of its nodes'),
          fstype: Type.String({
            pattern: patterns.fileSystem,
            description: 'the kind of file system, as ext4 or nfs4',
          }),
          options: Type.Optional(
            Type.String({ pattern: patterns.device, description: 'as for mount -o; default: the file system’s own' }),
          ),
        },
        'shared-storage: the cluster mounts it where the VNFC is active, before it; without it, you see to that',
      ),
    ),
    address: Type.Optional(
      Type.String({ pattern: patterns.store, description: 'checkpoint: the store’s HOST:PORT, or its unix socket' }),
    ),
    user: Type.Optional(
      Type.String({ minLength: 1, description: 'checkpoint: the store’s user; Redis: its default user without it' }),
    ),
    database: Type.Optional(Type.String({ minLength: 1, description: 'checkpoint-postgresql: the database' })),
    passwordFile: Type.Optional(
      File('checkpoint: file with the user’s password, readable by root only; the same path on each node'),
    ),
    tls: Type.Optional(
      closed(
        {
          ca: File('file with the CA of the store’s certificate'),
          certificate: Type.Optional(File('file with a certificate to show to the store')),
          key: Type.Optional(File('file with its key, readable by root only')),
          serverName: Type.Optional(
            Type.String({ minLength: 1, description: 'the name in the store’s certificate; default: its host' }),
          ),
        },
        'checkpoint: the connection to the store is encrypted, and the store is who its certificate says',
      ),
    ),
    standing: Type.Optional(
      Command(
        'own: prints how far its state is: lag=NUMBER (or lag=unknown), and epoch=NUMBER where it keeps that (docs/sync.md)',
      ),
    ),
    lag: Type.Optional(
      Type.Integer({ minimum: 0, description: 'own: behind by more than so much it hasn’t the state; default 0' }),
    ),
    unsure: Type.Optional(
      Type.Union([Type.Literal('wait'), Type.Literal('promote')], {
        description:
          'when a standby can’t be sure to have all that was acknowledged: it isn’t made active, or it is, and says so; default wait',
      }),
    ),
  },
  'active-standby: its state, carried by a sidecar (vnfha-sync@NAME.service, docs/sync.md) or by itself; without it, nobody asks whether a standby has it',
);
